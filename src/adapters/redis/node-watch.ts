/**
 * Watching one node over one kept connection. `refused` means that the kept connection is gone
 * *and* a new one is refused: a healthy master whose `bind` was changed refuses new connections
 * while the kept one answers, and one with too many clients has no place for another. So the kept
 * connection is given up only when it has closed, or when it is silent and a rival *answers*: a
 * half-open connection to a rebooted host would otherwise be asked in vain for a quarter of an hour.
 */
import type { ProbeDepth, ProbeResult } from "../../core/health/types.ts";
import type { Credentials } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { type Failure, shorten } from "./failure.ts";
import { ProbeConnection, type ProbeOpening } from "./probe-connection.ts";
import { type LineAnswer, ProbeLine } from "./probe-line.ts";

/** Silent probes before a rival is tried, and again after each one that could not connect. */
const PATIENCE = 3;
/** The same after one that connected in vain: a stopped Redis lets only so many queue up. */
const LONG_PATIENCE = 30;

interface Rival {
  /** Null: it could not connect. */
  readonly line: ProbeLine | null;
  readonly answer: LineAnswer;
}

const NO_RIVAL: Rival = { line: null, answer: { kind: "silent" } };

export interface Watched {
  readonly address: string;
  readonly port: number;
}

export class NodeWatch {
  readonly watched: Watched;
  readonly #credentials: () => Credentials;
  readonly #onLost: () => void;
  #line: ProbeLine | null = null;
  #probing: Promise<ProbeResult> | null = null;
  #silent = 0;
  #rivalAt = PATIENCE;
  #everAnswered = false;
  #isClosed = false;

  /** `onLost`: a connection that had answered has closed. */
  constructor(watched: Watched, credentials: () => Credentials, onLost: () => void) {
    this.watched = watched;
    this.#credentials = credentials;
    this.#onLost = onLost;
  }

  /** One probe at a time: who asks during a probe gets that probe's result. */
  probe(depth: ProbeDepth, deadlineMs: number): Promise<ProbeResult> {
    this.#probing ??= this.#probe(depth, new Deadline(deadlineMs)).finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  close(): void {
    this.#isClosed = true;
    this.#keepNone();
  }

  async #probe(depth: ProbeDepth, deadline: Deadline): Promise<ProbeResult> {
    const kept = this.#line;
    if (kept !== null) {
      const answer = await this.#askKept(kept, depth, deadline);
      if (answer.kind === "answered") return answer.result;
      if (answer.kind === "silent") return { kind: "timeout", stage: "reply" };
    }
    return this.#probeAnew(deadline);
  }

  async #askKept(kept: ProbeLine, depth: ProbeDepth, deadline: Deadline): Promise<LineAnswer> {
    const rival = this.#silent >= this.#rivalAt ? this.#tryRival(deadline) : null;
    const answer = await kept.ask(this.#credentials, deadline, depth);
    this.#note(kept, answer);
    if (rival === null) return answer;
    if (answer.kind === "answered") {
      rival.then(
        ({ line }) => line?.close(),
        () => {},
      );
      return answer;
    }
    return this.#settleRival(await rival) ?? answer;
  }

  /** Never throws: nobody listens to it yet while the kept connection is asked. */
  async #tryRival(deadline: Deadline): Promise<Rival> {
    const opening = await this.#open(deadline);
    if (opening.kind === "failed") return NO_RIVAL;
    const line = new ProbeLine(opening.connection);
    try {
      return { line, answer: await line.ask(this.#credentials, deadline) };
    } catch {
      line.close();
      return NO_RIVAL;
    }
  }

  /** Its answer, if it is to be kept from now on. */
  #settleRival({ line, answer }: Rival): LineAnswer | null {
    if (line?.hasAnswered === true) {
      this.#keep(line);
      this.#note(line, answer);
      return answer;
    }
    this.#rivalAt = this.#silent + (line === null ? PATIENCE : LONG_PATIENCE);
    line?.close();
    return null;
  }

  async #probeAnew(deadline: Deadline): Promise<ProbeResult> {
    if (this.#line === null) {
      const opening = await this.#open(deadline);
      if (opening.kind === "failed") return this.#failed(opening.failure);
      this.#keep(new ProbeLine(opening.connection));
    }
    const line = this.#line;
    if (line === null) return { kind: "garbled", text: "no longer watched" };
    const answer = await line.ask(this.#credentials, deadline);
    this.#note(line, answer);
    switch (answer.kind) {
      case "answered":
        return answer.result;
      case "silent":
        return { kind: "timeout", stage: "reply" };
      case "lost":
        return this.#failed(answer.failure);
    }
  }

  async #open(deadline: Deadline): Promise<ProbeOpening> {
    const { address: host, port } = this.watched;
    try {
      const { tls } = this.#credentials();
      return await ProbeConnection.open({ host, port, tls }, deadline);
    } catch (error) {
      return this.#knock(error, deadline);
    }
  }

  /** A file of ours is missing, or is none: it is still heard whether anybody listens there. */
  async #knock(error: unknown, deadline: Deadline): Promise<ProbeOpening> {
    const { address: host, port } = this.watched;
    const opening = await ProbeConnection.open({ host, port }, deadline);
    if (opening.kind === "failed") return opening;
    opening.connection.close();
    const text = shorten(`probe failed: ${String(error)}`);
    return { kind: "failed", failure: { kind: "garbled", text } };
  }

  #keep(line: ProbeLine): void {
    this.#keepNone();
    if (this.#isClosed) return line.close();
    line.onLost(() => this.#lost(line));
    // It may have closed before somebody listened.
    if (line.isOpen) this.#line = line;
  }

  #lost(line: ProbeLine): void {
    if (this.#line === line) this.#line = null;
    // A node that drops each new connection at once is found by the usual probes.
    if (line.hasAnswered) this.#onLost();
  }

  #note(line: ProbeLine, answer: LineAnswer): void {
    if (answer.kind === "silent") {
      this.#silent += 1;
      return;
    }
    this.#silent = 0;
    this.#rivalAt = PATIENCE;
    if (answer.kind === "answered") this.#everAnswered = true;
    if (answer.kind === "lost" && this.#line === line) this.#keepNone();
  }

  #keepNone(): void {
    this.#line?.close();
    this.#line = null;
  }

  /**
   * Accepted and hung up is how a dead Redis looks behind a port forwarder, accepted and mute how
   * a hanging one looks over TLS. From a node that never answered, both are rather the wrong port,
   * or plain text where the other speaks TLS: an operator's mistake, and no testimony.
   */
  #failed(failure: Failure): ProbeResult {
    switch (failure.kind) {
      case "timeout":
        return { kind: "timeout", stage: "connect" };
      case "dropped":
        return this.#everAnswered
          ? { kind: "refused", text: `accepted, then ${failure.text}` }
          : { kind: "garbled", text: `accepted, then ${failure.text}` };
      case "mute":
        return this.#everAnswered
          ? { kind: "timeout", stage: "reply" }
          : { kind: "garbled", text: failure.text };
      case "refused":
      case "unreachable":
      case "garbled":
        return failure;
    }
  }
}
