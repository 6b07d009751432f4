import { expect, it } from "vitest";
import {
  courseOf,
  SWITCHOVER_STEPS,
  tellSteps,
} from "../../../../src/core/operation/switchover-steps.ts";
import { group } from "../reload/build.ts";

it("tells each step with what it must show, and what happens otherwise", () => {
  const [first = "", , , marks = ""] = tellSteps(courseOf(group(), "db1", "db2"));
  expect(first).toMatch(
    /^ 1 {2}prepare {3}connect to db1 and db2, and cut off whatever is older\n/,
  );
  expect(first).toMatch(
    /replicates from it, at most \d+ bytes behind \(within 1500 ms, else all is put back\)$/,
  );
  expect(marks).toContain("(within 600 ms, else all is put back)");
});

it("speaks of no lease, register or guard where there is none", () => {
  const none = tellSteps(courseOf(group({ vips: [] }), "db1", "db2")).join("\n");
  expect(none).not.toMatch(/guard|kernel|a renewal|mark the/);
  expect(none).toContain("there is no lease");
  const off = tellSteps(courseOf(group({ backend: "off" }), "db1", "db2")).join("\n");
  expect(off).not.toMatch(/kernel|a renewal|mark the/);
  expect(off).toContain("its guard confirmed the release (within");
});

it("makes do without a VIP and without siblings", () => {
  const few = group({ vips: [], nodes: group().nodes.slice(0, 2) });
  const lines = tellSteps(courseOf(few, "db1", "db2")).join("\n");
  expect(lines).toContain("there is no other replica");
  expect(lines).toContain("there is no VIP to let go of");
});

it("names no step twice", () => {
  const keys = SWITCHOVER_STEPS.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
