/**
 * A guard that runs on a host, at the other end of a channel. Lines that do not answer a request
 * of ours are dropped: noise of the login shell, and answers that come after their deadline.
 */
import { randomBytes } from "node:crypto";
import type { ClientChannel } from "ssh2";
import type { GuardResult } from "../../core/vip/types.ts";
import { ChannelError } from "./connection.ts";
import { Tail } from "./exec.ts";
import type { Asked, GuardLink, GuardMode } from "./guard-link.ts";
import {
  type Answer,
  encodeRequest,
  mostTogetherOf,
  parseAnswer,
  requestLine,
} from "./guard-protocol.ts";
import { parseView } from "./register-view.ts";

const LONGEST_LINE = 16 * 1024;

export class GuardProcess implements GuardLink {
  readonly mode: GuardMode;
  readonly ended: Promise<void>;
  readonly #channel: ClientChannel;
  readonly #ids = randomBytes(8).toString("hex");
  readonly #waiting = new Map<string, (answer: Answer | null) => void>();
  readonly #stdout = new Tail(1024);
  readonly #stderr = new Tail(1024);
  #mostTogether = 1;
  #sequence = 0;
  #partial = "";
  #closed = false;
  /** A fast host greets in the same packet that confirms the command, before anybody waits for it. */
  #greeted = false;
  #onSettled: (() => void)[] = [];
  #onGreeting: ((greeted: boolean) => void) | null = null;

  constructor(channel: ClientChannel, mode: GuardMode) {
    this.mode = mode;
    this.#channel = channel;
    channel.on("data", (data: Buffer) => this.#read(data));
    channel.stderr.on("data", (data: Buffer) => this.#stderr.add(data));
    channel.on("error", () => undefined);
    this.ended = new Promise((resolve) => channel.once("close", () => resolve()));
    channel.on("close", () => this.#end());
  }

  /**
   * Sends `script`, if there is one, and resolves when the guard has answered for the first time.
   * Nothing may be sent between the script and the guard's greeting: a shell reads its script in
   * blocks and would swallow it. @throws ChannelError
   */
  async start(script: string | null, deadlineMs: number): Promise<void> {
    const greeting = new Promise<boolean>((resolve) => {
      this.#onGreeting = resolve;
      if (this.#closed || this.#greeted) resolve(this.#greeted);
    });
    if (script !== null) this.#channel.write(script);
    const timer = setTimeout(() => this.#onGreeting?.(false), deadlineMs);
    const greeted = await greeting;
    clearTimeout(timer);
    const hello = greeted ? await this.#hello(deadlineMs) : null;
    if (hello === null) throw this.#whyNot(deadlineMs);
    if (hello.kind === "ok") this.#mostTogether = mostTogetherOf(hello.rest);
  }

  get mostTogether(): number {
    return this.#mostTogether;
  }

  ask(all: readonly Asked[]): readonly Promise<GuardResult>[] {
    const lines: string[] = [];
    const answers = all.map((asked) => this.#ask(asked, lines));
    const isShared = lines.length > 1;
    if (isShared) lines.unshift(requestLine(this.#newId(), "together", [String(lines.length)]));
    if (lines.length > 0 && !this.#closed) this.#channel.write(lines.join(""));
    return answers;
  }

  /** Adds the request to the lines that are to be sent, unless it cannot be one. */
  async #ask({ request, deadlineMs }: Asked, lines: string[]): Promise<GuardResult> {
    const encoded = encodeRequest(request);
    if (encoded.kind === "invalid") return { kind: "refused", code: "syntax", text: encoded.text };
    const id = this.#newId();
    lines.push(requestLine(id, request.op, encoded.words));
    const answer = await this.#answerTo(id, deadlineMs);
    if (answer !== null) return resultOf(answer);
    const how = this.#closed
      ? "the channel closed"
      : `no answer within ${Math.round(deadlineMs)} ms`;
    return { kind: "unknown", text: `guard ${request.op} ${request.vip}: ${how}` };
  }

  settled(): Promise<void> {
    if (this.#closed || this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onSettled.push(resolve));
  }

  close(): void {
    this.#channel.destroy();
    this.#end();
  }

  #hello(deadlineMs: number): Promise<Answer | null> {
    const id = this.#newId();
    const answer = this.#answerTo(id, deadlineMs);
    if (!this.#closed) this.#channel.write(requestLine(id, "hello", []));
    return answer;
  }

  #newId(): string {
    this.#sequence += 1;
    return `${this.#ids}-${this.#sequence}`;
  }

  /** null: no answer in time. The id stays in `waiting` until its late answer has come. */
  #answerTo(id: string, deadlineMs: number): Promise<Answer | null> {
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), deadlineMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  #read(data: Buffer): void {
    this.#stdout.add(data);
    const lines = (this.#partial + data.toString("latin1")).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-LONGEST_LINE);
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    if (/^guard \d+ \w+$/.test(line.trimEnd())) {
      this.#greeted = true;
      this.#onGreeting?.(true);
    }
    const answer = parseAnswer(line);
    if (answer === null) return;
    const waiter = this.#waiting.get(answer.id);
    if (waiter === undefined) return;
    this.#waiting.delete(answer.id);
    waiter(answer);
    if (this.#waiting.size === 0) this.#releaseSettled();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onGreeting?.(false);
    for (const waiter of this.#waiting.values()) waiter(null);
    this.#waiting.clear();
    this.#releaseSettled();
  }

  #releaseSettled(): void {
    const resolvers = this.#onSettled;
    this.#onSettled = [];
    for (const resolve of resolvers) resolve();
  }

  #whyNot(deadlineMs: number): ChannelError {
    const said = this.#stderr.summary || this.#stdout.summary || "nothing";
    if (/\bsudo\b/.test(this.#stderr.text)) return new ChannelError("sudo", said);
    if (this.#closed)
      return new ChannelError("closed", `the guard did not start; it said: ${said}`);
    const text = `no guard within ${deadlineMs} ms; does the login shell print or read? It said: ${said}`;
    return new ChannelError("shell-noise", text);
  }
}

function resultOf(answer: Answer): GuardResult {
  if (answer.kind === "err") return { kind: "refused", code: answer.code, text: answer.text };
  if (answer.rest === "") return { kind: "ok", view: null };
  const view = parseView(answer.rest);
  if (view === null)
    return { kind: "unknown", text: `unreadable answer of the guard: ${answer.rest}` };
  return { kind: "ok", view };
}
