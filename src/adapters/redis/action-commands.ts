/**
 * The Redis commands of the simple actions, and the meaning of their replies. `open`, `cut-off`
 * and `close` concern the connection itself and are done in `action-line.ts`.
 */
import type { RedisAction, RedisActionResult } from "../../core/operation/action.ts";
import type { CommandWords } from "./commands-sent.ts";
import type { Reply } from "./connection.ts";
import { firstWord } from "./error-reply.ts";
import { shorten } from "./failure.ts";
import { INFO_COMMANDS, readInfo } from "./info-request.ts";
import { authProblem } from "./interpret.ts";

export type SimpleAction = Exclude<RedisAction, { readonly kind: "open" | "cut-off" | "close" }>;

const MIN_REPLICAS = "min-replicas-to-write";

export function commandsFor(action: SimpleAction): readonly CommandWords[] {
  switch (action.kind) {
    case "info":
      return INFO_COMMANDS;
    case "get-min-replicas":
      return [["CONFIG", "GET", MIN_REPLICAS]];
    case "set-min-replicas":
      return [["CONFIG", "SET", MIN_REPLICAS, action.value]];
    case "unpause":
      return [["CLIENT", "UNPAUSE"]];
    case "pause-writes":
      return [["CLIENT", "PAUSE", String(action.ms), "WRITE"], ...INFO_COMMANDS];
    case "follow":
      return [["REPLICAOF", action.host, String(action.port)], ...INFO_COMMANDS];
    case "promote":
      return [["REPLICAOF", "NO", "ONE"], ...INFO_COMMANDS];
    case "rewrite":
      return [["CONFIG", "REWRITE"]];
  }
}

/** Reads the replies to `commandsFor(action)`; none of them may be lost. */
export function resultOf(action: SimpleAction, replies: readonly Reply[]): RedisActionResult {
  const refusal = replies.find((reply) => reply.kind === "error");
  if (refusal !== undefined) return refused(refusal.text);
  switch (action.kind) {
    case "info":
      return infoResult(replies);
    case "pause-writes":
    case "follow":
    case "promote":
      return infoResult(replies.slice(1));
    case "get-min-replicas":
      return configValue(replies[0]);
    case "set-min-replicas":
    case "unpause":
    case "rewrite":
      return { kind: "ok" };
  }
}

/** Reads the replies to the greeting, whose last command is CLIENT SETNAME. */
export function greetingResult(replies: readonly Reply[]): RedisActionResult {
  const auth = replies.length > 1 ? (replies[0] ?? null) : null;
  const problem = authProblem(auth);
  if (problem !== null) return refused(problem);
  const naming = replies.at(-1);
  return naming?.kind === "error" ? refused(naming.text) : { kind: "ok" };
}

export function refused(text: string): RedisActionResult {
  return { kind: "error", code: firstWord(text), text: shorten(text) };
}

function infoResult(replies: readonly Reply[]): RedisActionResult {
  const reading = readInfo(replies);
  if (reading.kind === "info") return reading;
  return { kind: "error", code: "GARBLED", text: reading.text };
}

/** CONFIG GET answers with name and value in turn, or with nothing for an unknown name. */
function configValue(reply: Reply | undefined): RedisActionResult {
  const pair: unknown = reply?.kind === "value" ? reply.value : null;
  const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof value === "string") return { kind: "value", value };
  return { kind: "error", code: "GARBLED", text: `CONFIG GET ${MIN_REPLICAS}: no value` };
}
