import { expect, it } from "vitest";
import { endings } from "../../../src/core/endings.ts";
import type { Committed, PastOperation } from "../../../src/core/state.ts";
import { group } from "./health/build.ts";

function past(kind: PastOperation["kind"], version: number): PastOperation {
  const none = { requestId: null, votes: {}, fencing: null, phases: [], lostBytes: 0 };
  const who = { from: "db1", to: "db2", by: "mon1", reason: "db1 refused" };
  const when = { epoch: { term: 1, version }, startedAt: 0, durationMs: 86 };
  return { kind, result: "ok", ...none, ...who, ...when };
}

function agreed(...operations: readonly PastOperation[]): Committed {
  const cluster = { schema: 1, clusterId: "1a2b3c4d", members: [], adopted: [], requests: [] };
  const groups = [{ ...group(), past: operations }];
  return { stamp: { term: 1, version: 1 }, cluster, groups };
}

it("what is new in the history has just ended", () => {
  const before = agreed(past("failover", 1), past("rejoin", 2));
  const now = agreed(past("rejoin", 2), past("switchover", 3), past("pause", 3));
  expect(endings(before, now).map(({ past: { kind } }) => kind)).toEqual(["switchover", "pause"]);
  expect(endings(now, now)).toEqual([]);
});

it("nothing is new to a monitor that knew nothing, or of a group that was not there", () => {
  const now = agreed(past("failover", 1));
  expect(endings(null, now)).toEqual([]);
  expect(endings({ ...now, groups: [] }, now)).toEqual([]);
});
