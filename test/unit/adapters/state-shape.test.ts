import { expect, it } from "vitest";
import { checkPart } from "../../../src/adapters/state-shape.ts";
import type { Part } from "../../../src/core/consensus/types.ts";
import { fullParts } from "../fuzz/state.ts";

const [NAME = "", GROUP = {}] =
  Object.entries(fullParts()).find(([, part]) => "nodes" in (part as object)) ?? [];

function check(change: object): void {
  checkPart(NAME, { ...(GROUP as object), ...change } as Part, "state");
}

const PAUSE = {
  by: "ann",
  reason: null,
  since: 1,
  forMs: 60_000,
  leftMs: 12.5,
  counted: { term: 1, version: 2 },
};

it("a group may be paused, or not", () => {
  expect(() => check({})).not.toThrow();
  expect(() => check({ pause: PAUSE })).not.toThrow();
});

it.each([
  [{ pause: null }, "state.pause: no object"],
  [{ pause: { ...PAUSE, leftMs: "long" } }, "state.pause.leftMs: no number"],
  [{ pause: { ...PAUSE, counted: 3 } }, "state.pause.counted"],
  [{ leaving: "soon" }, "state.leaving: neither true nor false"],
])("%j is refused, with its place", (change, text) => {
  expect(() => check(change)).toThrow(text);
});

it("a setting that older states lack is checked where it is given", () => {
  const { settings } = GROUP as { settings: object };
  expect(() => check({ settings: { ...settings, parallelSyncs: 2 } })).not.toThrow();
  expect(() => check({ settings: { ...settings, parallelSyncs: "all" } })).toThrow("parallelSyncs");
  expect(() => check({ settings: { ...settings, prefer: { node: "db1" } } })).toThrow("afterMs");
  expect(() => check({ preference: { node: "db1", tries: ["x"] } })).toThrow("preference.tries");
});

it("a mode that only a newer version knows is taken", () => {
  expect(() => check({ mode: "wait" })).not.toThrow();
  expect(() => check({ mode: "of tomorrow" })).not.toThrow();
});
