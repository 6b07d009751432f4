/**
 * What waits to be asked of one host's guard, in order of arrival. Requests that stand right behind each
 * other and may share a line are taken together: the renewals of several groups that a turn asks for
 * arrive at once, and cost the host one transaction instead of one each.
 */
import type { GuardRequest, GuardResult } from "../../core/vip/types.ts";
import { isShareable } from "./guard-protocol.ts";

export interface Waiting {
  readonly request: GuardRequest;
  /** By `performance.now()`. */
  readonly due: number;
  /** Has an effect once. */
  readonly settle: (result: GuardResult | Promise<GuardResult>) => void;
}

export class RequestQueue {
  readonly #late: (request: GuardRequest) => GuardResult;
  #waiting: readonly Waiting[] = [];

  /** @param late the answer to a request that was not taken in time */
  constructor(late: (request: GuardRequest) => GuardResult) {
    this.#late = late;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  put(request: GuardRequest, deadlineMs: number): Promise<GuardResult> {
    return new Promise((resolve) => {
      const due = performance.now() + deadlineMs;
      const timer = setTimeout(() => this.#expire(due), deadlineMs);
      const settle: Waiting["settle"] = (result) => {
        clearTimeout(timer);
        resolve(result);
      };
      this.#waiting = [...this.#waiting, { request, due, settle }];
    });
  }

  /** The first, and with it those behind it that may share its line; at most `most`, and none that is late. */
  take(most: number): readonly Waiting[] {
    this.#expire(performance.now());
    const length = this.#lengthOfRun(most);
    const taken = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    return taken;
  }

  /** Answers all that wait. */
  dismiss(result: GuardResult): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const { settle } of all) settle(result);
  }

  #expire(now: number): void {
    const all = this.#waiting;
    this.#waiting = all.filter(({ due }) => due > now);
    for (const { request, due, settle } of all) if (due <= now) settle(this.#late(request));
  }

  /** Two requests about one VIP never share a line: the second counts on the first. */
  #lengthOfRun(most: number): number {
    const vips = new Set<string>();
    const end = this.#waiting.findIndex(({ request }, index) => {
      const mayJoin = index < most && !vips.has(request.vip) && isShareable(request);
      vips.add(request.vip);
      return !mayJoin;
    });
    if (end < 0) return this.#waiting.length;
    return Math.max(end, 1);
  }
}
