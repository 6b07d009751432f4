/**
 * Values by their numbers: equal ones have the same, so that a state of many parts is a few numbers,
 * and what follows from two of them is worked out once. Each knows its twin, the same value with
 * mon2 and mon3 exchanged.
 */

export class Numbers<T> {
  readonly #numbers = new Map<string, number>();
  readonly #twins: number[] = [];
  readonly values: T[] = [];

  of(value: T): number {
    const key = textOf(value);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.values.push(value);
    this.#numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }

  at(number: number): T {
    return this.values[number] as T;
  }

  twin(number: number): number {
    const known = this.#twins[number];
    if (known !== undefined) return known;
    const text = textOf(this.at(number)).replace(/mon[23]/g, (name) =>
      name === "mon2" ? "mon3" : "mon2",
    );
    const twin = this.of(JSON.parse(text) as T);
    this.#twins[number] = twin;
    return twin;
  }
}

/** Sets of numbers, which only grow. */
export class NumberSets {
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [];
  readonly #grown: Map<readonly number[], number>[] = [];
  readonly #twins: number[] = [];
  readonly #twinOf: (member: number) => number;

  constructor(twinOf: (member: number) => number) {
    this.#twinOf = twinOf;
  }

  of(members: readonly number[]): number {
    const set = [...new Set(members)].sort((a, b) => a - b);
    const key = String.fromCharCode(...set);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#sets.push(set);
    this.#grown.push(new Map());
    this.#numbers.set(key, this.#sets.length - 1);
    return this.#sets.length - 1;
  }

  at(number: number): readonly number[] {
    return this.#sets[number] ?? [];
  }

  /** The set with these as well. Asked again with the same list, it looks the answer up. */
  with(number: number, members: readonly number[]): number {
    if (members.length === 0) return number;
    const known = this.#grown[number]?.get(members);
    if (known !== undefined) return known;
    const grown = this.of([...this.at(number), ...members]);
    this.#grown[number]?.set(members, grown);
    return grown;
  }

  twin(number: number): number {
    const known = this.#twins[number];
    if (known !== undefined) return known;
    const twin = this.of(this.at(number).map(this.#twinOf));
    this.#twins[number] = twin;
    return twin;
  }
}

/** Values are never changed, and share much of what they are made of. */
const texts = new WeakMap<object, string>();

/** JSON in which equal values are equal texts: keys in one order, and members and voters too. */
function textOf(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value) ? textOfList(value) : textOfObject(value);
  texts.set(value, text);
  return text;
}

function textOfList(list: readonly unknown[]): string {
  return `[${list.toSorted(byName).map(textOf).join()}]`;
}

function textOfObject(value: object): string {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`).join()}}`;
}

/** Members and voters have no order; everything else keeps its own. */
function byName(a: unknown, b: unknown): number {
  const [left, right] = [a, b].map((each) =>
    typeof each === "string" ? each : ((each as { name?: string } | null)?.name ?? ""),
  );
  if (left?.startsWith("mon") !== true || right?.startsWith("mon") !== true) return 0;
  return left < right ? -1 : 1;
}
