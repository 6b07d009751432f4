/**
 * The leader's care for one VIP, level-triggered: looks at the committed state and at what each
 * host last showed, and asks each host for the one thing that brings it closer.
 *
 * It decides nothing about who should serve. Operations, membership and the readers' assignment
 * commit that; this file makes the hosts agree with it, and gathers the proofs.
 */
import type { Instant, NodeName } from "../ids.ts";
import type { Desk } from "../local.ts";
import { renewalIntervalMs } from "../settings.ts";
import { groupIn, type GroupPart, type Node, type Vip } from "../state.ts";
import { sameStamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { isOurs } from "./epochs.ts";
import { ask, isIdle, type Place } from "./desk.ts";
import { gateStep } from "./gate.ts";
import { isPlainlyJustified, plainStep } from "./plain.ts";
import { withEpoch } from "./proofs.ts";
import { type DriverOptions, leadingFromId, type Stand } from "./stand.ts";
import type { GuardRequest } from "./types.ts";

/**
 * A register that nothing is asked of is looked at this often (well within the time after which a
 * node counts as lost); while proofs are awaited, oftener. The holder says with each renewal
 * whether its table is whole.
 */
const SHOW_EVERY_MS = 1500;
const SHOW_HOLDER_EVERY_MS = 3000;
const SHOW_EVERY_BUSY_MS = 250;
/** As long as this what is asked of a chosen host goes before what is asked of bystanders. */
const CHOSEN_FIRST_MS = 100;

/** Asks every idle host of the group for its next step towards `vip`. */
export function driveVip(turn: Turn, group: GroupPart, vip: Vip, options: DriverOptions): void {
  if (isOurs(turn, vip.epoch)) {
    const campaign = turn.campaign(group.name, vip.ip);
    const noted = withEpoch(campaign, vip.epoch, turn.state.nextId);
    turn.setCampaign(group.name, vip.ip, noted);
  }
  const changing = isChanging(turn, group, vip);
  for (const node of vip.kind === "move" ? chosenFirst(group.nodes, vip) : group.nodes) {
    if (changing && node.name === vip.node) continue;
    if (isBystander(vip, node.name) && isChosenBusy(turn, group, vip)) continue;
    const place: Place = { group: group.name, vip, node };
    const desk = turn.desk(group.name, vip.ip, node.name);
    if (!isIdle(desk, turn.now)) continue;
    const plain = group.backend === "off";
    const request = nextRequest({ group: group.name, vip, node, turn, desk, options, plain });
    if (request !== null) ask(turn, place, request);
  }
}

function chosenFirst(nodes: readonly Node[], vip: Vip): readonly Node[] {
  return nodes.toSorted((a, b) => Number(b.name === vip.node) - Number(a.name === vip.node));
}

/** Nobody serves the VIP any more, and this node is not to: the clients wait for nothing that it does. */
function isBystander(vip: Vip, node: NodeName): boolean {
  const isServed = vip.holders.some((holder) => holder !== vip.node);
  return vip.kind === "move" && !isServed && vip.node !== node;
}

function isChosenBusy(turn: Turn, group: GroupPart, vip: Vip): boolean {
  const { flight } = turn.desk(group.name, vip.ip, vip.node ?? "");
  return flight !== null && turn.now - flight.sentAt < CHOSEN_FIRST_MS;
}

/** Another epoch is proposed already: a renewal now would only lengthen the wait for its proof. */
function isChanging(turn: Turn, group: GroupPart, vip: Vip): boolean {
  const newest = groupIn(turn.state.newest, group.name);
  const next = newest?.vips.find(({ ip }) => ip === vip.ip);
  return next !== undefined && !sameStamp(next.epoch, vip.epoch);
}

function nextRequest(stand: Stand): GuardRequest | null {
  const { turn, vip, desk } = stand;
  const show: GuardRequest = { op: "show", vip: vip.ip };
  if (desk.view === null || desk.viewId < leadingFromId(turn)) return show;
  if (vip.kind === "unclaimed") return isDue(stand) ? show : null;
  const step = stand.plain ? plainStep(stand) : gateStep(stand);
  if (step === null) return isDue(stand) ? show : null;
  return !stand.plain || isPlainlyJustified(stand, step) ? step : null;
}

function isDue({ turn, desk, vip, node, plain }: Stand): boolean {
  const renews = !plain && vip.kind === "hold" && vip.node === node.name;
  const calm = renews ? SHOW_HOLDER_EVERY_MS : SHOW_EVERY_MS;
  // In the midst of a move a look would only keep the host from what is asked of it next.
  if (vip.kind === "hold") return turn.now - desk.viewAskedAt >= calm;
  return turn.now - Math.max(desk.viewAskedAt, desk.heardAt ?? 0) >= SHOW_EVERY_BUSY_MS;
}

/** When the group's next lease is due for its renewal; one that is overdue waits for something else, which is news. */
export function nextRenewalAt(turn: Turn, group: GroupPart): Instant {
  let next = Infinity;
  for (const vip of group.vips) {
    if (vip.kind !== "hold" || vip.node === null) continue;
    const sentAt = lastClaimAt(turn.desk(group.name, vip.ip, vip.node));
    const due = sentAt + renewalIntervalMs(vip.leaseMs);
    if (due > turn.now) next = Math.min(next, due);
  }
  return next;
}

/** One that is on its way counts: its answer is no news, so nobody would look at the time again. */
function lastClaimAt({ claimed, flight }: Desk): Instant {
  if (flight?.request.op === "claim") return flight.sentAt;
  return claimed?.sentAt ?? -Infinity;
}
