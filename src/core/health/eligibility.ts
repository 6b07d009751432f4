/**
 * Whether a replica may become master: a table of rules, of which the first that fails is the
 * answer. Rules that only weigh how much data would be lost can be waived by an operator; those
 * that tell whether there are good data at all cannot.
 */
import type { MonitorName, NodeName } from "../ids.ts";
import { type GroupPart, type Lineage, nodeOf, writerVip } from "../state.ts";
import { currentReplId, forkOf, positionBeforeFork, positionOf } from "./lineage.ts";
import type { NodeInfo } from "./types.ts";

export type RefusalReason =
  | "is-source"
  | "excluded"
  | "offline"
  | "awaiting-recovery"
  | "not-in"
  | "unreachable"
  | "not-a-replica"
  | "loading"
  | "syncing"
  | "priority-zero"
  | "rejoining"
  | "never-synced"
  | "other-lineage"
  | "not-applied"
  | "unlinked"
  | "lagging";

export interface Refusal {
  readonly reason: RefusalReason;
  readonly text: string;
  /** Whether `--accept-data-loss` would let it pass this rule. */
  readonly waivable: boolean;
}

export interface SuccessorFacts {
  readonly info: NodeInfo | null;
  readonly reachable: boolean;
  /** Its link to the master was seen up under its present run_id, by any monitor. */
  readonly linkSeenUp: boolean;
  /** The replicas were frozen: what was received must have been applied by now. */
  readonly frozen?: boolean;
  readonly acceptDataLoss?: boolean;
  /** Though its register is not read yet, a failover may admit it (`operation/admittance.ts`). */
  readonly admissible?: boolean;
  /** Nobody could have the VIP served there, for the leader does not hear its guard; where no register tells that. */
  readonly guardLost?: boolean;
  /**
   * Of a failover, which finds no master: one that is master already will do, if its stream goes on where it left the
   * group's. It was promoted and given up, or a person promoted it.
   */
  readonly asMaster?: boolean;
  /**
   * Of a planned move: the master, to which it is not linked at the moment. A failover takes one whose link is gone, for so is
   * the master.
   */
  readonly unlinkedFrom?: NodeName;
  /** Who asked it in vain; absent: all the monitors, as far as they are heard. */
  readonly askedBy?: MonitorName;
}

export interface Candidate extends SuccessorFacts {
  readonly node: NodeName;
}

interface Case {
  readonly group: GroupPart;
  readonly node: NodeName;
  readonly info: NodeInfo;
  readonly facts: SuccessorFacts;
  readonly lineage: Lineage;
}

interface Rule {
  readonly reason: RefusalReason;
  readonly waivable: boolean;
  readonly fails: (subject: Case) => string | null;
}

const when = (condition: boolean, text: string): string | null => (condition ? text : null);

const RULES: readonly Rule[] = [
  {
    reason: "not-a-replica",
    waivable: false,
    fails: (subject) =>
      when(subject.info.role !== "replica" && !mayStay(subject), whatElse(subject)),
  },
  {
    reason: "loading",
    waivable: false,
    fails: ({ info }) => when(info.loading, "is loading its data"),
  },
  {
    reason: "syncing",
    waivable: false,
    fails: ({ info }) => when(info.syncing, "is in the middle of a full sync"),
  },
  {
    reason: "priority-zero",
    waivable: false,
    fails: ({ group, node, info }) =>
      when(
        info.role === "replica" && priorityOf(group, node, info) === 0,
        "has priority 0, so it is never promoted",
      ),
  },
  {
    reason: "never-synced",
    waivable: false,
    fails: (subject) =>
      when(!wasInSync(subject) && !isOfGroup(subject), "was never seen in sync since it started"),
  },
  {
    reason: "rejoining",
    waivable: true,
    fails: ({ group, node }) => when(node in group.rejoining, "is an old master on its way back"),
  },
  {
    reason: "never-synced",
    waivable: true,
    fails: (subject) =>
      when(
        !wasInSync(subject) && !isWholeMaster(subject),
        "was never seen in sync since it started",
      ),
  },
  {
    reason: "other-lineage",
    waivable: true,
    fails: ({ info, lineage }) =>
      when(
        !isOfStream(info, lineage) && forkOf(info, lineage) === null,
        "holds the data of another replication history",
      ),
  },
  {
    reason: "not-applied",
    waivable: true,
    fails: ({ info, facts }) =>
      when(facts.frozen === true && !allApplied(info), "has not applied all that it received"),
  },
  {
    reason: "unlinked",
    waivable: false,
    fails: ({ facts: { unlinkedFrom } }) =>
      when(unlinkedFrom !== undefined, `is not linked to ${unlinkedFrom}`),
  },
  { reason: "lagging", waivable: true, fails: lagText },
];

/** The configured priority, or else the replica-priority that Redis reports. Lower is better; 0: never. */
export function priorityOf(group: GroupPart, node: NodeName, info: NodeInfo): number {
  return nodeOf(group, node)?.priority ?? info.priority;
}

/** Promoted by whomever: up to its fork it holds the group's stream. */
function mayStay({ info, facts, lineage }: Case): boolean {
  return facts.asMaster === true && (info.loading || forkOf(info, lineage) !== null);
}

function whatElse({ facts }: Case): string {
  return facts.asMaster === true ? "does not continue the group's data" : "is not a replica";
}

/** By a monitor that runs, or by what was agreed on: a monitor that restarts has seen nothing yet. */
function wasInSync({ group, node, info, facts }: Case): boolean {
  return facts.linkSeenUp || group.inSync?.[node] === info.runId;
}

/** How much of the group's stream it holds, as a replica or up to where it was promoted; null: cannot be told. */
export function reachOf(info: NodeInfo, lineage: Lineage): number | null {
  return forkOf(info, lineage) ?? positionOf(info, lineage);
}

/** It follows the current stream, or holds a beginning of it. */
function isOfStream(info: NodeInfo, lineage: Lineage): boolean {
  return info.replId === currentReplId(lineage) || positionBeforeFork(info, lineage) !== null;
}

/** Whom a person may make master: it was one, or was in sync once, and holds data, or these are of a history that is known. */
function isOfGroup({ group, node, info, lineage }: Case): boolean {
  // After a restart from an AOF it names a history that nobody knows.
  const wasPart = node in group.rejoining || group.inSync?.[node] !== undefined;
  return node === group.master || (wasPart && !info.empty) || isKin(info, lineage);
}

/** Its data belong to some generation of this group, and it is not empty (offset 0 or 1). */
function isKin(info: NodeInfo, lineage: Lineage): boolean {
  const known = lineage.chain.some(
    ({ replId }) => replId === info.replId || replId === info.replId2,
  );
  return known && (info.appliedOffset ?? forkOf(info, lineage) ?? 0) > 1;
}

/**
 * The group's own master, demoted, with all that was ever seen of its stream: whom should it have
 * been in sync with? With less than that, or without a position, it is for a person to decide.
 */
function isWholeMaster({ group, node, info, lineage }: Case): boolean {
  const position = positionOf(info, lineage);
  return node === group.master && position !== null && position >= Math.max(lineage.highWater, 2);
}

/** Redis before 6.2 does not say what it received; what it applied is then all we know. */
export function allApplied(info: NodeInfo): boolean {
  return info.readOffset === null || info.readOffset === info.appliedOffset;
}

/** What Redis shows of a replica whose full sync was broken off: what it holds then, if anything, nobody can tell. */
const NO_POSITION = 1;

function lagText({ group, info, lineage }: Case): string | null {
  const position = reachOf(info, lineage);
  const isUnknown = position === null || (position <= NO_POSITION && lineage.highWater > position);
  if (isUnknown) return "does not show a position in the replication stream";
  const lag = lineage.highWater - position;
  const max = group.settings.maxLagBytes;
  return when(lag > max, `lacks ${lag} bytes of the highest offset seen, ${max} are allowed`);
}

/** null: it may become master. */
export function eligible(
  group: GroupPart,
  node: NodeName,
  facts: SuccessorFacts,
  lineage: Lineage,
): Refusal | null {
  const barred = barredBy(group, node, facts);
  if (barred !== null) return barred;
  const { info } = facts;
  if (!facts.reachable || info === null) {
    const whom = facts.askedBy === undefined ? "" : ` ${facts.askedBy}`;
    return { reason: "unreachable", text: `${node} does not answer${whom}`, waivable: false };
  }
  const subject = { group, node, info, facts, lineage };
  for (const { reason, waivable, fails } of RULES) {
    const text = waivable && facts.acceptDataLoss === true ? null : fails(subject);
    if (text !== null) return { reason, text: `${nameOf(subject)} ${text}`, waivable };
  }
  return null;
}

/** Somebody may have had a reason to promote it, and is told here why that does not count. */
function nameOf({ node, info, facts }: Case): string {
  return facts.asMaster === true && info.role === "master"
    ? `${node}, which is master already,`
    : node;
}

/** What the operator and the register say of it, whatever its data. */
function barredBy(group: GroupPart, node: NodeName, facts: SuccessorFacts): Refusal | null {
  const admin = nodeOf(group, node)?.admin ?? "offline";
  if (admin === "offline")
    return { reason: "offline", text: `${node} was set offline`, waivable: false };
  if (admin === "awaiting-recovery") {
    return {
      reason: "awaiting-recovery",
      text: `${node} failed too often and awaits set_online`,
      waivable: false,
    };
  }
  if (facts.guardLost === true)
    return {
      reason: "not-in",
      text: `the leader does not reach the guard of ${node}`,
      waivable: false,
    };
  const vip = writerVip(group);
  const counts = group.backend === "nft" && vip !== undefined && vip.kind !== "unclaimed";
  if (!counts || vip.readSet[node] === "in" || facts.admissible === true) return null;
  return {
    reason: "not-in",
    text: `the leader does not reach the guard of ${node}, or did not when it last reached the holder's`,
    waivable: false,
  };
}
