/**
 * Work on nodes, written as straight-line code that is walked again from the top at every turn.
 *
 * Each thing to do has a key. The first walk that reaches it asks for the effect; later walks find
 * it under way, or its outcome. So an operation reads as the list of its steps, and the state that
 * it needs is only what it has already learned. A connection that breaks takes its outcomes along:
 * the steps are idempotent and are asked for again on the next connection.
 */
import type { Instant, NodeName } from "../ids.ts";
import type { Effect, Outcome } from "../io.ts";
import type { Connection, Errand, Task } from "../local.ts";
import type { Node } from "../state.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";
import type { ActionConnection, RedisAction, RedisActionResult } from "./action.ts";

export type Answer =
  | { readonly kind: "pending"; readonly sinceMs: number }
  | {
      readonly kind: "done";
      readonly result: Exclude<RedisActionResult, { kind: "unknown" | "error" }>;
      readonly at: Instant;
    }
  | { readonly kind: "failed"; readonly text: string };

/** Connecting, including the evidence and the cut-off. */
const OPEN_DEADLINE_MS = 500;
export const ACTION_DEADLINE_MS = 300;
/** It asks twice: who else is connected, and that those be cut off. */
const CUT_OFF_DEADLINE_MS = 2 * ACTION_DEADLINE_MS;
const REOPEN_AFTER_MS = 100;
const RETRY_MS = 200;
/** The core gives an effect up this long after its adapter should have. */
const SLACK_MS = 200;

const FRESH: Omit<Errand, "startedAt"> = { tasks: {}, connections: {}, done: {} };

type EffectOf = (id: number) => Effect;

/** One errand of a group within one turn. `scope` names it; a new scope starts with nothing. */
export class Work {
  readonly turn: Turn;
  readonly group: string;
  readonly scope: string;

  constructor(turn: Turn, group: string, scope: string) {
    this.turn = turn;
    this.group = group;
    this.scope = scope;
    if (this.turn.local(group).errands[scope] === undefined)
      this.#set({ startedAt: turn.now, ...FRESH });
  }

  get #errand(): Errand {
    return (
      this.turn.local(this.group).errands[this.scope] ?? { startedAt: this.turn.now, ...FRESH }
    );
  }

  #set(errand: Errand): void {
    const errands = this.turn.local(this.group).errands;
    this.turn.setLocal(this.group, { errands: { ...errands, [this.scope]: errand } });
  }

  get ageMs(): number {
    return this.turn.now - this.#errand.startedAt;
  }

  // ——— milestones ———

  /** What was recorded at a milestone; undefined: not reached. */
  reached(milestone: string): number | string | true | undefined {
    return this.#errand.done[milestone];
  }

  reach(milestone: string, value: number | string | true = true): void {
    const errand = this.#errand;
    if (errand.done[milestone] !== undefined) return;
    this.#set({ ...errand, done: { ...errand.done, [milestone]: value } });
  }

  /** Milliseconds since this milestone was first reached; reaches it now if it was not. */
  since(milestone: string): number {
    const at = this.reached(milestone);
    if (typeof at === "number") return this.turn.now - at;
    this.reach(milestone, this.turn.now);
    return 0;
  }

  // ——— single effects ———

  /** Asks for an effect once; afterwards finds its task. */
  task(key: string, deadlineMs: number, effectOf: EffectOf): Task {
    const known = this.#errand.tasks[key];
    if (known !== undefined) return this.#expire(key, known);
    const id = this.turn.fly({ kind: "task", group: this.group, errand: this.scope, key });
    const { now } = this.turn;
    const task: Task = {
      id,
      startedAt: now,
      expiresAt: now + deadlineMs + SLACK_MS,
      outcome: null,
      finishedAt: null,
    };
    this.#put(key, task);
    this.turn.emit(effectOf(id));
    return task;
  }

  forget(key: string): void {
    const { [key]: _, ...tasks } = this.#errand.tasks;
    this.#set({ ...this.#errand, tasks });
  }

  /** What was asked is asked anew; what it came to is still found, under the other key. */
  rename(key: string, to: string): void {
    const { [key]: task, ...tasks } = this.#errand.tasks;
    if (task !== undefined) this.#set({ ...this.#errand, tasks: { ...tasks, [to]: task } });
  }

  #put(key: string, task: Task): void {
    this.#set({ ...this.#errand, tasks: { ...this.#errand.tasks, [key]: task } });
  }

  #expire(key: string, task: Task): Task {
    if (task.finishedAt !== null || this.turn.now < task.expiresAt) return task;
    const late: Task = { ...task, finishedAt: this.turn.now };
    this.#put(key, late);
    return late;
  }

  // ——— Redis, on an action connection ———

  /**
   * Runs `action` on the node's action connection, opening one first. `key` tells actions of one
   * node apart; the same action again needs another key.
   */
  redis(node: Node, key: string, action: RedisAction, deadlineMs = ACTION_DEADLINE_MS): Answer {
    const connection = this.connect(node);
    if (connection.stage !== "ready") {
      if (connection.stage === "broken")
        return { kind: "failed", text: connection.problem ?? "no connection" };
      return { kind: "pending", sinceMs: this.turn.now - connection.since };
    }
    const taskKey = `${node.name}/${connection.name.seq}/${key}`;
    const task = this.task(
      taskKey,
      deadlineMs,
      this.#effect(node, connection.name, action, deadlineMs),
    );
    const answer = this.#answer(node, connection, task);
    // What Redis refused (LOADING, say) is asked again after a while.
    if (answer.kind === "failed" && this.turn.now - (task.finishedAt ?? this.turn.now) >= RETRY_MS)
      this.forget(taskKey);
    return answer;
  }

  /** Like `redis`, again and again: `everyMs` after a reading came, however long that took, the next is asked for. */
  poll(node: Node, key: string, action: RedisAction, everyMs: number): Answer {
    const connection = this.#errand.connections[node.name];
    const taskKey = `${node.name}/${connection?.name.seq}/${key}`;
    const task = this.#errand.tasks[taskKey];
    const nextAt = (task?.finishedAt ?? Infinity) + everyMs;
    if (this.turn.now >= nextAt) this.forget(taskKey);
    else if (nextAt < Infinity) this.turn.news.expect(this.group, nextAt);
    return this.redis(node, key, action);
  }

  /** The node's action connection, brought one stage further if that is possible now. */
  connect(node: Node): Connection {
    const known = this.#errand.connections[node.name];
    if (
      known === undefined ||
      (known.stage === "broken" && this.turn.now - known.since >= REOPEN_AFTER_MS)
    ) {
      return this.#open(node);
    }
    switch (known.stage) {
      case "opening":
        return this.#opened(node, known);
      case "cutting":
        return this.#ready(node, known);
      case "ready":
      case "broken":
        return known;
    }
  }

  #open(node: Node): Connection {
    this.#forgetConnection(node.name);
    const name: ActionConnection = { term: this.turn.term, seq: this.turn.nextSeq() };
    const { now, moment } = this.turn;
    const connection: Connection = {
      name,
      stage: "opening",
      since: now,
      opened: moment,
      problem: null,
    };
    this.#setConnection(node.name, connection);
    this.task(
      `${node.name}/${name.seq}/open`,
      OPEN_DEADLINE_MS,
      this.#effect(node, name, { kind: "open" }, OPEN_DEADLINE_MS),
    );
    return connection;
  }

  /** What was asked on a connection that is gone is asked anew on the next. */
  #forgetConnection(node: NodeName): void {
    const errand = this.#errand;
    const known = errand.connections[node];
    if (known === undefined) return;
    const prefix = `${node}/${known.name.seq}/`;
    const kept = Object.entries(errand.tasks).filter(([key]) => !key.startsWith(prefix));
    this.#set({ ...errand, tasks: Object.fromEntries(kept) });
  }

  #opened(node: Node, connection: Connection): Connection {
    const answer = this.#answer(node, connection, this.#taskOf(node, connection, "open"));
    if (answer.kind !== "done") return this.#connectionOf(node.name, connection);
    const { now, moment } = this.turn;
    const cutting: Connection = { ...connection, stage: "cutting", since: now, opened: moment };
    this.#setConnection(node.name, cutting);
    this.task(
      `${node.name}/${connection.name.seq}/cut-off`,
      CUT_OFF_DEADLINE_MS,
      this.#effect(node, connection.name, { kind: "cut-off" }, CUT_OFF_DEADLINE_MS),
    );
    return this.connect(node);
  }

  /**
   * What is read or done on it must rest on a majority's answer to a round that was sent after it was
   * named: then a newer leader finds it when it cuts off. The cut-off itself needs no such proof, for
   * it harms older leaders only. One of those that connects later will not find a majority.
   */
  #ready(node: Node, connection: Connection): Connection {
    const answer = this.#answer(node, connection, this.#taskOf(node, connection, "cut-off"));
    if (!this.turn.provenSince(this.group, connection.opened))
      return this.#connectionOf(node.name, connection);
    if (answer.kind !== "done") return this.#connectionOf(node.name, connection);
    const { result } = answer;
    if (result.kind === "cut-off" && result.newer !== null) {
      return this.#break(node.name, connection, `a newer leader works on it (${result.newer})`);
    }
    const ready: Connection = { ...connection, stage: "ready", since: this.turn.now };
    this.#setConnection(node.name, ready);
    return ready;
  }

  #answer(node: Node, connection: Connection, task: Task | undefined): Answer {
    if (task === undefined || task.finishedAt === null) {
      return { kind: "pending", sinceMs: this.turn.now - (task?.startedAt ?? this.turn.now) };
    }
    const result = redisResult(task.outcome);
    if (result.kind === "unknown") {
      this.#break(node.name, connection, result.text);
      return { kind: "failed", text: result.text };
    }
    if (result.kind !== "error") return { kind: "done", result, at: task.finishedAt };
    // An error while opening (a wrong password, say) leaves no connection to go on with.
    if (connection.stage !== "ready") this.#break(node.name, connection, result.text);
    return { kind: "failed", text: result.text };
  }

  #break(node: NodeName, connection: Connection, problem: string): Connection {
    const broken: Connection = { ...connection, stage: "broken", since: this.turn.now, problem };
    this.#setConnection(node, broken);
    return broken;
  }

  #taskOf(node: Node, connection: Connection, key: string): Task | undefined {
    const taskKey = `${node.name}/${connection.name.seq}/${key}`;
    const task = this.#errand.tasks[taskKey];
    return task && this.#expire(taskKey, task);
  }

  #connectionOf(node: NodeName, otherwise: Connection): Connection {
    return this.#errand.connections[node] ?? otherwise;
  }

  #setConnection(node: NodeName, connection: Connection): void {
    const errand = this.#errand;
    this.#set({ ...errand, connections: { ...errand.connections, [node]: connection } });
  }

  #effect(
    node: Node,
    connection: ActionConnection,
    action: RedisAction,
    deadlineMs: number,
  ): EffectOf {
    const target = targetOf(this.group, node);
    return (id) => ({ kind: "redis", id, target, connection, action, deadlineMs });
  }
}

function redisResult(outcome: Outcome | null): RedisActionResult {
  if (outcome?.kind === "redis") return outcome.result;
  return { kind: "unknown", text: "no answer in time" };
}
