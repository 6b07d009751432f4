/**
 * Commands on a logged-in host: one that runs beside us (a guard), or one that runs to its end.
 * Both streams are always read: ssh2 reports the end only then.
 */
import type { Client, ClientChannel } from "ssh2";
import { ChannelError } from "./connection.ts";

export interface Finished {
  /** null: ended by a signal, or the channel closed before the code came. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LONGEST_OUTPUT = 64 * 1024;

/**
 * Starts a command. `attach` is called at once, in the same turn of the event loop: what a command
 * that ends quickly says (its exit code above all) may arrive in the segment that opened the
 * channel, and would be missed by a listener added one promise later. @throws ChannelError
 */
export function open<T>(
  client: Client,
  command: string,
  attach: (channel: ClientChannel) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(new ChannelError("closed", error.message));
    try {
      client.exec(command, (error, channel) => (error ? refuse(error) : resolve(attach(channel))));
    } catch (error) {
      // ssh2 throws "Not connected" when the socket is gone already.
      refuse(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/**
 * Resolves when the command has ended and its channel is closed.
 * @param input what it reads @throws ChannelError
 */
export async function run(client: Client, command: string, input = ""): Promise<Finished> {
  const { finished } = await open(client, command, (channel) => finish(channel, input));
  return finished;
}

/** Wrapped, for a promise that is resolved with another one would wait for it. */
function finish(channel: ClientChannel, input: string): { readonly finished: Promise<Finished> } {
  const finished = new Promise<Finished>((resolve) => {
    const stdout = new Tail();
    const stderr = new Tail();
    let exitCode: number | null = null;
    channel.on("data", (data: Buffer) => stdout.add(data));
    channel.stderr.on("data", (data: Buffer) => stderr.add(data));
    channel.on("exit", (code: number | null) => {
      exitCode = code;
    });
    channel.on("error", () => undefined);
    channel.on("close", () => resolve({ exitCode, stdout: stdout.text, stderr: stderr.text }));
    channel.end(input);
  });
  return { finished };
}

/** What is not there by then is not waited for; it goes on. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const LATE = Symbol("late");

/** The same, where nothing can be done without it. @throws ChannelError */
export async function inTime<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  const found = await withDeadline<T | typeof LATE>(work, deadlineMs, LATE);
  if (found !== LATE) return found;
  throw new ChannelError("timeout", `${what}: no answer within ${deadlineMs} ms`);
}

/** The last part of a stream that may be endless. */
export class Tail {
  readonly #limit: number;
  #text = "";

  constructor(limit = LONGEST_OUTPUT) {
    this.#limit = limit;
  }

  add(data: Buffer): void {
    this.#text = (this.#text + data.toString("latin1")).slice(-this.#limit);
  }

  get text(): string {
    return this.#text;
  }

  /** For a message: one line, readable, short. */
  get summary(): string {
    const printable = this.#text.replace(/[^\x20-\x7e\n]/g, "?").trim();
    return printable
      .split(/\s*\n\s*/)
      .join("; ")
      .slice(-300);
  }
}
