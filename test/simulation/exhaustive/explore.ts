/**
 * Every state that can be reached, breadth first: a model says what may happen next and when a
 * promise is broken; states that are the same have the same key and are looked at once.
 */
import { createHash } from "node:crypto";

export interface Next<S> {
  /** For people, if somebody asks how a state came about. */
  readonly what: () => string;
  readonly state: S;
}

export interface Model<S> {
  readonly initial: S;
  readonly next: (state: S) => readonly Next<S>[];
  readonly key: (state: S) => string;
  /** The promise that does not hold; null: all do. */
  readonly broken: (state: S) => string | null;
}

export interface Bounds {
  /** Steps from the beginning. */
  readonly depth: number;
  /** More states than this are not looked at. */
  readonly states: number;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Every state up to here was seen. */
  readonly depth: number;
  /** Nothing is left to be seen within the model's own bounds. */
  readonly complete: boolean;
  readonly violation: { readonly text: string; readonly path: readonly string[] } | null;
}

interface Step {
  readonly from: number;
  readonly what: () => string;
}

/** Keys are kept for each state: a long one by its hash. */
function short(key: string): string {
  return key.length < 64 ? key : createHash("sha1").update(key).digest("base64");
}

class Search<S> {
  readonly #model: Model<S>;
  readonly #most: number;
  readonly #known: Set<string>;
  readonly #steps: Step[] = [{ from: -1, what: () => "" }];
  transitions = 0;
  violation: Exploration["violation"] = null;

  constructor(model: Model<S>, most: number) {
    this.#model = model;
    this.#most = most;
    this.#known = new Set([short(model.key(model.initial))]);
  }

  get states(): number {
    return this.#known.size;
  }

  get isOver(): boolean {
    return this.violation !== null || this.#known.size >= this.#most;
  }

  /** What follows from one state and was not seen before. */
  *after(at: number, state: S): Generator<{ readonly at: number; readonly state: S }> {
    for (const { what, state: next } of this.#model.next(state)) {
      this.transitions += 1;
      const key = short(this.#model.key(next));
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#steps.push({ from: at, what });
      const reached = this.#steps.length - 1;
      const text = this.#model.broken(next);
      if (text !== null) this.violation ??= { text, path: this.#pathTo(reached) };
      yield { at: reached, state: next };
    }
  }

  #pathTo(end: number): readonly string[] {
    const path: string[] = [];
    for (let at = end; at > 0; at = this.#steps[at]?.from ?? 0)
      path.unshift(this.#steps[at]?.what() ?? "");
    return path;
  }
}

export function explore<S>(model: Model<S>, bounds: Bounds): Exploration {
  const search = new Search(model, bounds.states);
  let front = [{ at: 0, state: model.initial }];
  let depth = 0;
  while (depth < bounds.depth && front.length > 0 && !search.isOver) {
    const next: typeof front = [];
    for (const { at, state } of front) {
      if (!search.isOver) next.push(...search.after(at, state));
    }
    front = next;
    if (!search.isOver) depth += 1;
  }
  const { states, transitions, violation } = search;
  return { states, transitions, depth, complete: front.length === 0, violation };
}
