/**
 * `mmm doctor` before real hosts: content with a sound lab, and right about what is broken in it on
 * purpose, without moving anything.
 */
import { describe, expect, it } from "vitest";
import type { Collected, CollectedFinding } from "../../src/cli/doctor/collect.ts";
import { eventually } from "../helpers/eventually.ts";
import { IS_LOCAL, Lab } from "../helpers/lab.ts";
import { FAST, MONITORS } from "../helpers/lab-setup.ts";

async function examine(lab: Lab, ...args: readonly string[]): Promise<Collected> {
  return JSON.parse(await lab.mmm("doctor", "-o", "json", ...args)) as Collected;
}

function troubles({ findings }: Collected): readonly string[] {
  return findings
    .filter(({ level }) => level === "error" || level === "warning")
    .map(({ id, subject }) => `${subject} ${id}`);
}

function found({ findings }: Collected, id: string, subject: string): CollectedFinding | undefined {
  return findings.find((one) => one.id === id && one.subject === subject);
}

describe.skipIf(IS_LOCAL)("mmm doctor", () => {
  it("is content with a sound lab, and finds what is wrong with a broken one", async () => {
    await using lab = await Lab.up({ ...FAST, redis: ["repl-diskless-sync-delay 5"] });
    // On a machine with other work a login may well be slow.
    const sound = await eventually(
      () => examine(lab),
      (one) => troubles(one).length === 0,
      { withinMs: 60_000, everyMs: 500, what: "an examination that finds nothing" },
    );
    expect(sound.examined_by.toSorted()).toEqual(MONITORS);
    expect(found(sound, "guard-rights", "db1")?.seen_by).toHaveLength(MONITORS.length);

    await Promise.all([
      lab.run("redis", "db2", "config", "set", "bind", "10.77.0.12"),
      lab.run("redis", "db1", "acl", "setuser", "default", "-config|rewrite"),
      lab.run("stop-monitor", "mon3"),
    ]);
    const broken = await examine(lab);
    expect(troubles(broken)).toEqual(
      expect.arrayContaining(["db1 redis-command", "db2 redis-bind", "mon3 monitor-unreachable"]),
    );
    expect(found(broken, "redis-command", "db1")?.what).toContain("CONFIG REWRITE");
    expect(troubles(await examine(lab, "--here", "db2"))).toContain("db2 redis-bind");
    await lab.run("cont-monitor", "mon3");
    const group = await lab.group();
    expect({ master: group.master, operation: group.operation }).toEqual({
      master: "db1",
      operation: null,
    });
  });
});
