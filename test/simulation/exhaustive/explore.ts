/**
 * Every state that can be reached, breadth first: a model says what may happen next and when a
 * promise is broken; states that are the same have the same key and are looked at once.
 */
export interface Next<S> {
  readonly what: string;
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

export function explore<S>(model: Model<S>, bounds: Bounds): Exploration {
  const known = new Set([model.key(model.initial)]);
  const steps: { from: number; what: string }[] = [{ from: -1, what: "" }];
  let front: { at: number; state: S }[] = [{ at: 0, state: model.initial }];
  let transitions = 0;
  let depth = 0;
  for (; depth < bounds.depth && front.length > 0; depth++) {
    const after: { at: number; state: S }[] = [];
    for (const { at, state } of front) {
      for (const { what, state: next } of model.next(state)) {
        transitions += 1;
        const key = model.key(next);
        if (known.has(key)) continue;
        if (known.size >= bounds.states)
          return { states: known.size, transitions, depth, complete: false, violation: null };
        known.add(key);
        steps.push({ from: at, what });
        const text = model.broken(next);
        if (text !== null) {
          const violation = { text, path: pathTo(steps, steps.length - 1) };
          return { states: known.size, transitions, depth: depth + 1, complete: false, violation };
        }
        after.push({ at: steps.length - 1, state: next });
      }
    }
    front = after;
  }
  const complete = front.length === 0;
  return { states: known.size, transitions, depth, complete, violation: null };
}

function pathTo(steps: readonly { from: number; what: string }[], end: number): readonly string[] {
  const path: string[] = [];
  for (let at = end; at > 0; at = steps[at]?.from ?? 0) path.unshift(steps[at]?.what ?? "");
  return path;
}
