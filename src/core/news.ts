/** What a turn has learned that is new, by group: those are looked at in this very turn; and what it expects soon. */
import type { GroupName, Instant } from "./ids.ts";
import { type Committed, groupIn } from "./state.ts";

export class News {
  /** Most turns learn nothing: these are made when one does. */
  #groups: Set<GroupName> | null = null;
  #expected: Map<GroupName, Instant> | null = null;
  #isAny = false;

  add(group: GroupName): void {
    this.#note(group);
    this.#isAny = true;
  }

  #note(group: GroupName): void {
    this.#groups ??= new Set();
    this.#groups.add(group);
  }

  /** Another state was agreed on: news of the groups whose parts it changed; of all, if it changed what they share. */
  addChanges(before: Committed | null, after: Committed | null): void {
    this.#isAny = true;
    const isOfAll = before?.cluster !== after?.cluster;
    for (const group of after?.groups ?? [])
      if (isOfAll || groupIn(before, group.name) !== group) this.#note(group.name);
  }

  isOf(group: GroupName): boolean {
    return this.#groups?.has(group) === true;
  }

  /** It is to be looked at again by then, if nothing comes before. */
  expect(group: GroupName, at: Instant): void {
    this.#expected ??= new Map();
    this.#expected.set(group, Math.min(at, this.expectedAt(group)));
  }

  /** Infinity: never. */
  expectedAt(group: GroupName): Instant {
    return this.#expected?.get(group) ?? Infinity;
  }

  /** Also of what is of no group. */
  get isAny(): boolean {
    return this.#isAny;
  }

  /** What came so far was looked at. */
  forget(): void {
    this.#groups = null;
    this.#isAny = false;
  }
}
