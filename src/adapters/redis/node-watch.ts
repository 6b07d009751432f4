/**
 * Watching one node over one kept connection. `refused` means that the kept connection is gone
 * *and* a new one is refused: a healthy master whose `bind` was changed refuses new connections
 * while the kept one answers. So the kept connection is given up only when it has closed, or when
 * it stays silent and another one could be made (a half-open connection to a host that was
 * rebooted would otherwise be asked in vain for a quarter of an hour).
 */
import type { ProbeResult } from "../../core/health/types.ts";
import { Connection, type Credentials, type Opening } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import type { Failure } from "./failure.ts";
import { type LineAnswer, ProbeLine } from "./probe-line.ts";

/** Silent probes before another connection is tried, and again after each failed try. */
const PATIENCE = 3;
/** The same after a try that connected: a stopped Redis lets only so many connections queue up. */
const LONG_PATIENCE = 30;

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
  #replaceAt = PATIENCE;
  #everAnswered = false;
  #isClosed = false;

  /** `onLost`: a connection that had answered has closed. */
  constructor(watched: Watched, credentials: () => Credentials, onLost: () => void) {
    this.watched = watched;
    this.#credentials = credentials;
    this.#onLost = onLost;
  }

  /** One probe at a time: who asks during a probe gets that probe's result. */
  probe(deadlineMs: number): Promise<ProbeResult> {
    this.#probing ??= this.#probe(new Deadline(deadlineMs)).finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  close(): void {
    this.#isClosed = true;
    this.#line?.close();
    this.#line = null;
  }

  async #probe(deadline: Deadline): Promise<ProbeResult> {
    const kept = this.#line;
    if (kept !== null) {
      const answer = await this.#askKept(kept, deadline);
      if (answer.kind === "answered") return answer.result;
      if (answer.kind === "silent") return { kind: "timeout", stage: "reply" };
    }
    return this.#probeAnew(deadline);
  }

  async #askKept(kept: ProbeLine, deadline: Deadline): Promise<LineAnswer> {
    const isDue = this.#silent >= this.#replaceAt;
    const [answer, other] = await Promise.all([
      kept.ask(this.#credentials(), deadline),
      isDue ? this.#open(deadline) : null,
    ]);
    this.#note(answer);
    if (other !== null) this.#settleReplacement(answer, other);
    return answer;
  }

  #settleReplacement(answer: LineAnswer, other: Opening): void {
    if (other.kind === "open" && answer.kind === "answered") {
      other.connection.close();
      return;
    }
    this.#replaceAt = this.#silent + (other.kind === "open" ? LONG_PATIENCE : PATIENCE);
    if (other.kind === "open") this.#keep(other.connection);
  }

  async #probeAnew(deadline: Deadline): Promise<ProbeResult> {
    if (this.#line === null) {
      const opening = await this.#open(deadline);
      if (opening.kind === "failed") return this.#failed(opening.failure);
      this.#keep(opening.connection);
    }
    const line = this.#line;
    if (line === null) return { kind: "unreachable", text: "no longer watched" };
    const answer = await line.ask(this.#credentials(), deadline);
    this.#note(answer);
    switch (answer.kind) {
      case "answered":
        return answer.result;
      case "silent":
        return { kind: "timeout", stage: "reply" };
      case "lost":
        return this.#failed(answer.failure);
    }
  }

  #open(deadline: Deadline): Promise<Opening> {
    const { address, port } = this.watched;
    return Connection.open({ host: address, port, tls: this.#credentials().tls }, deadline);
  }

  #keep(connection: Connection): void {
    this.#line?.close();
    this.#line = null;
    if (this.#isClosed) return connection.close();
    const line = new ProbeLine(connection);
    line.onLost(() => this.#lost(line));
    // It may have closed between connecting and now.
    if (line.isOpen) this.#line = line;
  }

  #lost(line: ProbeLine): void {
    if (this.#line === line) this.#line = null;
    // A node that drops each new connection at once is found by the usual probes.
    if (line.hasAnswered) this.#onLost();
  }

  #note(answer: LineAnswer): void {
    if (answer.kind === "silent") {
      this.#silent += 1;
      return;
    }
    this.#silent = 0;
    this.#replaceAt = PATIENCE;
    if (answer.kind === "answered") this.#everAnswered = true;
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
