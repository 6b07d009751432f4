/**
 * The parts of the agreed state as this monitor reads them. A part is made by many hands: founded from a
 * file, spread from its predecessor by any of a dozen changes, parsed from a message or from the disk. V8
 * takes objects whose fields came in another order, or are not all there, for another kind of thing, and
 * code that sees many kinds of one thing is slow, and is thrown away and compiled anew all the time: in a
 * simulated cluster that was a third of all computing. So what is looked at hundreds of times a second is
 * made here, by the same lines, once for each part.
 *
 * What is absent is `undefined` here, which means the same to everybody. Fields that only a newer version
 * knows stay. The state itself is never made of these: a change is given the part as it was agreed on.
 */
import type { GroupSettings } from "./settings.ts";
import type { GroupPart, Lineage, Node, Operation, Vip } from "./state.ts";

/** Each field, so that none is forgotten here. */
type Complete<T> = { [K in keyof Required<T>]: T[K] | undefined };

const made = new WeakMap<object, object>();

/** The same object gives the same one. */
function uniform<T extends object>(original: T, make: (original: T) => Complete<T>): T {
  let known = made.get(original);
  if (known === undefined) {
    known = withUnknown(make(original), original);
    made.set(original, known);
  }
  return known as T;
}

function withUnknown<T extends object>(copy: Complete<T>, original: T): Complete<T> {
  for (const name in original) if (!(name in copy)) copy[name] = original[name];
  return copy;
}

export function uniformGroup(part: GroupPart): GroupPart {
  return uniform(part, groupOf);
}

function groupOf(group: GroupPart): Complete<GroupPart> {
  const { operation } = group;
  return {
    name: group.name,
    settings: uniform(group.settings, settingsOf),
    nodes: group.nodes.map((node) => uniform(node, nodeOf)),
    master: group.master,
    lineage: uniform(group.lineage, lineageOf),
    mode: group.mode,
    pause: group.pause,
    backend: group.backend,
    vips: group.vips.map((vip) => uniform(vip, vipOf)),
    operation: operation === null ? null : uniform(operation, operationOf),
    rejoining: group.rejoining,
    blocked: group.blocked,
    inSync: group.inSync,
    promoted: group.promoted,
    past: group.past,
    bequest: group.bequest,
    leaving: group.leaving,
    preference: group.preference,
  };
}

function settingsOf(settings: GroupSettings): Complete<GroupSettings> {
  return {
    probeIntervalMs: settings.probeIntervalMs,
    downAfterMs: settings.downAfterMs,
    leaseMs: settings.leaseMs,
    permitMs: settings.permitMs,
    clockDrift: settings.clockDrift,
    leaseBackend: settings.leaseBackend,
    onQuorumLoss: settings.onQuorumLoss,
    onReboot: settings.onReboot,
    restartGraceMs: settings.restartGraceMs,
    busyGraceMs: settings.busyGraceMs,
    maxLagBytes: settings.maxLagBytes,
    cooldownMs: settings.cooldownMs,
    flapCount: settings.flapCount,
    flapWindowMs: settings.flapWindowMs,
    fenceCommand: settings.fenceCommand,
    preFailover: settings.preFailover,
    preSwitchover: settings.preSwitchover,
    writeGuard: settings.writeGuard,
    parallelSyncs: settings.parallelSyncs,
    waitForOtherMasterMs: settings.waitForOtherMasterMs,
    prefer: settings.prefer,
  };
}

function nodeOf(node: Node): Complete<Node> {
  return {
    name: node.name,
    address: node.address,
    port: node.port,
    interface: node.interface,
    sshUser: node.sshUser,
    sshPort: node.sshPort,
    sshHostKey: node.sshHostKey,
    priority: node.priority,
    admin: node.admin,
    outages: node.outages,
    failedOverAt: node.failedOverAt,
  };
}

function lineageOf({ chain, highWater }: Lineage): Complete<Lineage> {
  return { chain, highWater };
}

function vipOf(vip: Vip): Complete<Vip> {
  const { term, version } = vip.epoch;
  return {
    ip: vip.ip,
    role: vip.role,
    kind: vip.kind,
    node: vip.node,
    claimable: vip.claimable,
    epoch: { term, version },
    readSet: vip.readSet,
    holders: vip.holders,
    gated: vip.gated,
    leaseMs: vip.leaseMs,
    permitMs: vip.permitMs,
    former: vip.former,
    leaving: vip.leaving,
  };
}

function operationOf(operation: Operation): Complete<Operation> {
  return {
    id: operation.id,
    kind: operation.kind,
    cause: operation.cause,
    from: operation.from,
    to: operation.to,
    phase: operation.phase,
    leader: operation.leader,
    term: operation.term,
    attempt: operation.attempt,
    reason: operation.reason,
    by: operation.by,
    acceptDataLoss: operation.acceptDataLoss,
    requestId: operation.requestId,
    votes: operation.votes,
    runIds: operation.runIds,
    saved: operation.saved,
    excluded: operation.excluded,
    forkOffset: operation.forkOffset,
    highWater: operation.highWater,
    fencing: operation.fencing,
    startedAt: operation.startedAt,
    phaseStartedAt: operation.phaseStartedAt,
    phases: operation.phases,
  };
}
