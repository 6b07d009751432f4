/**
 * Asking for INFO, and reading what came back. As long as nobody knows better the sections are
 * separate commands in one write: Redis runs them one after the other, so they show one moment, as
 * one INFO would. From version 7 on one command names them all.
 */
import type { NodeInfo } from "../../core/health/types.ts";
import type { CommandWords } from "./commands-sent.ts";
import type { Reply } from "./connection.ts";
import { INFO_SECTIONS, InfoError, parseInfo } from "./info.ts";

export const INFO_COMMANDS: readonly CommandWords[] = INFO_SECTIONS.map((name) => ["INFO", name]);
export const INFO_AT_ONCE: readonly CommandWords[] = [["INFO", ...INFO_SECTIONS]];

const FIRST_AT_ONCE = 7;

/** What to ask next of a Redis that answered with this version. */
export function infoCommandsFor(version: string): readonly CommandWords[] {
  return Number.parseInt(version, 10) >= FIRST_AT_ONCE ? INFO_AT_ONCE : INFO_COMMANDS;
}

export type InfoReading =
  | { readonly kind: "info"; readonly info: NodeInfo }
  | { readonly kind: "error"; readonly text: string }
  | { readonly kind: "garbled"; readonly text: string };

/** Reads the replies to either; none of them may be lost. */
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
