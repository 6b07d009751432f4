/**
 * The replies to one probe (PING and INFO, on a new connection after AUTH and CLIENT SETNAME)
 * → what the probe saw. An error reply is an answer: it is reported by its code, together with
 * INFO wherever that was answered all the same (LOADING, MASTERDOWN, MISCONF).
 */
import type { NodeInfo, ProbeResult } from "../../core/health/types.ts";
import type { CommandWords } from "./commands-sent.ts";
import type { Reply } from "./connection.ts";
import { errorReplyCode, firstWord, isNeedlessPassword } from "./error-reply.ts";
import { type Failure, shorten } from "./failure.ts";
import { type InfoReading, readInfo, textOf } from "./info-request.ts";

const NO_PONG: ProbeResult = { kind: "garbled", text: "PING: not answered by PONG" };

export interface ProbeReplies {
  /** Null: AUTH was not sent. */
  readonly auth: Reply | null;
  readonly ping: Reply;
  readonly info: readonly Reply[];
}

/** Splits what came back for the greeting, PING and INFO. */
export function splitReplies(
  all: readonly Reply[],
  greeting: readonly CommandWords[],
): ProbeReplies {
  const auth = greeting[0]?.[0] === "AUTH" ? (all[0] ?? null) : null;
  const [ping = { kind: "value", value: null }, ...info] = all.slice(greeting.length);
  return { auth, ping, info };
}

/** The reply with which Redis turns a new connection away before it closes it. */
export function findRejection(all: readonly Reply[]): string | null {
  for (const reply of all) {
    if (reply.kind !== "error") continue;
    const code = errorReplyCode(reply.text);
    if (code === "MAXCLIENTS" || code === "DENIED") return reply.text;
  }
  return null;
}

export function findLoss(all: readonly Reply[]): Failure | null {
  return all.find((reply) => reply.kind === "lost")?.failure ?? null;
}

/** Why AUTH failed, or null. The reply's words stay here: a renamed AUTH is echoed with them. */
export function authProblem(auth: Reply | null): string | null {
  if (auth === null || auth.kind !== "error" || isNeedlessPassword(auth.text)) return null;
  const code = errorReplyCode(auth.text);
  return `${code === "OTHER" ? firstWord(auth.text) : code} AUTH was refused`;
}

/** Meaning of the reply to a mere PING. */
export function interpretPulse(ping: Reply, latencyMs: number): ProbeResult {
  const problem = errorText(ping);
  if (problem !== null) return errorReply(problem, latencyMs, null);
  return textOf(ping) === "PONG" ? { kind: "pong", latencyMs } : NO_PONG;
}

/** Meaning of a complete set of replies. */
export function interpret(replies: ProbeReplies, latencyMs: number): ProbeResult {
  const reading = readInfo(replies.info);
  const info = reading.kind === "info" ? reading.info : null;
  const problem = authProblem(replies.auth) ?? errorText(replies.ping) ?? refusedInfo(reading);
  if (problem !== null) return errorReply(problem, latencyMs, info);
  if (textOf(replies.ping) !== "PONG") return NO_PONG;
  if (reading.kind !== "info") return { kind: "garbled", text: reading.text };
  return { kind: "info", latencyMs, info: reading.info };
}

export function errorReply(text: string, latencyMs: number, info: NodeInfo | null): ProbeResult {
  return { kind: "error-reply", latencyMs, code: errorReplyCode(text), text: shorten(text), info };
}

function errorText(reply: Reply): string | null {
  return reply.kind === "error" ? reply.text : null;
}

function refusedInfo(reading: InfoReading): string | null {
  return reading.kind === "error" ? reading.text : null;
}
