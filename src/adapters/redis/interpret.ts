/**
 * The replies to one probe (PING and INFO, on a new connection after AUTH and CLIENT SETNAME)
 * → what the probe saw. An error reply is an answer: it is reported by its code, together with
 * INFO wherever that was answered all the same (LOADING, MASTERDOWN, MISCONF).
 */
import type { NodeInfo, ProbeResult } from "../../core/health/types.ts";
import type { Reply } from "./connection.ts";
import { errorReplyCode, firstWord, isNeedlessPassword } from "./error-reply.ts";
import { type Failure, shorten } from "./failure.ts";
import { INFO_COMMANDS, type InfoReading, readInfo, textOf } from "./info-request.ts";

export interface ProbeReplies {
  /** Null: AUTH was not sent. */
  readonly auth: Reply | null;
  readonly ping: Reply;
  readonly info: readonly Reply[];
}

/** Splits what came back for `[AUTH,] [CLIENT SETNAME,] PING, INFO …`. */
export function splitReplies(all: readonly Reply[], authSent: boolean): ProbeReplies {
  const info = all.slice(-INFO_COMMANDS.length);
  const ping = all.at(-INFO_COMMANDS.length - 1) ?? { kind: "value", value: null };
  return { auth: authSent ? (all[0] ?? null) : null, ping, info };
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

/** Meaning of a complete set of replies. */
export function interpret(replies: ProbeReplies, latencyMs: number): ProbeResult {
  const reading = readInfo(replies.info);
  const info = reading.kind === "info" ? reading.info : null;
  const problem = authProblem(replies.auth) ?? errorText(replies.ping) ?? refusedInfo(reading);
  if (problem !== null) return errorReply(problem, latencyMs, info);
  if (textOf(replies.ping) !== "PONG")
    return { kind: "garbled", text: "PING: not answered by PONG" };
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
