/**
 * Asking for INFO, and reading what came back. The sections are separate commands in one write:
 * Redis runs them one after the other, so they show one moment, as one INFO would.
 */
import type { NodeInfo } from "../../core/health/types.ts";
import type { CommandWords, Reply } from "./connection.ts";
import { INFO_SECTIONS, InfoError, parseInfo } from "./info.ts";

export const INFO_COMMANDS: readonly CommandWords[] = INFO_SECTIONS.map((name) => ["INFO", name]);

export type InfoReading =
  | { readonly kind: "info"; readonly info: NodeInfo }
  | { readonly kind: "error"; readonly text: string }
  | { readonly kind: "garbled"; readonly text: string };

/** Reads the replies to `INFO_COMMANDS`; none of them may be lost. */
export function readInfo(replies: readonly Reply[]): InfoReading {
  const refusal = replies.find((reply) => reply.kind === "error");
  if (refusal !== undefined) return refusal;
  const text = replies.map(textOf).join("\r\n");
  try {
    return { kind: "info", info: parseInfo(text) };
  } catch (error) {
    if (error instanceof InfoError) return { kind: "garbled", text: `INFO: ${error.message}` };
    throw error;
  }
}

/** A reply's string; empty when it is of another type. */
export function textOf(reply: Reply): string {
  return reply.kind === "value" && typeof reply.value === "string" ? reply.value : "";
}
