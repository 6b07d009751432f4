/** A cluster is founded with one imported state or none: whoever founds it must not be the one that lacks it. */
import { expect, it } from "vitest";
import { createConsensus } from "../../../../src/core/consensus/consensus.ts";
import { membersMet } from "../../../../src/core/consensus/founding.ts";
import { DEFAULT_TIMERS } from "../../../../src/core/consensus/types.ts";
import { aCluster, aDurable, aSlot, at, from, hear, reported, sent, stamp } from "./a-monitor.ts";

const A_STATE = "cluster feedbeef at term 12, epoch 90";

function anEmpty(bequest?: string) {
  const durable = aDurable({ term: 0, slot: null });
  const groups = { "group:a": { value: 0 } };
  const plan = { peers: 1, ownAddress: "mon1:7400", groups, ...(bequest && { bequest }) };
  const state = createConsensus({ durable, plan, timers: DEFAULT_TIMERS, at: at(0) });
  return { ...state, found: { mon2: "mon2:7400" } };
}

function hello(bequest: string | null, { met = false, answer = true } = {}) {
  const body = {
    kind: "hello",
    clusterId: null,
    schema: 1,
    address: "mon2:7400",
    peers: 1,
  } as const;
  return from("mon2", { ...body, bequest, met, answer }, { term: 0, slot: null });
}

it.each([
  [undefined, null],
  [A_STATE, A_STATE],
])("%s and %s found it", (own, theirs) => {
  const step = hear(anEmpty(own), hello(theirs), 100);
  expect(step.state.durable.slot).not.toBeNull();
  expect(sent(step, "mon2").map(({ kind }) => kind)).toContain("genesis");
});

it.each([
  [undefined, A_STATE],
  [A_STATE, null],
  [A_STATE, "another"],
])("%s and %s do not, and tell whose is which", (own, theirs) => {
  const step = hear(anEmpty(own), hello(theirs), 100);
  expect(step.state.durable.slot).toBeNull();
  expect(reported(step)).toEqual([
    { kind: "peer-refused", peer: "mon2", why: { kind: "other-import", theirs } },
  ]);
});

it("they do as soon as the other one has imported it, too", () => {
  const { state } = hear(anEmpty(A_STATE), hello(null), 100);
  const step = hear(state, hello(A_STATE), 200);
  expect(step.state.durable.slot).not.toBeNull();
  expect(step.state.refused).toEqual({});
});

/** From a monitor that nobody configured here, and that belongs to a cluster. */
function helloOfMember(term: number) {
  const body = { kind: "hello", clusterId: "0000abcd", schema: 1, address: "mon4:7400" } as const;
  const slot = { term, version: 12 };
  return from(
    "mon4",
    { ...body, peers: 3, bequest: null, met: false, answer: true },
    { term, slot },
  );
}

it("one that has met a cluster that was led founds no second one, however long ago that was", () => {
  const met = hear(anEmpty(), helloOfMember(7), 100).state;
  const step = hear(met, hello(null), 100_000);
  expect(step.state.durable.slot).toBeNull();
  expect(membersMet(step.state)).toEqual(["mon4"]);
});

it("one that was restarted since it met a cluster founds none beside one that remembers it", () => {
  const told = hear(anEmpty(), hello(null, { met: true }), 100);
  expect(told.state.durable.slot).toBeNull();
  const step = hear(told.state, hello(null), 600);
  expect(step.state.durable.slot).not.toBeNull();
});

it("one that has met a cluster says so, and does not hand on what it was only told", () => {
  const said = (step: ReturnType<typeof hear>) => JSON.stringify(sent(step));
  const met = hear(anEmpty(), helloOfMember(7), 100).state;
  expect(said(hear(met, hello(null, { answer: false }), 200))).toContain('"met":true');
  const told = hear(anEmpty(), hello(null, { met: true }), 100).state;
  const asked = hello(null, { met: true, answer: false });
  expect(said(hear(told, asked, 200))).toContain('"met":false');
});

it("one that has met a cluster that was led takes the founding state of that one: its leader may be gone", () => {
  const { parts, changed, stamp: of } = aSlot(stamp(1, 1), aCluster({}, ["mon1", "mon2"]));
  const delta = { base: null, stamp: of, parts, changed };
  const offered = from("mon2", { kind: "genesis", delta }, { term: 2, slot: of });
  const met = hear(anEmpty(), helloOfMember(2), 50).state;
  expect(hear(met, offered, 100).state.durable.slot?.stamp).toEqual(stamp(1, 1));
});

it("one that has met somebody whose cluster never had a leader founds its own", () => {
  const met = hear(anEmpty(), helloOfMember(1), 100).state;
  expect(hear(met, hello(null), 200).state.durable.slot).not.toBeNull();
});

it("one that has met a cluster that was led takes no founding state of another", () => {
  const other = aCluster({ clusterId: "0000beef" }, ["mon1", "mon2"]);
  const { parts, changed, stamp: of } = aSlot(stamp(1, 1), other);
  const delta = { base: null, stamp: of, parts, changed };
  const offered = from("mon2", { kind: "genesis", delta }, { term: 1, slot: of });
  expect(hear(anEmpty(), offered, 100).state.durable.slot).not.toBeNull();
  const met = hear(anEmpty(), helloOfMember(7), 50).state;
  expect(hear(met, offered, 100).state.durable.slot).toBeNull();
});
