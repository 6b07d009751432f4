/**
 * Monitors fail, and Redis must not notice: without a majority nothing is moved, and what serves
 * goes on serving.
 */
import { afterAll, describe, expect, it } from "vitest";
import {
  expectNobodyDisturbed,
  expectNothingLost,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  expectUnmoved,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab, nowS, passing } from "../helpers/lab.ts";
import { FAST, isAnother, MONITORS, NO_GAP_MS } from "../helpers/lab-setup.ts";

async function leaderAndAnother(lab: Lab): Promise<readonly string[]> {
  const leader = await lab.leader();
  return [leader, ...MONITORS.filter((name) => name !== leader).slice(0, 1)];
}

async function oneByOne(lab: Lab, command: string, monitors: readonly string[]): Promise<void> {
  for (const monitor of monitors) await lab.run(command, monitor);
}

/**
 * What moves nothing needs no lab of its own: the last one is used again, if it is as it should be.
 */
let standing: Lab | undefined;

async function unmovedLab(): Promise<Lab> {
  if (standing !== undefined && !(await isUnmoved(standing))) {
    await standing.down();
    standing = undefined;
  }
  standing ??= await Lab.up(FAST);
  return standing;
}

async function isUnmoved(lab: Lab): Promise<boolean> {
  try {
    return (await lab.healthy(5_000)).groups[0]?.master === "db1";
  } catch {
    return false;
  }
}

describe("when monitors fail", () => {
  it.each(isLong ? [0, 60, 120, 250] : [60])(
    "a leader killed %i ms into a failover is replaced by one that finishes it",
    async (delayMs) => {
      await using lab = await Lab.up(FAST);
      const leader = await lab.leader();
      const measured = await lab.measure(
        async () => {
          await lab.run("kill", "db1");
          await passing(delayMs);
          await lab.run("kill-monitor", leader);
        },
        () => lab.movedTo(isAnother),
      );
      const master = await lab.movedTo(isAnother);
      expectOneServer(measured.observer);
      expect(servers(measured.observer)).toEqual(["db1", master]);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      await lab.run("start-monitor", leader);
      await lab.run("start", "db1");
      await lab.healthy();
      await expectOnlyMaster(lab, master);
    },
  );

  it.skipIf(!isLong)("the last of three restarts alone: the VIP is served again", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      async () => {
        await lab.run("kill-monitor", "mon1");
        await lab.run("kill-monitor", "mon2");
        await passing(60_000);
        await lab.run("kill-monitor", "mon3");
        await passing(2_000);
        await lab.run("start-monitor", "mon3");
      },
      () => passing(5_000),
    );
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db1"]);
    expectNothingLost(measured.writer);
    expect(measured.writer.gap_ms).toBeLessThan(5_000);
    expect(measured.writer.open_gap_ms ?? Infinity).toBeLessThan(NO_GAP_MS);
    await lab.run("start-monitor", "mon1");
    await lab.run("start-monitor", "mon2");
    await lab.healthy();
    expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);
  });

  it.skipIf(!isLong || IS_LOCAL)(
    "a minority with the master stops serving before the majority's node serves",
    async () => {
      await using lab = await Lab.up(FAST);
      const leader = await lab.leader();
      const [one = "", two = ""] = MONITORS.filter((name) => name !== leader);
      const measured = await lab.measure(
        async () => {
          await lab.run("isolate", "db1", "from", one, two, "db2", "db3");
          await lab.run("isolate", leader, "from", one, two, "db2", "db3");
        },
        async () => {
          await passing(8_000);
          await lab.run("heal");
          await lab.healthy();
        },
      );
      expectOneServer(measured.observer);
      expect(servers(measured.observer)).toHaveLength(2);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      await expectOnlyMaster(lab, servers(measured.observer)[1] ?? "none");
    },
  );

  it.skipIf(!isLong)("on_quorum_loss = drop: without a majority nobody serves", async () => {
    await using lab = await Lab.up({ ...FAST, set: ["on_quorum_loss=drop"] });
    const majority = await leaderAndAnother(lab);
    let backAtS = 0;
    const measured = await lab.measure(
      () => oneByOne(lab, "kill-monitor", majority),
      async () => {
        await passing(4_000);
        backAtS = nowS();
        await oneByOne(lab, "start-monitor", majority);
        await lab.healthy();
      },
    );
    expectOneServer(measured.observer);
    expectNothingLost(measured.writer);
    const [db1] = measured.observer.hosts;
    const late = db1?.served.filter(([from, to]) => to > measured.faultAtS + 2.5 && from < backAtS);
    expect(late).toEqual([]);
    expect(measured.writer.gap_ms).toBeGreaterThan(1_000);
    await expectOnlyMaster(lab, "db1");
  });
});

describe("when monitors fail, and nothing is to move", () => {
  afterAll(() => standing?.down());

  it("two of three killed: no failover, the VIP stays, and writes flow", async () => {
    const lab = await unmovedLab();
    const majority = await leaderAndAnother(lab);
    const measured = await lab.measure(
      () => oneByOne(lab, "kill-monitor", majority),
      () => passing(6_000),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    await oneByOne(lab, "start-monitor", majority);
    await lab.healthy();
    await expectOnlyMaster(lab, "db1");
    expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);
  });

  it("all stopped for 10 s and continued: the same host serves again, and nothing is lost", async () => {
    const lab = await unmovedLab();
    const measured = await lab.measure(
      async () => {
        await Promise.all(MONITORS.map((name) => lab.run("stop-monitor", name)));
        await passing(10_000);
        await Promise.all(MONITORS.map((name) => lab.run("cont-monitor", name)));
      },
      () => lab.healthy(),
    );
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db1"]);
    expectNothingLost(measured.writer);
    await expectOnlyMaster(lab, "db1");
    expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);
  });

  it.skipIf(IS_LOCAL)(
    "all cut from each other, but not from the nodes: nothing is felt",
    async () => {
      const lab = await unmovedLab();
      const measured = await lab.measure(
        async () => {
          await lab.run("isolate", "mon1", "from", "mon2", "mon3");
          await lab.run("isolate", "mon2", "from", "mon3");
        },
        () => passing(5_000),
      );
      expectUnmoved(measured, "db1", NO_GAP_MS);
      expectNobodyDisturbed(measured.waiters);
      await lab.run("heal");
      await lab.healthy();
      await expectOnlyMaster(lab, "db1");
    },
  );

  it.skipIf(IS_LOCAL).each(isLong ? ["leader", "follower"] : ["leader"])(
    "a minority that cannot see a healthy master moves nothing (the %s)",
    async (role) => {
      const lab = await unmovedLab();
      const leader = await lab.leader();
      const blind = role === "leader" ? leader : (MONITORS.find((name) => name !== leader) ?? "");
      const measured = await lab.measure(
        () => lab.run("isolate", "db1", "from", blind),
        () => passing(6_000),
      );
      expectUnmoved(measured, "db1", NO_GAP_MS);
      expectNobodyDisturbed(measured.waiters);
      const [group] = (await lab.status()).groups;
      expect(group?.nodes.find(({ name }) => name === "db1")?.votes[blind]?.vote).toBe("silent");
      await lab.run("heal");
      await lab.healthy();
      await expectOnlyMaster(lab, "db1");
    },
  );
});
