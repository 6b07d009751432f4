/**
 * What the monitors may never contradict: one leader per term, one state per stamp, nothing that
 * was committed is missing from a later leader's state. All checks compare *facts* that carry
 * their (term, version), never the order in which the simulation learned of them: a monitor that
 * wakes after a minute may still truthfully report that it won an old term.
 */
import type { Durable, Parts, Slot } from "../../../src/core/consensus/types.ts";
import type { MonitorName } from "../../../src/core/ids.ts";
import { compareStamps, type Stamp, showStamp } from "../../../src/core/stamp.ts";
import { Violation } from "./violation.ts";

export class ConsensusFacts {
  readonly #leaders = new Map<number, MonitorName>();
  readonly #states = new Map<string, Parts>();
  readonly #parents = new Map<string, Stamp | null>();
  readonly #committed = new Map<number, Stamp>();
  readonly #votes = new Map<string, MonitorName>();
  /** A term's leader, the slot that it began from. */
  readonly #origins = new Map<number, Stamp>();
  newestCommitted: { stamp: Stamp; parts: Parts } | null = null;
  onCommitted: ((stamp: Stamp, parts: Parts) => void) | null = null;

  leads(monitor: MonitorName, term: number): void {
    const known = this.#leaders.get(term);
    if (known !== undefined && known !== monitor) {
      throw new Violation("one leader per term", `${known} and ${monitor} both lead term ${term}`);
    }
    this.#leaders.set(term, monitor);
    const parent = this.#parents.get(`${term} ${monitor}`);
    if (parent !== undefined && parent !== null) this.#began(term, parent);
  }

  persisted(monitor: MonitorName, before: Durable, after: Durable): void {
    if (after.term < before.term || (before.slot !== null && after.slot === null)) {
      throw new Violation(
        "durable state never goes back",
        `${monitor}: term ${before.term} → ${after.term}`,
      );
    }
    if (
      before.slot !== null &&
      after.slot !== null &&
      compareStamps(after.slot.stamp, before.slot.stamp) < 0
    ) {
      throw new Violation("durable state never goes back", `${monitor}: its slot`);
    }
    this.#voted(monitor, after);
    if (after.slot !== null && after.slot !== before.slot)
      this.#stored(monitor, before.slot, after.slot);
  }

  #voted(monitor: MonitorName, durable: Durable): void {
    if (durable.votedFor === null) return;
    // A monitor whose disk was wiped is another voter.
    const key = `${monitor} ${durable.storageId} ${durable.term}`;
    const known = this.#votes.get(key);
    if (known !== undefined && known !== durable.votedFor) {
      throw new Violation(
        "one vote per term",
        `${monitor} in ${durable.term}: ${known}, ${durable.votedFor}`,
      );
    }
    this.#votes.set(key, durable.votedFor);
  }

  #stored(monitor: MonitorName, before: Slot | null, slot: Slot): void {
    const key = showStamp(slot.stamp);
    const known = this.#states.get(key);
    if (known === undefined) this.#states.set(key, slot.parts);
    else if (!sameParts(known, slot.parts)) {
      throw new Violation(
        "one state per stamp",
        `two states are called ${key}, one of them at ${monitor}`,
      );
    }
    if (before === null || before.stamp.term < slot.stamp.term) {
      const parentKey = `${slot.stamp.term} ${monitor}`;
      if (!this.#parents.has(parentKey)) this.#parents.set(parentKey, before?.stamp ?? null);
      if (this.#leaders.get(slot.stamp.term) === monitor && before !== null) {
        this.#began(slot.stamp.term, before.stamp);
      }
    }
  }

  #began(term: number, parent: Stamp): void {
    if (this.#origins.has(term)) return;
    this.#origins.set(term, parent);
    for (const [committedTerm, stamp] of this.#committed)
      this.#mustContain(term, parent, committedTerm, stamp);
  }

  #mustContain(term: number, parent: Stamp, committedTerm: number, committed: Stamp): void {
    if (committedTerm < term && compareStamps(parent, committed) < 0) {
      throw new Violation(
        "committed is never lost",
        `the leader of term ${term} began from ${showStamp(parent)} without ${showStamp(committed)}`,
      );
    }
  }

  /** Gives the state that is committed. */
  committed(monitor: MonitorName, stamp: Stamp): Parts {
    const parts = this.#states.get(showStamp(stamp));
    if (parts === undefined) {
      throw new Violation(
        "committed is durable",
        `${monitor} reports ${showStamp(stamp)}, which is on no disk`,
      );
    }
    const known = this.#committed.get(stamp.term);
    if (known === undefined || compareStamps(stamp, known) > 0) {
      this.#committed.set(stamp.term, stamp);
      for (const [term, parent] of this.#origins)
        this.#mustContain(term, parent, stamp.term, stamp);
    }
    const newest = this.newestCommitted;
    if (newest === null || compareStamps(stamp, newest.stamp) > 0) {
      this.newestCommitted = { stamp, parts };
      this.onCommitted?.(stamp, parts);
    }
    return parts;
  }
}

/** Most parts are the very same: a state that is carried on shares them with the one before. */
function sameParts(a: Parts, b: Parts): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => a[name] === b[name] || canonical(a[name]) === canonical(b[name]));
}

/** Order of keys does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
