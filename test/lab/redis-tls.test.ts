/**
 * A whole system whose Redis servers ask for a certificate, and follow each other over TLS: everything that a monitor does
 * to one works there as in the clear, and nothing of it goes in the clear. Only with MMM_LONG=1.
 */
import { describe, expect, it } from "vitest";
import type { Collected } from "../../src/cli/doctor/collect.ts";
import {
  expectAllTold,
  expectNothingLost,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST } from "../helpers/lab-setup.ts";

const TLS_PORT = 6379;

/** The port of the server's side of each connection whose client is called so. */
async function portsOf(lab: Lab, node: string, name: RegExp): Promise<readonly number[]> {
  const list = await lab.run("redis", node, "client", "list");
  return list.split("\n").flatMap((line) => {
    const [, port] = / laddr=\S+:(\d+) /.exec(line) ?? [];
    return port !== undefined && name.test(/ name=(\S*) /.exec(line)?.[1] ?? "")
      ? [Number(port)]
      : [];
  });
}

describe.skipIf(!isLong || IS_LOCAL)("over TLS to each Redis", () => {
  it("a switchover loses nothing, a failover follows, and the old master comes back", async () => {
    await using lab = await Lab.up({
      ...FAST,
      redisTls: "on",
      set: ["write_guard=on", "cooldown=0s"],
    });
    const moved = await lab.measure(
      () => lab.run("mmm", "switchover", "--to", "db2"),
      () => lab.movedTo((node) => node === "db2"),
    );
    expectOneServer(moved.observer);
    expectNothingLost(moved.writer);
    expectAllTold(moved.waiters);
    await lab.healthy();
    await expectOnlyMaster(lab, "db2");

    const killed = await lab.measure(
      () => lab.run("kill", "db2"),
      () => lab.movedTo((node) => node !== "db2"),
    );
    const master = (await lab.group()).master ?? "";
    expectOneServer(killed.observer);
    expectNothingLostBefore(killed.writer, killed.faultAtS);
    expectAllTold(killed.waiters);

    // It comes back as the master that its file still says it is, and is made a replica.
    await lab.run("start", "db2", "kept");
    await lab.healthy(60_000);
    await expectOnlyMaster(lab, master);
    const results = (await lab.history()).map(({ kind, result }) => `${kind} ${result}`);
    expect(results).toEqual(expect.arrayContaining(["switchover ok", "failover ok"]));
    expect(results.filter((result) => !result.endsWith(" ok"))).toEqual([]);

    for (const node of ["db1", "db2", "db3"]) {
      const ports = await portsOf(lab, node, /^mmm-/);
      expect(ports.length).toBeGreaterThan(0);
      expect(new Set(ports)).toEqual(new Set([TLS_PORT]));
    }
    const replicas = await lab.run("redis", master, "info", "replication");
    expect(replicas.match(/^slave\d:ip=\S+,port=6379,state=online/gm)).toHaveLength(2);
    expect(await lab.run("redis", master, "config", "get", "min-replicas-to-write")).toContain("1");
    const { findings } = JSON.parse(await lab.mmm("doctor", "-o", "json")) as Collected;
    const answers = findings.filter(({ id }) => id === "redis-answers");
    expect(answers.map(({ subject, level }) => `${subject} ${level}`)).toEqual([
      "db1 ok",
      "db2 ok",
      "db3 ok",
    ]);
  });
});
