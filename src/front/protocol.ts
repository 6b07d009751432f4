/**
 * What the monitor and the thread with its read-only doors say to each other. The thread asks, and is
 * answered with plain data; nothing that it says makes the monitor do anything else.
 */
import type { LogLevel } from "../ports.ts";
import type { Local } from "../adapters/config/types.ts";

/** Which doors there are; null: not that one. */
export type Doors = Local["doors"];

export type ToFront =
  /** `text`: a Snapshot as JSON, which is faster to hand over than the object. */
  | { readonly kind: "snapshot"; readonly text: string }
  /** Something was agreed on that was not so before. */
  | { readonly kind: "changed" };

export type FromFront =
  | { readonly kind: "ask" }
  | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly event: string;
      readonly text: string;
    };
