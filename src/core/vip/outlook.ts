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

export function lookAround(turn: Turn): void {
  for (const group of turn.state.newest?.groups ?? []) {
    if (isBusy(turn, group)) continue;
    for (const vip of group.vips) {
      for (const node of group.nodes) look(turn, group, vip, node);
    }
  }
}

function isBusy(turn: Turn, group: GroupPart): boolean {
  const operates = group.operation !== null && turn.now - turn.leaderHeardAt <= LEADER_SILENT_MS;
  return turn.lasting(group.name, "operation", operates) < LEFT_ALONE_MS && operates;
}

function look(turn: Turn, group: GroupPart, vip: Vip, node: Node): void {
  const desk = turn.desk(group.name, vip.ip, node.name);
  const opinion = turn.local(group.name).watches[node.name]?.opinion.vote;
  const isFailing = vip.node === node.name && opinion === "silent";
  // What this monitor saw before the VIP was guarded there must not outlive that: as the next leader
  // it would take the host for one that no waiting time proves anything of.
  const closely = isFailing || (desk.guarded?.is === false && vip.gated.includes(node.name));
  const every = closely ? LOOK_CLOSELY_MS : LOOK_EVERY_MS;
  const last = Math.max(desk.viewAskedAt, desk.flight?.sentAt ?? -Infinity);
  if (turn.now - last >= every && isIdle(desk, turn.now)) {
    ask(turn, { group: group.name, vip, node }, { op: "show", vip: vip.ip });
  }
}
