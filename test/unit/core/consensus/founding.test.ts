/** A cluster is founded with one imported state or none: whoever founds it must not be the one that lacks it. */
import { expect, it } from "vitest";
import { createConsensus } from "../../../../src/core/consensus/consensus.ts";
import { DEFAULT_TIMERS } from "../../../../src/core/consensus/types.ts";
import { aDurable, at, from, hear, reported, sent } from "./a-monitor.ts";

const A_STATE = "cluster feedbeef at term 12, epoch 90";

function anEmpty(bequest?: string) {
  const durable = aDurable({ term: 0, slot: null });
  const groups = { "group:a": { value: 0 } };
  const plan = { peers: 1, ownAddress: "mon1:7400", groups, ...(bequest && { bequest }) };
  const state = createConsensus({ durable, plan, timers: DEFAULT_TIMERS, at: at(0) });
  return { ...state, found: { mon2: "mon2:7400" } };
}

function hello(bequest: string | null) {
  const body = {
    kind: "hello",
    clusterId: null,
    schema: 1,
    address: "mon2:7400",
    peers: 1,
  } as const;
  return from("mon2", { ...body, bequest, answer: true }, { term: 0, slot: null });
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
