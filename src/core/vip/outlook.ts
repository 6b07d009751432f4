/**
 * Every monitor keeps its channel to every guard open and in use, so that a channel which fails is
 * known before it is needed, and a leader that is lost leaves others who are already connected.
 */
import type { GroupPart, Node, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { ask, isIdle } from "./desk.ts";
import { LEADER_SILENT_MS } from "./failsafe.ts";

/** Each look costs the host some milliseconds of a processor. */
const LOOK_EVERY_MS = 3000;
/** While nothing answers, whether the host does decides what happens next (rule 10). */
const LOOK_CLOSELY_MS = 150;
/** An operation is on its clients' time, and its hosts have better to do than to be looked at. */
const LEFT_ALONE_MS = 3000;
/** A failover that has come no further waits for the end of a lease, as a rule. */
const WAITS_AFTER_MS = 300;
/** Longer than any lease takes to end; who waits for a person is not looked at closely for ever. */
const WAITS_UNTIL_MS = 60_000;

/** One group, within one turn. */
interface Round {
  readonly turn: Turn;
  readonly group: GroupPart;
  readonly isLeftAlone: boolean;
  readonly isFencing: boolean;
}

export function lookAround(turn: Turn): void {
  for (const group of turn.state.newest?.groups ?? []) {
    const isLeftAlone = isBusy(turn, group);
    const round: Round = { turn, group, isLeftAlone, isFencing: isFencing(turn, group) };
    for (const vip of group.vips) {
      for (const node of group.nodes) look(round, vip, node);
    }
  }
}

function isBusy(turn: Turn, group: GroupPart): boolean {
  const operates = group.operation !== null && turn.now - turn.leaderHeardAt <= LEADER_SILENT_MS;
  return turn.lasting(group.name, "operation", operates) < LEFT_ALONE_MS && operates;
}

/**
 * What the waiting time proves, it proves of a host with its table. Whoever reaches the old one looks whether that is
 * still there: the leader may not.
 */
function isFencing(turn: Turn, { name, operation }: GroupPart): boolean {
  const fences = operation?.kind === "failover" && operation.phase === "fence";
  const lasted = turn.lasting(name, "fencing", fences);
  return lasted >= WAITS_AFTER_MS && lasted < WAITS_UNTIL_MS;
}

function look(round: Round, vip: Vip, node: Node): void {
  const { turn, group } = round;
  const isAwaited = round.isFencing && vip.holders.includes(node.name);
  if (round.isLeftAlone && !isAwaited) return;
  const desk = turn.desk(group.name, vip.ip, node.name);
  const every = isAwaited || isDoubtful(round, vip, node) ? LOOK_CLOSELY_MS : LOOK_EVERY_MS;
  const last = Math.max(desk.viewAskedAt, desk.flight?.sentAt ?? -Infinity);
  if (turn.now - last >= every && isIdle(desk, turn.now)) {
    ask(turn, { group: group.name, vip, node }, { op: "show", vip: vip.ip });
  }
}

function isDoubtful({ turn, group }: Round, vip: Vip, { name }: Node): boolean {
  if (vip.node === name && turn.local(group.name).watches[name]?.opinion.vote === "silent")
    return true;
  // What this monitor saw before the VIP was guarded there must not outlive that: as the next leader
  // it would take the host for one that no waiting time proves anything of.
  return turn.desk(group.name, vip.ip, name).guarded?.is === false && vip.gated.includes(name);
}
