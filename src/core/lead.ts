/**
 * The leader's duties, in order, once per turn and group. All of it is level-triggered: it looks at
 * committed state and at observations, never at what happened to be done before.
 */
import { withNote } from "./consensus/consensus.ts";
import { type Verdict, verdictOf } from "./health/verdict.ts";
import { dismiss } from "./groups/drop-group.ts";
import { considerHandover } from "./handover.ts";
import { keepLineage } from "./heritage.ts";
import { keepInSync } from "./in-sync.ts";
import { considerFailover } from "./operation/admission.ts";
import { abandonCommands, serveCommands } from "./operation/commands.ts";
import { conduct } from "./operation/conduct.ts";
import { dropErrand } from "./operation/drop-errand.ts";
import { countOutages } from "./operation/flapping.ts";
import { keepPause } from "./operation/pausing.ts";
import { followPreference } from "./operation/preferred-move.ts";
import { mayReleaseOld } from "./operation/switchover.ts";
import { tellReach } from "./operation/reach.ts";
import { repair } from "./operation/repair.ts";
import { masterForMs } from "./operation/tenure.ts";
import { keepWaiting } from "./operation/waiting.ts";
import type { GroupName } from "./ids.ts";
import { forgetPromoted } from "./promoted.ts";
import { remembered } from "./remembered.ts";
import { type GroupPart, memberNames, type Vip, writerVip } from "./state.ts";
import type { Turn } from "./turn.ts";
import { tellUnwell } from "./unwell.ts";
import { adopt } from "./vip/adoption.ts";
import { driveVip } from "./vip/driver.ts";
import { renewalOf } from "./vip/failsafe.ts";
import { forgetFormerTimes } from "./vip/former-times.ts";
import { raiseOutcries } from "./vip/outcry.ts";
import { proofOf } from "./vip/proofs.ts";
import { careForReaders } from "./vip/readers.ts";
import { tellOfStrangers } from "./vip/strangers.ts";
import { proofContext, upkeepVip } from "./vip/upkeep.ts";

/** @param due the groups that are looked at in this turn */
export function lead(turn: Turn, due: ReadonlySet<GroupName>): void {
  if (!turn.established) return resign(turn);
  if (turn.state.leading === null) begin(turn);
  serveCommands(turn);
  // It may have handed over.
  if (!turn.established) return resign(turn);
  for (const group of turn.groups) if (due.has(group.name)) leadGroup(turn, group);
  considerHandover(turn);
}

/** A new leadership starts with nothing of an earlier one: no proofs, no connections, no outcomes. */
function begin(turn: Turn): void {
  turn.state.leading = { since: turn.now, fromId: turn.state.nextId };
  for (const group of Object.keys(turn.state.groups))
    turn.setLocal(group, { campaigns: {}, errands: {}, since: {} });
}

function resign(turn: Turn): void {
  if (turn.state.leading === null) return;
  turn.state.leading = null;
  abandonCommands(turn);
  for (const id of Object.keys(turn.state.alarms)) turn.alarm(id, null);
  for (const { name, nodes } of turn.state.newest?.groups ?? []) {
    for (const scope of Object.keys(turn.local(name).errands)) dropErrand(turn, name, scope, nodes);
    turn.setLocal(name, { campaigns: {}, errands: {}, since: {} });
  }
}

function leadGroup(turn: Turn, group: GroupPart): void {
  if (group.leaving === true) return dismiss(turn, group);
  keepPause(turn, group);
  const verdict = judge(turn, group);
  keepWaiting(turn, group, verdict);
  if (group.master === null) {
    adopt(turn, group);
  } else {
    considerFailover(turn, group, verdict);
    followPreference(turn, group, verdict);
  }
  const running = conduct(turn, group);
  tellReach(turn, group);
  keepLineage(turn, group, verdict);
  for (const vip of group.vips) {
    upkeepVip(turn, group, vip);
    forgetFormerTimes(turn, group, vip);
    const mayRelease = (of: Vip): boolean =>
      of.role === "reader" || running === null || mayReleaseOld(running);
    driveVip(turn, group, vip, { mayRelease });
  }
  careForReaders(turn, group);
  raiseOutcries(turn, group);
  tellOfStrangers(turn, group);
  countOutages(turn, group);
  repair(turn, group);
  keepInSync(turn, group);
  forgetPromoted(turn, group);
}

function judge(turn: Turn, group: GroupPart): Verdict {
  const local = turn.local(group.name);
  const members = memberNames(turn.state.committed);
  const verdict = verdictOf({
    group,
    members,
    evidence: local.evidence,
    now: turn.now,
    leaseRunOut: hasRunOut(turn, group),
    masterForMs: masterForMs(group, turn.at.wall),
  });
  if (verdict.kind !== local.verdict.kind) {
    turn.report({
      kind: "verdict.changed",
      group: group.name,
      from: local.verdict.kind,
      to: verdict.kind,
      text: verdict.text,
    });
  }
  turn.setLocal(group.name, { verdict });
  alarmOn(turn, group, verdict);
  tellUnwell(turn, group, verdict);
  return verdict;
}

const rolesAlarm = remembered((name) => `${name}: roles`);

function alarmOn(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const lasting =
    verdict.kind === "two-masters" ||
    verdict.kind === "no-master" ||
    (verdict.kind === "undecided" && verdict.moved !== undefined);
  const since = turn.lasting(group.name, "roles", lasting && group.operation === null);
  turn.alarm(rolesAlarm(group.name), lasting && since > 3000 ? verdict.text : null);
}

/** The master's host cannot serve the VIP any more, whatever its replicas testify. */
function hasRunOut(turn: Turn, group: GroupPart): boolean {
  const vip = writerVip(group);
  if (vip === undefined || group.master === null || group.backend !== "nft") return false;
  return proofOf(proofContext(turn, group, vip), group.master) !== null;
}

/** Goes out with the next heartbeat, so that followers keep alive what this leader fails to renew. */
export function noteRenewals(turn: Turn): void {
  turn.state.consensus = withNote(turn.state.consensus, renewalAges(turn));
}

function renewalAges(turn: Turn): Readonly<Record<string, number>> {
  const ages: Record<string, number> = {};
  for (const group of turn.state.committed?.groups ?? []) {
    for (const vip of group.vips) {
      if (vip.kind !== "hold" || vip.node === null) continue;
      const sentAt =
        turn.desk(group.name, vip.ip, vip.node).claimed?.sentAt ??
        turn.state.leading?.since ??
        turn.now;
      ages[renewalOf(group.name, vip.ip)] = Math.round(turn.now - sentAt);
    }
  }
  return ages;
}
