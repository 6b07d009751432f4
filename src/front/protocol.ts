/**
 * What the monitor and the thread with its read-only doors say to each other. The thread asks, and is
 * answered with plain data; nothing that it says makes the monitor do anything else.
 */
import type { LogLevel } from "../ports.ts";
import type { HostPort } from "../adapters/peer/address.ts";

export interface DoorSettings extends HostPort {
  /** The place of the key that opens it, for people. */
  readonly where: string;
  /** What whoever comes must know; null: nothing. In the clear: it goes from thread to thread only. */
  readonly secret: string | null;
}

/** Which doors there are; null: not that one. */
export interface Doors {
  readonly http: DoorSettings | null;
  readonly sentinel: (DoorSettings & { readonly answer: "node" | "vip" }) | null;
}

/** As the configuration calls them. */
export type DoorName = keyof Doors;

export type ToFront =
  /** `text`: a Snapshot as JSON, which is faster to hand over than the object. */
  | { readonly kind: "snapshot"; readonly text: string }
  /** Something was agreed on that was not so before. */
  | { readonly kind: "changed" }
  /** From now on these. */
  | { readonly kind: "doors"; readonly doors: Doors };

export type FromFront =
  | { readonly kind: "ask" }
  /** Why a door is not as it should be; null: it is. */
  | { readonly kind: "trouble"; readonly door: DoorName; readonly text: string | null }
  | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly event: string;
      readonly text: string;
    };
