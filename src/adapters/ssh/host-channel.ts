/**
 * The one kept connection, and the one guard on it, of a host. One exchange is under way at a time: the
 * next requests are sent when the guard has answered those before, even if an answer came too late to be
 * of use. What could not be sent by its deadline was certainly not done, and says so.
 */
import type { Client } from "ssh2";
import type { Target } from "../../core/io.ts";
import type { GuardProblem, GuardRequest, GuardResult } from "../../core/vip/types.ts";
import { ChannelError, connect, messageOf, type SshFiles } from "./connection.ts";
import type { GuardLink, GuardMode } from "./guard-link.ts";
import { type GuardStart, startGuard } from "./guard-start.ts";
import { RequestQueue } from "./request-queue.ts";

export interface ChannelOptions {
  readonly files: SshFiles;
  readonly wanted: GuardStart["wanted"];
  readonly script: string;
  readonly onOpen: (target: Target, mode: GuardMode, ms: number) => void;
  readonly onLost: (target: Target, problem: GuardProblem, text: string) => void;
}

type Unsent = Extract<GuardResult, { kind: "unsent" }>;
type Opened = { readonly kind: "link"; readonly link: GuardLink } | Unsent;

/** Between two attempts to connect: only enough not to hammer a host. */
const ATTEMPT_GAP_MS = 200;
/** A kept channel that nobody asks for is opened again after this. */
const REOPEN_MS = 1_000;
/** A guard that owes an answer for so long is given up, with its connection. */
const STUCK_MS = 3_000;

export class HostChannel {
  readonly #target: Target;
  readonly #options: ChannelOptions;
  readonly #queue = new RequestQueue((request) => this.#late(request));
  #isServing = false;
  #opening: Promise<Opened> | null = null;
  #lastAttempt = Number.NEGATIVE_INFINITY;
  #client: Client | null = null;
  #guardSeen = false;
  #kept = false;
  #closed = false;
  #reopening: NodeJS.Timeout | undefined;
  /** The last trouble that was reported, so that each is reported once. */
  #reported = "";

  constructor(target: Target, options: ChannelOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Never rejects. */
  request(request: GuardRequest, deadlineMs: number): Promise<GuardResult> {
    const answer = this.#queue.put(request, deadlineMs);
    void this.#serve();
    return answer;
  }

  /** Opens the channel, and again whenever it is lost. */
  keep(): void {
    if (this.#kept) return;
    this.#kept = true;
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#reopening);
    this.#client?.destroy();
  }

  /** Whoever asks in the same turn as the first is in the queue when its first requests are taken. */
  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (!this.#queue.isEmpty) {
      const opened = await this.#open();
      if (opened.kind === "unsent") this.#queue.dismiss(opened);
      else await this.#exchange(opened.link);
    }
    this.#isServing = false;
  }

  async #exchange(link: GuardLink): Promise<void> {
    const stuck = setTimeout(() => this.#client?.destroy(), STUCK_MS);
    const taken = this.#queue.take(link.mostTogether);
    const now = performance.now();
    const asked = taken.map(({ request, due }) => ({ request, deadlineMs: due - now }));
    link.ask(asked).forEach((answer, index) => taken[index]?.settle(answer));
    await link.settled();
    clearTimeout(stuck);
  }

  /** One attempt at a time, shared by all who wait for it. */
  #open(): Promise<Opened> {
    this.#opening ??= this.#attempt().then((opened) => {
      if (opened.kind === "unsent") this.#opening = null;
      return opened;
    });
    return this.#opening;
  }

  async #attempt(): Promise<Opened> {
    const pause = this.#lastAttempt + ATTEMPT_GAP_MS - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    if (this.#closed) return this.#unsent("closed", "the monitor is ending");
    const began = performance.now();
    this.#lastAttempt = began;
    let client: Client | null = null;
    try {
      client = await connect(this.#target, this.#options.files, () => !this.#queue.isEmpty);
      if (this.#closed) throw new ChannelError("closed", "the monitor is ending");
      const link = await this.#start(client);
      this.#reported = "";
      this.#options.onOpen(this.#target, link.mode, performance.now() - began);
      return { kind: "link", link };
    } catch (error) {
      client?.destroy();
      const problem = error instanceof ChannelError ? error.problem : "closed";
      this.#trouble(problem, messageOf(error));
      return this.#unsent(problem, messageOf(error));
    }
  }

  async #start(client: Client): Promise<GuardLink> {
    let gone = false;
    const { wanted, script } = this.#options;
    const user = this.#target.sshUser;
    const ended = new Promise<never>((_, reject) => {
      client.once("close", () => {
        gone = true;
        reject(new ChannelError("closed", "the connection closed while the guard was starting"));
      });
    });
    const starting = startGuard(client, { wanted, script, user, guardSeen: this.#guardSeen });
    const link = await Promise.race([starting, ended]);
    if (gone || this.#closed)
      throw new ChannelError("closed", "closed while the guard was starting");
    ended.catch(() => undefined);
    this.#guardSeen ||= link.mode !== "plain";
    this.#client = client;
    client.once("close", () => this.#lost(link));
    void link.ended.then(() => client.destroy());
    return link;
  }

  #lost(link: GuardLink): void {
    link.close();
    this.#client = null;
    this.#opening = null;
    this.#trouble("closed", "the connection was lost");
  }

  #trouble(problem: GuardProblem, text: string): void {
    if (this.#closed) return;
    if (this.#reported !== text) this.#options.onLost(this.#target, problem, text);
    this.#reported = text;
    if (!this.#kept) return;
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => void this.#open(), REOPEN_MS);
  }

  #late({ op }: GuardRequest): Unsent {
    const why = this.#client === null ? "no channel in time" : "the guard is busy with others";
    return this.#unsent("timeout", `${op}: ${why}`);
  }

  #unsent(problem: GuardProblem, text: string): Unsent {
    return { kind: "unsent", problem, text: `${this.#target.node}: ${text}` };
  }
}
