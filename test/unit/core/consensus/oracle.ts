/**
 * What must hold in any run of several monitors, written against facts about stamps and terms, not
 * against the order in which somebody happens to notice them.
 */
import { isNewer, type Stamp, showStamp } from "../../../../src/core/stamp.ts";
import type { Durable, Slot } from "../../../../src/core/consensus/types.ts";

interface Version {
  readonly content: string;
  readonly parent: string | null;
}

export class Oracle {
  readonly #leaders = new Map<number, string>();
  readonly #electedAt = new Map<number, number>();
  readonly #votes = new Map<string, string>();
  readonly #versions = new Map<string, Version>();
  #committed: Stamp | null = null;
  commits = 0;
  elections = 0;

  /** A stamp names one state, and one predecessor. */
  created(slot: Slot, parent: Stamp | null): void {
    const key = showStamp(slot.stamp);
    const version = { content: content(slot), parent: parent && showStamp(parent) };
    const known = this.#versions.get(key);
    if (known !== undefined && JSON.stringify(version) !== JSON.stringify(known)) {
      throw new Error(`two states have the stamp ${key}`);
    }
    this.#versions.set(key, version);
  }

  accepted(slot: Slot): void {
    const known = this.#versions.get(showStamp(slot.stamp));
    if (known?.content !== content(slot)) {
      throw new Error(`${showStamp(slot.stamp)} holds what nobody proposed under it`);
    }
  }

  elected(disk: string, term: number, parent: Stamp, now: number): void {
    const other = this.#leaders.get(term);
    if (other !== undefined && other !== disk) {
      throw new Error(`term ${term} has two leaders: ${other} and ${disk}`);
    }
    this.#leaders.set(term, disk);
    this.#electedAt.set(term, now);
    this.elections += 1;
    const committed = this.#committed;
    if (committed !== null && committed.term < term && !this.#contains(parent, committed)) {
      throw new Error(`the leader of ${term} lacks the committed ${showStamp(committed)}`);
    }
  }

  committed(stamp: Stamp): void {
    const newest = this.#committed;
    if (newest === null || isNewer(stamp, newest)) {
      if (newest !== null && !this.#contains(stamp, newest)) {
        throw new Error(`${showStamp(stamp)} forks off before the committed ${showStamp(newest)}`);
      }
      this.#committed = stamp;
      this.commits += 1;
    } else if (!this.#contains(newest, stamp)) {
      throw new Error(`the committed ${showStamp(stamp)} is lost in ${showStamp(newest)}`);
    }
  }

  /** A majority answered a round of this term: nobody was elected later before it was sent. */
  answered(term: number, sentAt: number): void {
    for (const [later, electedAt] of this.#electedAt) {
      if (later > term && electedAt < sentAt) {
        throw new Error(`term ${term} claims authority at ${sentAt}, after ${later} had begun`);
      }
    }
  }

  persisted(before: Durable, after: Durable): void {
    if (after.term < before.term) throw new Error("a term went back");
    if (after.votedFor !== null) this.#voted(after.storageId, after.term, after.votedFor);
    if (
      before.slot !== null &&
      (after.slot === null || isNewer(before.slot.stamp, after.slot.stamp))
    ) {
      throw new Error("a slot went back");
    }
  }

  /** Whatever a monitor remembers of it. */
  #voted(disk: string, term: number, candidate: string): void {
    const key = `${disk} in ${term}`;
    const other = this.#votes.get(key);
    if (other !== undefined && other !== candidate) {
      throw new Error(`${key} voted for ${other} and for ${candidate}`);
    }
    this.#votes.set(key, candidate);
  }

  get newestCommit(): Stamp | null {
    return this.#committed;
  }

  #contains(stamp: Stamp, ancestor: Stamp): boolean {
    const wanted = showStamp(ancestor);
    let at: string | null = showStamp(stamp);
    while (at !== null && at !== wanted) at = this.#versions.get(at)?.parent ?? null;
    return at === wanted;
  }
}

function content(slot: Slot): string {
  return JSON.stringify(Object.entries(slot.parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
