/**
 * One `mmm-mon` process: feeds the core with inputs and carries out its effects, in order, each
 * turn's behind its `persist`. It may crash between any two effects (an interrupted write leaves
 * the old file or the new one), and may be stopped for a minute anywhere.
 */
import { UNHURRIED_MS } from "../../../src/daemon/runtime.ts";
import {
  type ConsensusTimers,
  DEFAULT_TIMERS,
  type Durable,
  type GenesisPlan,
} from "../../../src/core/consensus/types.ts";
import type { At, MonitorName } from "../../../src/core/ids.ts";
import type { Effect, Finished, Input, Outcome } from "../../../src/core/io.ts";
import type { MonitorState } from "../../../src/core/local.ts";
import { type LocalClock, WALL_AT_START } from "./clock.ts";
import type { Core } from "./core.ts";
import { Deadlines } from "./deadlines.ts";
import type { Executor } from "./executor.ts";
import type { Scheduler } from "./network.ts";
import type { Prng } from "./prng.ts";

export interface MonitorHabits {
  fsyncMs: number;
  /** Probability that a sync stalls, and for how long at most. */
  fsyncStall: number;
  fsyncStallMs: number;
  /** Probability of being stopped before an effect, and for how long at most. */
  nap: number;
  napMs: number;
  /** Probability of crashing before an effect. */
  crash: number;
  /** Nothing can be written: the process ends when it must. */
  diskFull: boolean;
}

export interface MonitorWatcher {
  takes(monitor: MonitorProcess, input: Input): void;
  turned(monitor: MonitorProcess, input: Input, effects: readonly Effect[]): void;
  persisted(monitor: MonitorProcess, before: Durable, after: Durable): void;
  crashed(monitor: MonitorProcess): void;
  started(monitor: MonitorProcess, effect: Effect): void;
  log(who: string, text: string): void;
}

/**
 * More turns than this at one instant: the core asks to be woken again and again. What six peers said while it
 * was stopped for a minute, some of it twice, comes at one instant, too.
 */
const MOST_TURNS_AT_ONCE = 10_000;

export class MonitorProcess {
  readonly name: MonitorName;
  readonly address: string;
  readonly clock: LocalClock;
  readonly habits: MonitorHabits;
  readonly #core: Core;
  readonly #plan: GenesisPlan;
  readonly #timers: ConsensusTimers;
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #watcher: MonitorWatcher;
  readonly executor: Executor;
  #disk: Durable;
  #writing: Durable | null = null;
  /** What is to be written when there is time, and is lost with a crash before that. */
  #unhurried: Durable | null = null;
  #state: MonitorState | null = null;
  /** Counts starts: what belongs to an earlier one is dropped. */
  #life = 0;
  #stoppedUntil = -Infinity;
  readonly #inbox: Input[] = [];
  #effects: Effect[] = [];
  #pumping = false;
  #wakeAt = Infinity;
  #turnsAt = { time: -1, count: 0 };
  /** What is under way, with how it ends when its time is over. */
  readonly #flights = new Map<number, () => void>();
  readonly #deadlines: Deadlines;
  turns = 0;

  constructor(
    who: {
      name: MonitorName;
      address: string;
      clock: LocalClock;
      plan: GenesisPlan;
      habits: MonitorHabits;
      timers?: ConsensusTimers;
    },
    tools: {
      core: Core;
      scheduler: Scheduler;
      random: Prng;
      watcher: MonitorWatcher;
      executor: Executor;
    },
  ) {
    this.name = who.name;
    this.address = who.address;
    this.clock = who.clock;
    this.habits = who.habits;
    this.#plan = who.plan;
    this.#timers = who.timers ?? DEFAULT_TIMERS;
    this.#core = tools.core;
    this.#scheduler = tools.scheduler;
    this.#random = tools.random;
    this.#watcher = tools.watcher;
    this.executor = tools.executor;
    this.#disk = this.#blank();
    const isUnderWay = (id: number): boolean => this.#flights.has(id);
    this.#deadlines = new Deadlines(tools.scheduler, isUnderWay, (id) => this.#flights.get(id)?.());
  }

  #blank(): Durable {
    const storageId = this.#random.hex(16);
    return { name: this.name, storageId, term: 0, votedFor: null, slot: null, acknowledged: {} };
  }

  get running(): boolean {
    return this.#state !== null;
  }

  get life(): number {
    return this.#life;
  }

  get state(): MonitorState | null {
    return this.#state;
  }

  get disk(): Durable {
    return this.#disk;
  }

  get isStopped(): boolean {
    return this.#stoppedUntil > this.#scheduler.now;
  }

  // ——— life and death ———

  start(): void {
    if (this.running) return;
    this.#life += 1;
    const options = {
      name: this.name,
      durable: this.#disk,
      plan: this.#plan,
      timers: this.#timers,
    };
    this.#state = this.#core.createMonitor(options, this.#at());
    this.#watcher.log(this.name, "starts");
    this.#scheduleWake();
  }

  crash(): void {
    if (!this.running) return;
    if (this.#writing !== null && this.#random.chance(0.5)) this.#wrote(this.#writing);
    this.#writing = null;
    this.#state = null;
    this.#life += 1;
    this.#inbox.length = 0;
    this.#effects = [];
    this.#wakeAt = Infinity;
    this.#stoppedUntil = -Infinity;
    this.#flights.clear();
    this.#deadlines.clear();
    this.executor.closeAll();
    this.#watcher.log(this.name, "crashes");
    this.#watcher.crashed(this);
  }

  /** Its data directory is emptied while it does not run. */
  wipe(): void {
    if (this.running) throw new Error(`${this.name} runs`);
    this.#disk = this.#blank();
    this.#watcher.log(this.name, "has an empty data directory");
  }

  /** SIGSTOP for a while. `machine`: its clock stands still as well. */
  stop(ms: number, machine = false): void {
    if (!this.running || this.isStopped) return;
    const life = this.#life;
    this.#stoppedUntil = this.#scheduler.now + ms;
    this.#watcher.log(
      this.name,
      `is stopped for ${Math.round(ms)} ms${machine ? ", clock too" : ""}`,
    );
    this.#scheduler.after(ms, () => {
      if (machine) this.clock.stoodStill(ms);
      if (this.#life === life) this.#proceed();
    });
  }

  /** What was about to be done is done now, before anything new is read. */
  #proceed(): void {
    this.#stoppedUntil = -Infinity;
    this.#watcher.log(this.name, "goes on");
    this.#pump();
    const inbox = this.#inbox.splice(0);
    if (this.#random.chance(0.5)) inbox.unshift({ kind: "tick" });
    for (const input of together(inbox)) this.deliver(input);
    this.#wakeAt = Infinity;
    this.#scheduleWake();
  }

  // ——— turns ———

  deliver(input: Input): void {
    if (!this.running) return;
    if (this.isStopped) this.#inbox.push(input);
    else this.#turn(input);
  }

  #turn(input: Input): void {
    if (this.#state === null) return;
    if (this.#turnsAt.time !== this.#scheduler.now)
      this.#turnsAt = { time: this.#scheduler.now, count: 0 };
    if (++this.#turnsAt.count > MOST_TURNS_AT_ONCE)
      throw new Error(`${this.name} does not come to rest`);
    if (input.kind === "all-finished")
      for (const each of input.all) this.#watcher.takes(this, each);
    else this.#watcher.takes(this, input);
    const { state, effects } = this.#core.decide(this.#state, input, this.#at());
    this.#state = state;
    this.turns += 1;
    this.#watcher.turned(this, input, effects);
    // A script may have ended it just then.
    if (!this.running) return;
    for (const effect of effects) this.#effects.push(effect);
    this.#pump();
    this.#scheduleWake();
  }

  #at(): At {
    const now = this.clock.local(this.#scheduler.now);
    return {
      now,
      wall: Math.floor(WALL_AT_START + this.#scheduler.now),
      entropy: this.#random.entropy(),
    };
  }

  #scheduleWake(): void {
    if (this.#state === null) return;
    const now = this.clock.local(this.#scheduler.now);
    const local = this.#core.nextWakeAt(this.#state, now);
    // A timer is never early and, on a machine that does other things too, a little late.
    const at =
      Math.max(this.clock.trueAt(local), this.#scheduler.now) + 0.05 + this.#random.float() * 0.5;
    if (at >= this.#wakeAt || !Number.isFinite(at)) return;
    this.#wakeAt = at;
    const life = this.#life;
    this.#scheduler.after(at - this.#scheduler.now, () => {
      if (this.#life !== life || this.#wakeAt !== at) return;
      this.#wakeAt = Infinity;
      if (!this.isStopped) this.#tick();
    });
  }

  #tick(): void {
    if (this.#state === null) return;
    const now = this.clock.local(this.#scheduler.now);
    if (this.#core.nextWakeAt(this.#state, now) > now) this.#scheduleWake();
    else this.#turn({ kind: "tick" });
  }

  // ——— effects ———

  /** An effect may end at once and so lead to the next turn: that one's effects just line up. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    const effects = this.#effects;
    let index = 0;
    while (index < effects.length && this.#writing === null && !this.isStopped) {
      if (this.#stumbles()) break;
      const effect = effects[index++] as Effect;
      if (effect.kind === "persist") this.#keep(effect);
      else this.#begin(effect);
      if (effects !== this.#effects) break;
    }
    if (effects === this.#effects) this.#effects = effects.slice(index);
    this.#pumping = false;
  }

  /** Before any effect the process may die, or fall asleep. */
  #stumbles(): boolean {
    const { habits } = this;
    if (habits.crash > 0 && this.#random.chance(habits.crash)) {
      this.crash();
      return true;
    }
    if (habits.nap > 0 && this.#random.chance(habits.nap)) {
      this.stop(this.#random.logUniform(20, habits.napMs));
      return true;
    }
    return false;
  }

  /** As the runtime does it: what is not urgent is written a while later, if nothing takes it along before. */
  #keep({ durable, isUrgent }: Extract<Effect, { kind: "persist" }>): void {
    this.#unhurried = isUrgent ? null : durable;
    if (isUrgent) return this.#persist(durable);
    const life = this.#life;
    this.#scheduler.after(UNHURRIED_MS, () => {
      if (this.#life === life && this.#unhurried === durable) this.#persist(durable);
    });
  }

  #persist(durable: Durable): void {
    this.#unhurried = null;
    const { habits } = this;
    if (habits.diskFull) return this.crash();
    this.#writing = durable;
    const stall = habits.fsyncStall > 0 && this.#random.chance(habits.fsyncStall);
    const ms =
      habits.fsyncMs * (0.3 + this.#random.float()) +
      (stall ? this.#random.float() * habits.fsyncStallMs : 0);
    const life = this.#life;
    this.#scheduler.after(ms, () => {
      if (this.#life !== life) return;
      this.#wrote(durable);
      this.#writing = null;
      this.#pump();
    });
  }

  #wrote(durable: Durable): void {
    const before = this.#disk;
    this.#disk = durable;
    this.#watcher.persisted(this, before, durable);
  }

  #begin(effect: Exclude<Effect, { kind: "persist" }>): void {
    this.#watcher.started(this, effect);
    if ("id" in effect) {
      const life = this.#life;
      const finish = (outcome: Outcome): void => {
        if (this.#life !== life || !this.#flights.delete(effect.id)) return;
        this.deliver({ kind: "finished", id: effect.id, result: outcome });
      };
      let timeout: (() => Outcome) | null = null;
      this.#flights.set(effect.id, () => timeout !== null && finish(timeout()));
      timeout = this.executor.run(effect, finish);
      this.#deadlines.add(effect.id, this.clock.trueDuration(effect.deadlineMs));
    } else {
      this.executor.tell(effect);
    }
  }
}

/** As the runtime does it: outcomes that follow each other are one input. */
function together(inbox: readonly Input[]): readonly Input[] {
  const all: Input[] = [];
  let some: Finished[] = [];
  for (const input of inbox) {
    if (input.kind === "finished" && some.length > 0) {
      some.push(input);
      continue;
    }
    some = input.kind === "finished" ? [input] : [];
    all.push(input.kind === "finished" ? { kind: "all-finished", all: some } : input);
  }
  return all;
}
