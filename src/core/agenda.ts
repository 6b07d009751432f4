/** What one turn proposes to change of the agreed state: collected while it thinks, proposed at its end. */
import type { Parts } from "./consensus/types.ts";
import type { GroupName } from "./ids.ts";
import { CLUSTER_PART, type ClusterPart, type GroupPart, groupPartName } from "./state.ts";
import type { Stamp } from "./stamp.ts";

export type GroupChange = (group: GroupPart, stamp: Stamp) => GroupPart;
export type ClusterChange = (cluster: ClusterPart, stamp: Stamp) => ClusterPart;

export class Agenda {
  readonly #changes = new Map<GroupName, GroupChange[]>();
  readonly #clusterChanges: ClusterChange[] = [];
  readonly #added = new Map<GroupName, (stamp: Stamp) => GroupPart>();
  readonly #removed = new Set<GroupName>();
  #isShaped = false;

  get isEmpty(): boolean {
    const groups = this.#changes.size + this.#added.size + this.#removed.size;
    return groups + this.#clusterChanges.length === 0;
  }

  change(group: GroupName, change: GroupChange): void {
    this.#changes.set(group, [...(this.#changes.get(group) ?? []), change]);
  }

  changeCluster(change: ClusterChange): void {
    this.#clusterChanges.push(change);
  }

  add(group: GroupName, found: (stamp: Stamp) => GroupPart): void {
    this.#added.set(group, found);
  }

  remove(group: GroupName): void {
    this.#removed.add(group);
  }

  isAbout(group: GroupName): boolean {
    return this.#changes.has(group) || this.#removed.has(group);
  }

  /** true once: see `Turn.mayShape`. */
  shape(): boolean {
    const isFirst = !this.#isShaped;
    this.#isShaped = true;
    return isFirst;
  }

  apply(parts: Parts, stamp: Stamp): Parts {
    const next: Record<string, unknown> = { ...parts };
    for (const change of this.#clusterChanges) {
      next[CLUSTER_PART] = change(next[CLUSTER_PART] as ClusterPart, stamp);
    }
    for (const [group, changes] of this.#changes) {
      const key = groupPartName(group);
      for (const change of changes) next[key] = change(next[key] as GroupPart, stamp);
    }
    for (const [group, found] of this.#added) next[groupPartName(group)] = found(stamp);
    for (const group of this.#removed) delete next[groupPartName(group)];
    return next as Parts;
  }
}
