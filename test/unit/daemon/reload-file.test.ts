import { describe, expect, it } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { asWritten } from "../../../src/core/reload/reload.ts";
import { togetherOf } from "../../../src/daemon/reload-file.ts";

const same = (group: string): CommandOutcome => ({ kind: "ok", message: asWritten(group) });
const told = (
  outcomes: Readonly<Record<string, CommandOutcome>>,
  agreed: readonly string[] = Object.keys(outcomes),
) => togetherOf(new Map(Object.entries(outcomes)), agreed);

describe("what became of a reload of many groups", () => {
  it("is one line for all in which nothing changes", () => {
    expect(told({ a: same("a") })).toEqual({ kind: "ok", message: "group a is as the file says" });
    const message = "2 groups are as their files say";
    expect(told({ a: same("a"), b: same("b") })).toEqual({ kind: "ok", message });
  });

  it("tells of each that changed or was refused, and is as bad as the worst of them", () => {
    const outcome = told({
      a: same("a"),
      b: { kind: "ok", message: "changed in group b: …" },
      c: { kind: "refused", message: "a failover is under way" },
    });
    expect(outcome).toEqual({
      kind: "refused",
      message:
        "changed in group b: …\ngroup c: refused: a failover is under way\ngroup a is as the file says",
    });
  });

  it("names groups that are in no file any more, and how to drop them", () => {
    expect(told({ a: same("a") }, ["a", "old"])).toMatchObject({
      kind: "ok",
      message: expect.stringContaining("mmm reload --drop-group old") as string,
    });
  });

  it("is for the leader to say", () => {
    const other: CommandOutcome = { kind: "not-leader", leader: "mon2" };
    expect(told({ a: same("a"), b: other })).toEqual(other);
  });
});
