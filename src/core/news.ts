/** What a turn has learned that is new, by group: those are looked at in this very turn. */
import type { GroupName } from "./ids.ts";

export class News {
  readonly #groups = new Set<GroupName>();
  #isOfAll = false;

  add(group: GroupName): void {
    this.#groups.add(group);
  }

  /** It may be about any group. */
  addForAll(): void {
    this.#isOfAll = true;
  }

  isOf(group: GroupName): boolean {
    return this.#isOfAll || this.#groups.has(group);
  }

  get isAny(): boolean {
    return this.#isOfAll || this.#groups.size > 0;
  }
}
