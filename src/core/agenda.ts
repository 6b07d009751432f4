/** What one turn proposes to change of the agreed state: collected while it thinks, proposed at its end. */
import type { Parts } from "./consensus/types.ts";
import type { GroupName } from "./ids.ts";
import {
  CLUSTER_PART,
  type ClusterPart,
  type GroupPart,
  groupPartName,
  type Member,
} from "./state.ts";
import type { Stamp } from "./stamp.ts";

export type GroupChange = (group: GroupPart, stamp: Stamp) => GroupPart;
export type ClusterChange = (cluster: ClusterPart, stamp: Stamp) => ClusterPart;

export class Agenda {
  /** Most turns propose nothing: what is null here was not asked for. */
  #changes: Map<GroupName, GroupChange[]> | null = null;
  #clusterChanges: ClusterChange[] | null = null;
  #added: Map<GroupName, (stamp: Stamp) => GroupPart> | null = null;
  #removed: Set<GroupName> | null = null;
  #isShaped = false;
  /** Who counts is about to be others. */
  changesMembers = false;

  get isEmpty(): boolean {
    const groups = this.#changes ?? this.#added ?? this.#removed;
    return groups === null && this.#clusterChanges === null;
  }

  change(group: GroupName, change: GroupChange): void {
    this.#changes ??= new Map();
    this.#changes.set(group, [...(this.#changes.get(group) ?? []), change]);
  }

  changeCluster(change: ClusterChange): void {
    this.#clusterChanges ??= [];
    this.#clusterChanges.push(change);
  }

  changeMembers(members: readonly Member[]): void {
    this.changesMembers = true;
    this.changeCluster((cluster) => ({ ...cluster, members }));
  }

  add(group: GroupName, found: (stamp: Stamp) => GroupPart): void {
    this.#added ??= new Map();
    this.#added.set(group, found);
  }

  remove(group: GroupName): void {
    this.#removed ??= new Set();
    this.#removed.add(group);
  }

  isAbout(group: GroupName): boolean {
    return this.#changes?.has(group) === true || this.#removed?.has(group) === true;
  }

  /** true once: see `Turn.mayShape`. */
  shape(): boolean {
    const isFirst = !this.#isShaped;
    this.#isShaped = true;
    return isFirst;
  }

  readonly update = (parts: Parts, stamp: Stamp): Parts => {
    const next: Record<string, unknown> = { ...parts };
    for (const change of this.#clusterChanges ?? []) {
      next[CLUSTER_PART] = change(next[CLUSTER_PART] as ClusterPart, stamp);
    }
    for (const [group, changes] of this.#changes ?? []) {
      const key = groupPartName(group);
      for (const change of changes) next[key] = change(next[key] as GroupPart, stamp);
    }
    for (const [group, found] of this.#added ?? []) next[groupPartName(group)] = found(stamp);
    for (const group of this.#removed ?? []) delete next[groupPartName(group)];
    return next as Parts;
  };
}
