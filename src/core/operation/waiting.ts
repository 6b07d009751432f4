/**
 * The mode `wait`: as `manual`, until every node is there that nobody set offline, and the master well, or the
 * master has been there for `wait_for_other_master` without a break. Then the leader proposes the mode `active`, once.
 *
 * Who is there is ONLINE, and a majority hears it: a majority that does not yet would vote a master down that is
 * well, as soon as that counts. Time asks for no more than that. A master that came back with less is there, though
 * not well for as long as its loss is neither accepted nor made good by a failover, which may need the mode `active`.
 *
 * That time is in the memory of one leader, and so is what it rests on: a new leader begins it anew. So does
 * whatever makes the facts doubtful: another master, an operation, a pause. It may end later than was asked
 * for, never earlier; and what it ends in is no more than the leave to fail over by the rules of that mode.
 */
import { candidateOf } from "../health/facts.ts";
import { isHeardByMajority } from "../health/tally.ts";
import { isWell, type Verdict } from "../health/verdict.ts";
import type { Evidence } from "../health/votes.ts";
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { stateOf } from "../node-state.ts";
import { inWords } from "../pause.ts";
import { remembered } from "../remembered.ts";
import { DEFAULT_WAIT_FOR_OTHER_MASTER_MS } from "../settings.ts";
import { type GroupPart, memberNames } from "../state.ts";
import type { Turn } from "../turn.ts";
import { incident, withPast } from "./outline.ts";

export function keepWaiting(turn: Turn, group: GroupPart, verdict: Verdict): void {
  if (group.mode !== "wait" || isInDoubt(group)) return waitAnew(turn, group);
  const { evidence } = turn.local(group.name);
  const members = memberNames(turn.state.committed);
  const missing = missingOf(group, evidence, members, turn.now);
  const lasted = masterOnlineFor(turn, group, missing);
  if (turn.isChanging(group.name)) return;
  const limit = waitLimitMs(group);
  if (missing.length === 0 && isWell(verdict)) become(turn, group, "every node is ONLINE");
  else if (lasted > 0 && limit !== null && lasted >= limit)
    become(
      turn,
      group,
      `${group.master} has been ONLINE for ${inWords(limit)}; ${lackOf(missing)}`,
    );
}

function lackOf(missing: readonly NodeName[]): string {
  return missing.length === 0 ? "it is not well" : `not there: ${missing.join(", ")}`;
}

/** Nothing counts of what was seen so far. */
export function waitAnew(turn: Turn, group: GroupPart): void {
  for (const { name } of group.nodes) turn.lasting(group.name, isThere(name), false);
}

function isInDoubt({ master, operation, pause }: GroupPart): boolean {
  return master === null || operation !== null || pause !== undefined;
}

/** In memory only. */
export const isThere = remembered((master) => `master ${master} is ONLINE`);

/** Who is not there, and was not set offline either. */
export function missingOf(
  group: GroupPart,
  evidence: Evidence,
  members: readonly MonitorName[],
  now: Instant,
): readonly NodeName[] {
  return group.nodes
    .filter((node) => {
      const state = stateOf(group, node, candidateOf(evidence, node.name, now));
      if (state === "ADMIN_OFFLINE") return false;
      return state !== "ONLINE" || !isHeardByMajority(evidence, members, node.name, now);
    })
    .map(({ name }) => name);
}

/** null: the time alone never ends it. */
export function waitLimitMs({ settings }: GroupPart): number | null {
  return (settings.waitForOtherMasterMs ?? DEFAULT_WAIT_FOR_OTHER_MASTER_MS) || null;
}

function masterOnlineFor(turn: Turn, group: GroupPart, missing: readonly NodeName[]): number {
  let lasted = 0;
  for (const { name } of group.nodes) {
    const holds = name === group.master && !missing.includes(name);
    lasted = Math.max(lasted, turn.lasting(group.name, isThere(name), holds));
  }
  return lasted;
}

function become(turn: Turn, group: GroupPart, why: string): void {
  const { wall } = turn.at;
  const reason = `mode wait → active: ${why}`;
  turn.change(group.name, (part, stamp) =>
    withPast(
      { ...part, mode: "active" },
      incident({ kind: "mode", by: turn.state.name, reason }, stamp, wall),
    ),
  );
}
