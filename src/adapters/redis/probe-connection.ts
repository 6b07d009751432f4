/**
 * A connection for probes, over a bare socket: what a monitor does all day is to write six bytes to each node
 * and to read seven. Through ioredis, which actions use, that took a seventh of all time of a monitor with
 * many groups. It has the manners of `Connection`: one attempt, no reconnecting, nothing sent twice, and
 * what was not asked for, or is no answer, ends it.
 */
import { connect as connectPlainly, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import type { CommandWords } from "./commands-sent.ts";
import type { Endpoint, Reply } from "./connection.ts";
import { type Deadline, LATE } from "./deadline.ts";
import { classifyFailure, type Failure } from "./failure.ts";
import { ReplyReader } from "./reply-reader.ts";

const KEEP_ALIVE_MS = 5_000;

export type ProbeOpening =
  | { readonly kind: "open"; readonly connection: ProbeConnection }
  | { readonly kind: "failed"; readonly failure: Failure };

interface Question {
  readonly count: number;
  readonly replies: Reply[];
  readonly settle: (replies: readonly Reply[]) => void;
}

export class ProbeConnection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  #error: Error | null = null;
  #isOpen = false;
  #negotiatingTls: boolean;
  #question: Question | null = null;
  #onLost: () => void = () => {};
  /** What became of connecting; null: it stands. */
  #connected: (failure: Failure | null) => void = () => {};

  private constructor({ host, port, tls }: Endpoint) {
    this.#negotiatingTls = tls !== undefined;
    this.#socket =
      tls === undefined ? connectPlainly({ host, port }) : connectSecurely({ host, port, ...tls });
    this.#socket
      .setNoDelay(true)
      .setKeepAlive(true, KEEP_ALIVE_MS)
      .on(tls === undefined ? "connect" : "secureConnect", () => this.#stands())
      .on("data", (bytes: Buffer) => this.#read(bytes))
      .on("error", (error: Error) => (this.#error ??= error))
      .on("close", () => this.#closed());
  }

  /** Connects; one attempt. What is not connected at the deadline is given up for good. */
  static async open(endpoint: Endpoint, deadline: Deadline): Promise<ProbeOpening> {
    const connection = new ProbeConnection(endpoint);
    const connecting = new Promise<Failure | null>((settle) => (connection.#connected = settle));
    const failure = await deadline.within(connecting);
    if (failure === null) return { kind: "open", connection };
    const reason = failure === LATE ? connection.#lateness() : failure;
    connection.close();
    return { kind: "failed", failure: reason };
  }

  /** False once either side has closed it. It says nothing of the node's health. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls back, once, when the connection ends otherwise than by `close`. */
  onLost(callback: () => void): void {
    this.#onLost = callback;
  }

  /**
   * Sends the commands in one write, and settles, with one reply for each, when all are answered
   * or the connection has ended. One question at a time. Without a deadline: a silent node leaves it
   * pending.
   */
  ask(commands: readonly CommandWords[]): Promise<readonly Reply[]> {
    return new Promise((settle) => {
      const question: Question = { count: commands.length, replies: [], settle };
      if (!this.#isOpen || this.#question !== null) return settle(this.#withLost(question));
      this.#question = question;
      this.#socket.write(written(commands));
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#onLost = () => {};
    this.#socket.destroy();
  }

  #stands(): void {
    this.#negotiatingTls = false;
    this.#isOpen = true;
    this.#connected(null);
  }

  #read(bytes: Buffer): void {
    try {
      for (const reply of this.#reader.take(bytes)) this.#answer(reply);
    } catch (error) {
      this.#error ??= error as Error;
      this.#socket.destroy();
    }
  }

  /** @throws when nobody asked: it might be taken for the answer to the next question */
  #answer(reply: Reply): void {
    const question = this.#question;
    if (question === null) throw new Error("answers what was not asked");
    question.replies.push(reply);
    if (question.replies.length < question.count) return;
    this.#question = null;
    question.settle(question.replies);
  }

  #closed(): void {
    const failure = classifyFailure(this.#error, this.#negotiatingTls);
    this.#connected(failure);
    const question = this.#question;
    this.#question = null;
    question?.settle(this.#withLost(question));
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onLost();
  }

  #withLost({ count, replies }: Question): readonly Reply[] {
    const failure = classifyFailure(this.#error, this.#negotiatingTls);
    const lost = Array.from({ length: count - replies.length }, (): Reply => {
      return { kind: "lost", failure };
    });
    return [...replies, ...lost];
  }

  #lateness(): Failure {
    if (!this.#socket.connecting && this.#negotiatingTls)
      return { kind: "mute", text: "TLS is not answered" };
    return { kind: "timeout", text: "no answer to connecting" };
  }
}

function written(commands: readonly CommandWords[]): string {
  let text = "";
  for (const words of commands) {
    text += `*${words.length}\r\n`;
    for (const word of words) text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
  }
  return text;
}
