/**
 * The monitors' SSH adapter in the simulation: one kept channel per host, opened early, on which
 * the guard answers request after request. What a monitor gave up on may still be executed.
 */
import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";
import type { Host } from "./host.ts";
import type { Network, Place, Scheduler, Stream } from "./network.ts";
import type { Prng } from "./prng.ts";

/** The far end: what has arrived runs one after the other, whether anybody listens or not. */
class GuardSession {
  readonly #host: Host;
  readonly boot: string;
  readonly #queue: { request: GuardRequest; done: (result: GuardResult) => void }[] = [];
  #busy = false;

  constructor(host: Host) {
    this.#host = host;
    this.boot = host.boot;
  }

  get alive(): boolean {
    return this.#host.up && this.#host.boot === this.boot;
  }

  run(request: GuardRequest, done: (result: GuardResult) => void): void {
    this.#queue.push({ request, done });
    if (!this.#busy) this.#next();
  }

  #next(): void {
    const job = this.#queue.shift();
    this.#busy = job !== undefined;
    if (job === undefined) return;
    this.#host.guard(job.request, (result) => {
      job.done(result);
      this.#next();
    });
  }
}

export class GuardChannel {
  readonly host: Host;
  readonly #up: Stream;
  readonly #down: Stream;
  readonly #scheduler: Scheduler;
  #session: GuardSession | null = null;
  state: "connecting" | "open" | "closed" = "connecting";
  onOpen: (() => void) | null = null;
  onClosed: (() => void) | null = null;

  constructor(network: Network, scheduler: Scheduler, from: Place, host: Host) {
    this.host = host;
    this.#scheduler = scheduler;
    this.#up = network.stream(from, host.name);
    this.#down = network.stream(host.name, from);
  }

  /** Logging in takes `loginMs` at the far end. */
  connect(loginMs: number): void {
    this.#up.send(() => {
      if (!this.host.up) return;
      const session = new GuardSession(this.host);
      this.#scheduler.after(loginMs, () => {
        if (!session.alive) return;
        this.#session = session;
        this.#down.send(() => {
          if (this.state !== "connecting") return;
          this.state = "open";
          this.onOpen?.();
        });
      });
    });
  }

  request(request: GuardRequest, done: (result: GuardResult) => void): void {
    this.#up.send(() => {
      const session = this.#session;
      if (!this.host.up || session === null) return;
      if (!session.alive) return this.#down.send(() => this.#closed());
      session.run(request, (result) =>
        this.#down.send(() => this.state === "open" && done(result)),
      );
    });
  }

  #closed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.onClosed?.();
  }

  close(): void {
    this.state = "closed";
  }
}

interface Waiting {
  readonly request: GuardRequest;
  readonly done: (result: GuardResult) => void;
  sent: boolean;
}

/** What a monitor keeps of one host. */
export class GuardClient {
  readonly #network: Network;
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #from: Place;
  readonly #channels = new Map<Host, GuardChannel>();
  readonly #waiting = new Map<Host, Set<Waiting>>();

  constructor(tools: { network: Network; scheduler: Scheduler; random: Prng }, from: Place) {
    this.#network = tools.network;
    this.#scheduler = tools.scheduler;
    this.#random = tools.random;
    this.#from = from;
  }

  /** Gives a function to call when the request's deadline is over. */
  request(
    host: Host,
    request: GuardRequest,
    done: (result: GuardResult) => void,
  ): () => GuardResult {
    let set = this.#waiting.get(host);
    if (set === undefined) this.#waiting.set(host, (set = new Set()));
    const waiting: Waiting = {
      request,
      sent: false,
      done: (result) => {
        set.delete(waiting);
        done(result);
      },
    };
    set.add(waiting);
    const channel = this.#channel(host);
    if (channel.state === "open") this.#send(channel, waiting);
    return () => {
      set.delete(waiting);
      if (!waiting.sent) return { kind: "unsent", problem: "timeout", text: "no channel in time" };
      this.#drop(host);
      return { kind: "unknown", text: "no answer in time" };
    };
  }

  #send(channel: GuardChannel, waiting: Waiting): void {
    waiting.sent = true;
    channel.request(waiting.request, waiting.done);
  }

  #channel(host: Host): GuardChannel {
    const kept = this.#channels.get(host);
    if (kept !== undefined && kept.state !== "closed") return kept;
    const channel = new GuardChannel(this.#network, this.#scheduler, this.#from, host);
    this.#channels.set(host, channel);
    channel.onOpen = () => {
      for (const waiting of this.#waiting.get(host) ?? []) {
        if (!waiting.sent) this.#send(channel, waiting);
      }
    };
    channel.onClosed = () => this.#failSent(host, "closed");
    // A login that hears nothing is begun again.
    this.#scheduler.after(5000, () => {
      if (channel.state === "connecting") channel.close();
    });
    channel.connect(80 + this.#random.float() * 100);
    return channel;
  }

  #failSent(host: Host, text: string): void {
    for (const waiting of this.#waiting.get(host) ?? []) {
      if (waiting.sent) waiting.done({ kind: "unknown", text });
    }
  }

  #drop(host: Host): void {
    this.#channels.get(host)?.close();
    this.#channels.delete(host);
    this.#failSent(host, "the channel was closed");
  }

  closeAll(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
    this.#waiting.clear();
  }
}
