/**
 * Directed links between named machines. Two kinds of traffic use them:
 * datagrams (messages between monitors), which may be lost, doubled, delayed and overtake each
 * other; and streams (SSH, Redis), which are delivered in order and, while their link is cut, are
 * sent again as TCP does: so a request may arrive seconds after its sender gave up on it.
 */
import type { Prng } from "./prng.ts";

export type Place = string;

export interface LinkQuality {
  /** Nothing passes. */
  cut: boolean;
  /** A firewall on the way refuses whoever would connect to a Redis. */
  rejects: boolean;
  /** Probability that one packet is lost. */
  loss: number;
  /** What every packet takes, milliseconds. */
  leastMs: number;
  /** Mean of the exponential part of the delay, milliseconds. */
  delayMs: number;
  /** Probability of a delay of up to `spikeMs` more. */
  spike: number;
  spikeMs: number;
  /** Probability that a datagram arrives twice. */
  duplicate: number;
}

export const GOOD_LINK: Readonly<LinkQuality> = {
  cut: false,
  rejects: false,
  loss: 0,
  leastMs: 0.1,
  delayMs: 0.3,
  spike: 0,
  spikeMs: 0,
  duplicate: 0,
};

/** TCP's first retransmission; it doubles each time. */
const RETRANSMIT_MS = 200;
const MOST_RETRANSMITS = 7;

export interface Scheduler {
  readonly now: number;
  after(ms: number, run: () => void): void;
}

export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #links = new Map<Place, Map<Place, LinkQuality>>();
  /** Whatever faults do to a link, and whatever mends those: nothing passes these. */
  readonly #broken = new Set<LinkQuality>();

  constructor(scheduler: Scheduler, random: Prng) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  link(from: Place, to: Place): LinkQuality {
    let row = this.#links.get(from);
    if (row === undefined) this.#links.set(from, (row = new Map()));
    let link = row.get(to);
    if (link === undefined) row.set(to, (link = { ...GOOD_LINK }));
    return link;
  }

  setAll(quality: Partial<LinkQuality>): void {
    for (const row of this.#links.values()) {
      for (const link of row.values()) Object.assign(link, quality);
    }
  }

  /** Both directions. */
  cut(a: Place, b: Place, cut = true): void {
    this.link(a, b).cut = cut;
    this.link(b, a).cut = cut;
  }

  /** For good. */
  break(from: Place, to: Place): void {
    this.#broken.add(this.link(from, to));
  }

  isBroken(from: Place, to: Place): boolean {
    return this.#broken.has(this.link(from, to));
  }

  passes(from: Place, to: Place): boolean {
    return !this.link(from, to).cut && !this.isBroken(from, to);
  }

  /** Delay of one packet, or null when it is lost. */
  transit(from: Place, to: Place): number | null {
    return this.delayOn(this.link(from, to));
  }

  delayOn(link: LinkQuality): number | null {
    if (link.cut || this.#broken.has(link) || (link.loss > 0 && this.#random.chance(link.loss)))
      return null;
    let delay = link.leastMs + this.#random.exponential(link.delayMs);
    if (link.spike > 0 && this.#random.chance(link.spike))
      delay += this.#random.float() * link.spikeMs;
    return delay;
  }

  datagram(from: Place, to: Place, deliver: () => void): void {
    const link = this.link(from, to);
    const delay = this.delayOn(link);
    if (delay !== null) this.#scheduler.after(delay, deliver);
    if (link.duplicate > 0 && this.#random.chance(link.duplicate)) {
      const again = this.delayOn(link);
      if (again !== null) this.#scheduler.after(again * 3, deliver);
    }
  }

  stream(from: Place, to: Place): Stream {
    return new Stream(this, this.#scheduler, this.link(from, to));
  }
}

/** One direction of a TCP connection. */
export class Stream {
  readonly #network: Network;
  readonly #scheduler: Scheduler;
  readonly #link: LinkQuality;
  readonly #waiting: (() => void)[] = [];
  #lastArrival = 0;
  #retrying = false;
  #retries = 0;
  /** Retransmission gave up: nothing more arrives. */
  broken = false;

  constructor(network: Network, scheduler: Scheduler, link: LinkQuality) {
    this.#network = network;
    this.#scheduler = scheduler;
    this.#link = link;
  }

  send(deliver: () => void): void {
    if (this.broken) return;
    if (this.#retrying || !this.#passes(deliver)) this.#waiting.push(deliver);
  }

  /** false: the packet was lost, and is sent again later. */
  #passes(deliver: () => void): boolean {
    const delay = this.#network.delayOn(this.#link);
    if (delay === null) {
      this.#retryLater();
      return false;
    }
    this.#retries = 0;
    const arrival = Math.max(this.#scheduler.now + delay, this.#lastArrival + 0.001);
    this.#lastArrival = arrival;
    this.#scheduler.after(arrival - this.#scheduler.now, deliver);
    return true;
  }

  #flush(): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || !this.#passes(first)) return;
      this.#waiting.shift();
    }
  }

  #retryLater(): void {
    if (this.#retries >= MOST_RETRANSMITS) {
      this.broken = true;
      this.#waiting.length = 0;
      return;
    }
    this.#retrying = true;
    this.#scheduler.after(RETRANSMIT_MS * 2 ** this.#retries, () => {
      this.#retrying = false;
      this.#flush();
    });
    this.#retries += 1;
  }
}
