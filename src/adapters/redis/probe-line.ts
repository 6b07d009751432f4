/**
 * One kept probe connection and the questions asked over it. Redis answers in order, so the late
 * answer to an old question would pass for the answer to a new one, and be believed although it
 * is old (a healed network delivers it first). Hence one question at a time: a late answer is
 * awaited and thrown away before the next question is sent.
 */
import type { ProbeDepth, ProbeResult } from "../../core/health/types.ts";
import type { CommandWords } from "./commands-sent.ts";
import { type Credentials, greeting, type Reply } from "./connection.ts";
import { type Deadline, LATE } from "./deadline.ts";
import type { Failure } from "./failure.ts";
import { INFO_COMMANDS, infoCommandsFor } from "./info-request.ts";
import * as interpretation from "./interpret.ts";
import type { ProbeConnection } from "./probe-connection.ts";

const PROBE_NAME = "mmm-probe";
const PING: CommandWords = ["PING"];

export type LineAnswer =
  | { readonly kind: "answered"; readonly result: ProbeResult }
  | { readonly kind: "silent" }
  /** The connection ended before it answered. */
  | { readonly kind: "lost"; readonly failure: Failure };

export class ProbeLine {
  readonly #connection: ProbeConnection;
  #isGreeted = false;
  #infoCommands = INFO_COMMANDS;
  #hasAnswered = false;
  #question: Promise<readonly Reply[]> | null = null;

  constructor(connection: ProbeConnection) {
    this.#connection = connection;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Whether a complete answer ever came over this line. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  onLost(callback: () => void): void {
    this.#connection.onLost(callback);
  }

  close(): void {
    this.#connection.close();
  }

  /** PING and INFO; on a new connection after the greeting, in the same write, and whatever the depth. */
  async ask(
    credentials: () => Credentials,
    deadline: Deadline,
    depth: ProbeDepth = "full",
  ): Promise<LineAnswer> {
    if (this.#question !== null) {
      const old = await deadline.within(this.#question);
      if (old === LATE) return { kind: "silent" };
      this.#question = null;
    }
    const hello = this.#isGreeted ? [] : greeting(credentials(), PROBE_NAME);
    const isPulse = this.#isGreeted && depth === "pulse";
    const askedAt = performance.now();
    this.#question = this.#connection.ask(
      isPulse ? [PING] : [...hello, PING, ...this.#infoCommands],
    );
    const replies = await deadline.within(this.#question);
    if (replies === LATE) return { kind: "silent" };
    this.#question = null;
    const latencyMs = performance.now() - askedAt;
    return isPulse ? readPulse(replies, latencyMs) : this.#read(replies, hello, latencyMs);
  }

  #read(all: readonly Reply[], hello: readonly CommandWords[], latencyMs: number): LineAnswer {
    const rejection = interpretation.findRejection(all);
    if (rejection !== null) {
      const result = interpretation.errorReply(rejection, latencyMs, null);
      return { kind: "answered", result };
    }
    const failure = interpretation.findLoss(all);
    if (failure !== null) return { kind: "lost", failure };
    const result = interpretation.interpret(interpretation.splitReplies(all, hello), latencyMs);
    if (result.kind === "info") this.#infoCommands = infoCommandsFor(result.info.version);
    // While it is not let in, the next question greets again, perhaps with other credentials.
    this.#isGreeted = !isTurnedAway(result);
    this.#hasAnswered = true;
    return { kind: "answered", result };
  }
}

function readPulse(replies: readonly Reply[], latencyMs: number): LineAnswer {
  const failure = interpretation.findLoss(replies);
  if (failure !== null) return { kind: "lost", failure };
  const ping = replies[0] ?? { kind: "value", value: null };
  return { kind: "answered", result: interpretation.interpretPulse(ping, latencyMs) };
}

function isTurnedAway(result: ProbeResult): boolean {
  return result.kind === "error-reply" && (result.code === "NOAUTH" || result.code === "WRONGPASS");
}
