/**
 * Commands of operators that wait for their end. A retry of a request joins the one that is under
 * way; what the core reports of the group meanwhile is its progress.
 */
import type { ProgressEvent } from "../adapters/control/client.ts";
import { eventName, lineOf } from "../adapters/log-lines.ts";
import type { ConsensusEvent } from "../core/consensus/types.ts";
import type { Event } from "../core/events.ts";
import type { GroupName } from "../core/ids.ts";
import type { CommandOutcome } from "../core/messages.ts";

interface Waiter {
  readonly group: GroupName;
  readonly settle: (outcome: CommandOutcome) => void;
  readonly onProgress: (event: ProgressEvent) => void;
  /** What it was not told yet. */
  untold: ProgressEvent[];
}

/** A reload of hundreds of groups is as many; whoever asks for more keeps this monitor busy. */
const MOST_REQUESTS = 1_024;
/**
 * Once nothing more has come for so long, or the first has waited long enough: a person sees no difference,
 * and a switchover, whose steps take a few milliseconds each, is not held up by being told of.
 */
const TELL_AFTER_MS = 100;
const TELL_WITHIN_MS = 500;

export class Requests {
  readonly #waiters = new Map<string, Set<Waiter>>();
  #telling: { readonly timer: NodeJS.Timeout; readonly latestAt: number } | null = null;

  /**
   * Waits for the outcome, at most `limitMs`.
   * @param start hands the command to the core; false: it was not taken
   */
  run(
    requestId: string,
    {
      group,
      onProgress,
      limitMs,
    }: Omit<Waiter, "settle" | "untold"> & { readonly limitMs: number },
    start: () => boolean,
  ): Promise<CommandOutcome> {
    if (this.#waiters.size >= MOST_REQUESTS && !this.#waiters.has(requestId))
      return Promise.resolve({ kind: "refused", message: "too many commands are under way" });
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(lost(`no end in ${limitMs / 1_000} s`)), limitMs);
      const settle = (outcome: CommandOutcome) => {
        clearTimeout(timer);
        this.#remove(requestId, waiter);
        tell(waiter);
        resolve(outcome);
      };
      const waiter: Waiter = { group, settle, onProgress, untold: [] };
      const others = this.#waiters.get(requestId) ?? new Set();
      this.#waiters.set(requestId, others.add(waiter));
      // It is ending: another may lead in a moment.
      if (!start()) settle({ kind: "not-leader", leader: null });
    });
  }

  settle(requestId: string, outcome: CommandOutcome): void {
    for (const waiter of this.#waiters.get(requestId) ?? []) waiter.settle(outcome);
  }

  report(event: Event | ConsensusEvent): void {
    if (!("group" in event) || this.#waiters.size === 0) return;
    const { text, fields } = lineOf(event);
    const progress = { event: eventName(event.kind), text, data: fields };
    for (const waiter of this.#all())
      if (waiter.group === event.group) waiter.untold.push(progress);
    this.#tellSoon();
  }

  /** This monitor ends: what it was asked for may go on without it. */
  close(): void {
    for (const waiter of this.#all()) waiter.settle(lost("this monitor ended"));
  }

  #tellSoon(): void {
    const now = performance.now();
    const latestAt = this.#telling?.latestAt ?? now + TELL_WITHIN_MS;
    clearTimeout(this.#telling?.timer);
    const timer = setTimeout(() => this.#tellAll(), Math.min(TELL_AFTER_MS, latestAt - now));
    this.#telling = { timer, latestAt };
  }

  #tellAll(): void {
    this.#telling = null;
    for (const waiter of this.#all()) tell(waiter);
  }

  #all(): readonly Waiter[] {
    return [...this.#waiters.values()].flatMap((waiters) => [...waiters]);
  }

  #remove(requestId: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(requestId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(requestId);
  }
}

function tell(waiter: Waiter): void {
  const { untold } = waiter;
  waiter.untold = [];
  for (const progress of untold) waiter.onProgress(progress);
}

function lost(why: string): CommandOutcome {
  return { kind: "unknown", message: `${why}; ask mmm status what became of it` };
}
