/** A monitor's check of its own network: it pings each of `ping_ips`, and tells when what that means changes. */
import { NETWORK_NOT_CHECKED, type OwnNetwork } from "../../core/health/own-network.ts";
import {
  isHung,
  networkOf,
  nextLookAt,
  type PingTimes,
  silentMsFor,
  type TargetFacts,
  type TargetState,
  targetState,
} from "./opinion.ts";
import { Pinger } from "./pinger.ts";

export interface SelfCheckOptions {
  readonly targets: readonly string[];
  readonly intervalMs: number;
  /** The shortest of all groups, as agreed on. */
  readonly downAfterMs: () => number;
  readonly now: () => number;
  readonly onChange: (network: OwnNetwork) => void;
  readonly program?: string;
}

export interface TargetReport {
  readonly target: string;
  readonly state: TargetState;
  readonly trouble: string | null;
}

export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #pingers: readonly Pinger[];
  #network: OwnNetwork = NETWORK_NOT_CHECKED;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    const { targets, intervalMs, now, program } = options;
    const onNews = () => this.#look();
    const tools = { intervalMs, now, onNews, ...(program === undefined ? {} : { program }) };
    this.#pingers = targets.map((target) => new Pinger({ target, ...tools }));
  }

  start(): void {
    for (const pinger of this.#pingers) pinger.start();
    if (this.#pingers.length > 0) this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const pinger of this.#pingers) pinger.stop();
  }

  /** For `mmm doctor`. */
  report(): readonly TargetReport[] {
    const now = this.#options.now();
    return this.#facts().map((facts) => ({
      target: facts.target,
      state: targetState(facts, this.#times(), now),
      trouble: facts.trouble,
    }));
  }

  /** Processes that are under way; for tests. */
  get pids(): readonly (number | null)[] {
    return this.#pingers.map(({ pid }) => pid);
  }

  #facts(): readonly TargetFacts[] {
    return this.#pingers.map(({ facts }) => facts);
  }

  #times(): PingTimes {
    const { intervalMs, downAfterMs } = this.#options;
    return { intervalMs, silentMs: silentMsFor(downAfterMs(), intervalMs) };
  }

  #look(): void {
    if (this.#isStopped) return;
    const now = this.#options.now();
    const times = this.#times();
    for (const pinger of this.#pingers) if (isHung(pinger.facts, times, now)) pinger.restart();
    const next = networkOf(this.#facts(), times, now, this.#network);
    const { is, problem } = this.#network;
    if (next.is !== is || next.problem !== problem) {
      this.#network = next;
      this.#options.onChange(next);
    }
    this.#lookAgainAt(nextLookAt(this.#facts(), times, now), now);
  }

  #lookAgainAt(at: number, now: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = at === Infinity ? null : setTimeout(() => this.#look(), Math.ceil(at - now));
  }
}
