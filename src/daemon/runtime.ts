/**
 * Drives the core: one queue of inputs, one turn at a time.
 *
 * What a turn must persist is on disk before anything that follows it starts, and before the next
 * turn; what is not urgent is written when nothing else is to be done. If it cannot be written, or if
 * the core fails, the monitor ends: its peers count one vote fewer, which they can live with.
 * Messages of peers are refused while the queue is long. Everything else in it answers something
 * that this monitor itself asked for, so that the queue is bounded.
 */
import { setImmediate as afterOthers } from "node:timers/promises";
import type { Durable } from "../core/consensus/types.ts";
import type { Effect, Input } from "../core/io.ts";
import type { Clock, Core, DurableStore } from "../ports.ts";

/** Messages of some seconds; more means that the disk or this process stands still. */
const QUEUE_LIMIT = 4_096;
/** With so much in the queue that is no message, something asks without end: a fault. */
const QUEUE_FAULT = 4 * QUEUE_LIMIT;
/** Outcomes that one turn takes in. */
const MOST_AT_ONCE = 100;
/** Timers and sockets get their turn at least this often. */
const YIELD_EVERY_MS = 10;
/** What is not urgent is written this late, if nothing urgent takes it along before. */
export const UNHURRIED_MS = 250;
/** The core is looked after at least this often, whatever it says. */
const LONGEST_SLEEP_MS = 1_000;

/** Everything that a turn may ask for, but the writing to disk. */
export type WorldEffect = Exclude<Effect, { readonly kind: "persist" }>;

export interface RuntimeOptions<S> {
  readonly core: Core<S>;
  readonly state: S;
  readonly clock: Clock;
  readonly store: DurableStore;
  /** Starts an effect; must not throw. */
  readonly perform: (effect: WorldEffect) => void;
  /** After each turn. */
  readonly onTurn: (state: S) => void;
  /** How much later than asked for it woke up, in milliseconds. */
  readonly onWake?: ((lateMs: number) => void) | undefined;
  /** Called once: nothing is done afterwards. */
  readonly onFault: (error: unknown) => void;
}

interface Unwritten {
  readonly durable: Durable;
  readonly dueAt: number;
}

export class Runtime<S> {
  readonly #options: RuntimeOptions<S>;
  readonly #queue: Input[] = [];
  #state: S;
  #isWorking = false;
  #isStopped = false;
  #unwritten: Unwritten | null = null;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = 0;
  /** When there must be a turn, if nothing comes before: not before the timer. */
  #wakeAt = 0;
  #soon: NodeJS.Immediate | null = null;

  constructor(options: RuntimeOptions<S>) {
    this.#options = options;
    this.#state = options.state;
  }

  get state(): S {
    return this.#state;
  }

  /** false: not taken, because the queue is long or the monitor has ended. */
  push(input: Input): boolean {
    const { length } = this.#queue;
    if (this.#isStopped || (input.kind === "message" && length >= QUEUE_LIMIT)) return false;
    if (length >= QUEUE_FAULT) {
      this.#fail(new Error(`${length} inputs wait: something asks without end`));
      return false;
    }
    this.#queue.push(input);
    if (this.#isWorking) return true;
    if (isProbed(input)) this.#soon ??= setImmediate(() => this.#workAtLast());
    else void this.#work();
    return true;
  }

  /** Probes are answered together: a turn for each would be most of what many groups cost. */
  #workAtLast(): void {
    this.#soon = null;
    if (!this.#isWorking && !this.#isStopped && this.#queue.length > 0) void this.#work();
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue.length = 0;
    this.#unwritten = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#soon !== null) clearImmediate(this.#soon);
    this.#soon = null;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      do {
        await this.#drain();
        const overdue = this.#overdue();
        if (overdue !== null) await this.#write({ ...overdue, isUrgent: true });
        // Also what came while all this was coming to its end.
      } while (this.#queue.length > 0 || this.#overdue() !== null);
      if (!this.#isStopped) this.#sleep();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isWorking = false;
    }
  }

  #overdue(): Unwritten | null {
    const isDue = (this.#unwritten?.dueAt ?? Infinity) <= this.#options.clock.at().now;
    return isDue ? this.#unwritten : null;
  }

  async #drain(): Promise<void> {
    let yieldedAt = performance.now();
    for (let input = this.#next(); input !== undefined; input = this.#next()) {
      await this.#turn(input);
      if (this.#isStopped) return;
      if (performance.now() - yieldedAt > YIELD_EVERY_MS) {
        await afterOthers();
        yieldedAt = performance.now();
      }
    }
  }

  /** What comes next: outcomes that have come to wait behind each other are one input. */
  #next(): Input | undefined {
    const first = this.#queue.shift();
    if (first?.kind !== "finished") return first;
    const all = [first];
    for (let next = this.#queue[0]; next?.kind === "finished"; next = this.#queue[0]) {
      if (all.length === MOST_AT_ONCE) break;
      all.push(next);
      this.#queue.shift();
    }
    return all.length === 1 ? first : { kind: "all-finished", all };
  }

  async #turn(input: Input): Promise<void> {
    const { core, clock, perform, onTurn } = this.#options;
    const { state, effects } = core.decide(this.#state, input, clock.at());
    this.#state = state;
    const { ahead, write, rest } = inOrder(effects);
    for (const effect of ahead) perform(effect);
    if (write !== null) await this.#write(write);
    if (this.#isStopped) return;
    for (const effect of rest) perform(effect);
    onTurn(state);
  }

  async #write({ durable, isUrgent }: Omit<Write, "kind">): Promise<void> {
    if (isUrgent) {
      this.#unwritten = null;
      await this.#options.store.save(durable);
    } else {
      const { now } = this.#options.clock.at();
      this.#unwritten = { durable, dueAt: this.#unwritten?.dueAt ?? now + UNHURRIED_MS };
    }
  }

  #sleep(): void {
    const { core, clock } = this.#options;
    const { now } = clock.at();
    const wakeAt = Math.min(core.nextWakeAt(this.#state, now), this.#unwritten?.dueAt ?? Infinity);
    const ms = Math.ceil(Math.min(Math.max(wakeAt - now, 0), LONGEST_SLEEP_MS));
    this.#wakeAt = performance.now() + ms;
    // Node would wake up at the time of a cleared timer all the same. One that comes early finds nothing due.
    if (this.#timer === null || this.#timerAt > this.#wakeAt) this.#setTimer(ms);
  }

  #setTimer(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = performance.now() + ms;
    // Timers count whole milliseconds: every other one would end before its time, and once more after it.
    this.#timer = setTimeout(() => this.#wake(), ms + 1);
  }

  #wake(): void {
    this.#timer = null;
    const lateMs = performance.now() - this.#wakeAt;
    if (lateMs < 0) return this.#setTimer(Math.ceil(-lateMs));
    this.#options.onWake?.(lateMs);
    this.push({ kind: "tick" });
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    this.stop();
    this.#options.onFault(error);
  }
}

function isProbed(input: Input): boolean {
  return input.kind === "finished" && input.result.kind === "probe";
}

type Write = Extract<Effect, { readonly kind: "persist" }>;

interface Ordered {
  readonly ahead: readonly WorldEffect[];
  readonly write: Write | null;
  readonly rest: readonly WorldEffect[];
}

/** Clients may be waiting for what a host is asked for; for a guard longest, because it starts programs. */
function urgency({ kind }: WorldEffect): number {
  if (kind === "guard") return 2;
  return kind === "redis" ? 1 : 0;
}

/**
 * Around the first write; the newest state contains what the others would have written. On each side
 * of it the most urgent leaves first.
 */
function inOrder(effects: readonly Effect[]): Ordered {
  const writes = effects.filter((effect) => effect.kind === "persist");
  const newest = writes.at(-1);
  const others = (some: readonly Effect[]): readonly WorldEffect[] => {
    const all = some.filter((effect) => effect.kind !== "persist");
    return all.toSorted((a, b) => urgency(b) - urgency(a));
  };
  const urgent = effects.findIndex((effect) => effect.kind === "persist" && effect.isUrgent);
  if (newest === undefined || urgent < 0)
    return { ahead: [], write: newest ?? null, rest: others(effects) };
  const [ahead, rest] = [others(effects.slice(0, urgent)), others(effects.slice(urgent))];
  return { ahead, write: { ...newest, isUrgent: true }, rest };
}
