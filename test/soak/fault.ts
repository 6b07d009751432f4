/**
 * What a fault is to the soak: how it begins and ends in the lab, and what it may do to data, so that
 * the judge can tell a write that Redis' asynchronous replication loses from one that nothing explains.
 */
import type { Lab } from "../helpers/lab.ts";
import type { Random } from "./random.ts";

export interface Fault {
  /** What it is counted as. */
  readonly kind: string;
  /** Whom it strikes, for the transcript. */
  readonly target: string;
  /** Hosts that nothing else breaks in the meantime. */
  readonly holds: readonly string[];
  /** Nodes whose stream of replication it may hold up, whoever is at its other end. */
  readonly disturbs: readonly string[];
  /** Of these, the ones that may not answer the monitors. */
  readonly silences: readonly string[];
  /** Nodes that lose data of their own. */
  readonly wipes: readonly string[];
  /** A limit of the design is near (docs/safety.md): nothing else may be broken with it. */
  readonly isAlone: boolean;
  readonly lastsMs: readonly [least: number, most: number];
  readonly begin: (lab: Lab) => Promise<unknown>;
  /** Must not fail: what it undoes may be gone already. */
  readonly end: (lab: Lab) => Promise<unknown>;
}

/** What the soak knows of the cluster when it draws the next fault. */
export interface View {
  readonly nodes: readonly string[];
  readonly monitors: readonly string[];
  readonly master: string;
  readonly leader: string;
  /** Nodes that hold everything that was acknowledged. */
  readonly whole: readonly string[];
}

export type Draw = (random: Random, view: View) => Fault;

/** Fills in what most faults have in common: they touch no data and last some seconds. */
export function fault(given: Pick<Fault, "kind" | "target" | "begin"> & Partial<Fault>): Fault {
  return {
    holds: given.target.split(" ").slice(0, 1),
    disturbs: [],
    silences: [],
    wipes: [],
    isAlone: false,
    lastsMs: [1_000, 12_000],
    end: () => Promise.resolve(),
    ...given,
  };
}

/** The master more often than one of the others: `[node, "master" or "replica"]`. */
export function drawNode(random: Random, view: View): readonly [node: string, role: string] {
  const replicas = view.nodes.filter((node) => node !== view.master);
  return random.chance(0.6) ? [view.master, "master"] : [random.pick(replicas), "replica"];
}

/** The leader half of the time: `[monitor, "leader" or "monitor"]`. */
export function drawMonitor(random: Random, view: View): readonly [monitor: string, role: string] {
  const others = view.monitors.filter((monitor) => monitor !== view.leader);
  return random.chance(0.5) ? [view.leader, "leader"] : [random.pick(others), "monitor"];
}

/** Everybody a node talks to, but the clients. */
export function othersOf(view: View, node: string): readonly string[] {
  return [...view.monitors, ...without(view.nodes, node)];
}

export function without(names: readonly string[], one: string): readonly string[] {
  return names.filter((name) => name !== one);
}
