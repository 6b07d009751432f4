/**
 * One client of the Sentinel endpoint: commands are answered one after the other, in their order,
 * however many come at once; a client that does not read is let go.
 */
import type { Socket } from "node:net";
import type { Status } from "../../core/status-types.ts";
import { messageOf } from "../../errors.ts";
import { Admission } from "./admission.ts";
import { answerOf, plainAnswer } from "./answers.ts";
import { CommandReader } from "./commands.ts";
import type { Message } from "./news.ts";
import { Subscriptions } from "./subscriptions.ts";
import { encode, failure, type Value, type Version } from "./values.ts";
import type { ViewOptions } from "./view.ts";

export interface ConnectionOptions {
  readonly view: ViewOptions;
  /** The password that it asks for; null: none. */
  readonly secret: string | null;
  readonly status: () => Promise<Status>;
  /** The number of its subscriptions changed. */
  readonly onSubscribed: () => void;
}

const MOST_UNREAD_BYTES = 256 * 1024;
/** Subscribers wait for as long as it takes; the kernel finds out who is gone. */
const IDLE_MS = 300_000;
const KEEPALIVE_MS = 30_000;
/** What may be asked on a connection that waits for messages, in version 2 of the protocol. */
const WHILE_SUBSCRIBED = ["ping", "quit"];

export class Connection {
  readonly #socket: Socket;
  readonly #id: number;
  readonly #options: ConnectionOptions;
  readonly #reader = new CommandReader();
  readonly #subscriptions = new Subscriptions();
  readonly #admission: Admission;
  #version: Version = 2;

  constructor(socket: Socket, id: number, options: ConnectionOptions) {
    this.#socket = socket;
    this.#id = id;
    this.#options = options;
    this.#admission = new Admission(options.secret);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
    socket.setTimeout(IDLE_MS, () => {
      if (!this.isSubscriber) socket.destroy();
    });
    socket.on("data", (chunk: Buffer) => void this.#take(chunk));
  }

  get isSubscriber(): boolean {
    return this.#subscriptions.count > 0;
  }

  deliver(message: Message): void {
    for (const value of this.#subscriptions.deliver(message)) this.#write(value);
  }

  /** Nothing more is read before everything of this chunk was answered. */
  async #take(chunk: Buffer): Promise<void> {
    this.#socket.pause();
    try {
      for (const words of this.#reader.read(chunk)) {
        await this.#answer(words);
        if (this.#socket.destroyed || this.#socket.writableEnded) return;
      }
      this.#socket.resume();
    } catch (error) {
      this.#write(failure(`ERR Protocol error: ${messageOf(error)}`));
      this.#socket.destroySoon();
    }
  }

  async #answer(words: readonly string[]): Promise<void> {
    const instead = this.#admission.check(words);
    if (instead !== undefined) {
      this.#write(instead);
      if (this.#admission.isTurnedAway) this.#socket.destroySoon();
      return;
    }
    const subscribed = this.#subscriptions.change(words);
    if (subscribed !== undefined) {
      for (const value of subscribed) this.#write(value);
      this.#options.onSubscribed();
      return;
    }
    this.#write(await this.#valueOf(words));
    if (words[0]?.toLowerCase() === "quit") this.#socket.destroySoon();
  }

  async #valueOf(words: readonly string[]): Promise<Value> {
    const command = words[0]?.toLowerCase() ?? "";
    const waits = this.isSubscriber && this.#version === 2;
    if (waits && command === "ping") return ["pong", words[1] ?? ""];
    if (waits && !WHILE_SUBSCRIBED.includes(command))
      return failure(`ERR Can't execute '${command.slice(0, 64)}' while subscribed`);
    if (command === "hello") return this.#hello(words.slice(1));
    const plain = plainAnswer(words, this.#id);
    if (plain !== undefined) return plain;
    try {
      return answerOf(words, await this.#options.status(), this.#options.view);
    } catch (error) {
      return failure(`IDONTKNOW the monitor does not answer: ${messageOf(error)}`);
    }
  }

  /** Of its options SETNAME means nothing here, and AUTH was heard by who lets in. */
  #hello([wanted = String(this.#version)]: readonly string[]): Value {
    if (wanted !== "2" && wanted !== "3") return failure("NOPROTO unsupported protocol version");
    this.#version = wanted === "3" ? 3 : 2;
    const entries = [
      ["server", "redis"],
      ["version", "7.0.0"],
      ["proto", this.#version],
      ["id", this.#id],
      ["mode", "sentinel"],
      ["role", "sentinel"],
      ["modules", []],
    ] as const;
    return { kind: "map", entries };
  }

  #write(value: Value): void {
    if (this.#socket.writableLength > MOST_UNREAD_BYTES) this.#socket.destroy();
    else this.#socket.write(encode(value, this.#version));
  }
}
