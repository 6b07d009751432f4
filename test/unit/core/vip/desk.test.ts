import { expect, test } from "vitest";
import type { Part } from "../../../../src/core/consensus/types.ts";
import { EMPTY_CAMPAIGN } from "../../../../src/core/local.ts";
import { createMonitor } from "../../../../src/core/monitor.ts";
import type { Stamp } from "../../../../src/core/stamp.ts";
import type { GroupPart, Vip } from "../../../../src/core/state.ts";
import { groupPartName } from "../../../../src/core/state.ts";
import { Turn } from "../../../../src/core/turn.ts";
import { answered, ask } from "../../../../src/core/vip/desk.ts";
import type { GuardRequest } from "../../../../src/core/vip/types.ts";
import { GROUP, groupPart, WRITER } from "../../../simulation/world/plan.ts";

const AT = { now: 1000, wall: 0, entropy: 1 };
const CLUSTER = { schema: 1, clusterId: "00c0ffee", members: [], adopted: [], requests: [] };
const TERM = 7;
const FENCE: Stamp = { term: TERM, version: 3 };

/** A leader of term 7 whose writer VIP is fenced under 7.3, with db1 as its possible holder. */
function leaderTurn(change: (group: GroupPart) => GroupPart = (group) => group): Turn {
  const shape = { monitors: 1, nodes: 3, readers: 0, settings: {} };
  const founded = groupPart(shape);
  const fence = (vip: Vip): Vip => ({ ...vip, kind: "fence", epoch: FENCE, holders: ["db1"] });
  const group = change({ ...founded, backend: "nft", vips: founded.vips.map(fence) });
  const parts = { cluster: CLUSTER as Part, [groupPartName(GROUP)]: group as unknown as Part };
  const slot = { stamp: FENCE, parts, changed: {} };
  const durable = {
    name: "mon1",
    storageId: "s",
    term: TERM,
    votedFor: "mon1",
    slot,
    acknowledged: {},
  };
  const plan = { peers: 0, ownAddress: "mon1:7400", groups: {} };
  const state = createMonitor({ name: "mon1", durable, plan }, AT);
  const turn = new Turn({ ...state, leading: { since: 0, fromId: 1 } }, AT);
  const consensus = { ...state.consensus, role: "leader", commit: FENCE, committed: slot } as const;
  turn.consensus({ state: consensus, effects: [] });
  return turn;
}

function vipOf(turn: Turn): Vip {
  const vip = turn.state.committed?.groups[0]?.vips[0];
  if (vip === undefined) throw new Error("no VIP");
  return vip;
}

/** Asks db1, and answers "ok" without a view. */
function carriedOut(turn: Turn, request: GuardRequest): void {
  const node = turn.state.committed?.groups[0]?.nodes[0];
  if (node === undefined) throw new Error("no node");
  ask(turn, { group: GROUP, vip: vipOf(turn), node }, request);
  const id = turn.desk(GROUP, WRITER, "db1").flight?.id ?? 0;
  answered(turn, { group: GROUP, vip: WRITER, node: "db1", id }, { kind: "ok", view: null });
}

function release(epoch: Stamp): GuardRequest {
  return { op: "release", vip: WRITER, cluster: CLUSTER.clusterId, epoch, seen: null };
}

test("a confirmed release of an own epoch proves the host empty", () => {
  const turn = leaderTurn();
  carriedOut(turn, release(FENCE));
  expect(turn.campaign(GROUP, WRITER).released).toEqual({ db1: FENCE });
});

test("a release that an earlier leadership asked for proves nothing", () => {
  const turn = leaderTurn();
  carriedOut(turn, release({ term: 5, version: 2 }));
  expect(turn.campaign(GROUP, WRITER).released).toEqual({});
});

/** A leader that is to let db1 serve. */
function holdingTurn(): Turn {
  return leaderTurn((group) => ({
    ...group,
    vips: group.vips.map((vip) => ({ ...vip, kind: "hold", node: "db1" })),
  }));
}

function claim(epoch: Stamp): GuardRequest {
  const times = { ttlMs: 400, leaseMs: 1_000 };
  const ids = { cluster: CLUSTER.clusterId, epoch, permit: 0, next: 1 };
  return { op: "claim", vip: WRITER, ...ids, ...times, interface: "eth1" };
}

function told({ effects }: Turn, kind: string): number {
  return effects.filter((effect) => effect.kind === "report" && effect.event.kind === kind).length;
}

test("a claim voids what was proven of the host before", () => {
  const turn = holdingTurn();
  const released = { db1: { term: TERM, version: 1 } };
  turn.setCampaign(GROUP, WRITER, { ...EMPTY_CAMPAIGN, released });
  carriedOut(turn, claim(FENCE));
  expect(turn.campaign(GROUP, WRITER).released).toEqual({});
});

test("that a host serves is told with its first confirmed claim of an epoch, not with renewals", () => {
  const turn = holdingTurn();
  carriedOut(turn, claim(FENCE));
  carriedOut(turn, claim(FENCE));
  expect(told(turn, "vip.claimed")).toBe(1);
});

test("a leader that finds a host serving under an earlier leader's epoch has no news of it", () => {
  const turn = holdingTurn();
  carriedOut(turn, claim({ term: TERM - 1, version: 1 }));
  expect(told(turn, "vip.claimed")).toBe(0);
});

test("a lost answer does not make a host's table be forgotten", () => {
  const turn = leaderTurn();
  turn.setDesk(GROUP, WRITER, "db1", { guarded: { is: false, id: 1, askedAt: 0 } });
  const node = turn.state.committed?.groups[0]?.nodes[0];
  if (node === undefined) throw new Error("no node");
  ask(turn, { group: GROUP, vip: vipOf(turn), node }, { op: "show", vip: WRITER });
  const id = turn.desk(GROUP, WRITER, "db1").flight?.id ?? 0;
  const where = { group: GROUP, vip: WRITER, node: "db1", id };
  answered(turn, where, { kind: "unknown", text: "closed" });
  expect(turn.desk(GROUP, WRITER, "db1")).toMatchObject({ view: null, guarded: { is: false } });
});

test.each([
  ["a moment ago is still in the way", 500, false],
  ["and is not asked for any more is forgotten", 5_000, true],
])("what a guard refused %s when it answers something else", (_, agoMs, isForgotten) => {
  const turn = leaderTurn();
  const refusal = { op: "install", text: "missing: arping", at: turn.now - agoMs } as const;
  turn.setDesk(GROUP, WRITER, "db1", { refusal });
  carriedOut(turn, { op: "show", vip: WRITER });
  expect(turn.desk(GROUP, WRITER, "db1").refusal === null).toBe(isForgotten);
});
