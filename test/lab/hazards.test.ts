/**
 * What has cost other failover managers their data: a master that restarts without them, a replica that
 * never had them, an old master that has fewer. Whoever becomes master holds all that was acknowledged
 * before the fault, or nobody does.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectNothingLost,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab, type Measurement, passing } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

/** Kills db1, whose place `successor` (null: somebody) takes, with everything. */
async function succeeds(
  lab: Lab,
  successor: string | null,
  fault?: () => Promise<unknown>,
): Promise<Measurement> {
  const measured = await lab.measure(fault ?? (() => lab.run("kill", "db1")), () =>
    lab.movedTo(isAnother),
  );
  expectOneServer(measured.observer);
  const [first, next, ...others] = servers(measured.observer);
  expect([first, ...others]).toEqual(["db1"]);
  expect(next).toBe(successor ?? next);
  expectNothingLostBefore(measured.writer, measured.faultAtS);
  return measured;
}

describe("a master that restarts", () => {
  it("empty, at once, does not empty its replicas", async () => {
    // Redis' own default. With the delay of 0 that the lab has otherwise, it is a race against replicas
    // that happen to reconnect within the first 200 ms.
    await using lab = await Lab.up({ ...FAST, redis: ["repl-diskless-sync-delay 5"] });
    const measured = await lab.measure(
      async () => {
        await lab.run("kill", "db1");
        await lab.run("start", "db1");
      },
      async () => {
        await lab.movedTo(isAnother);
        await lab.healthy();
      },
    );
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    await expectOnlyMaster(lab, (await lab.group()).master ?? "none");
  });

  const GRACE = { ...FAST, set: ["restart_grace=5s"] } as const;
  const shutDown = (how: string) => (lab: Lab) => lab.tryRun("redis", "db1", "shutdown", how);
  const kill = (lab: Lab) => lab.run("kill", "db1");
  /** `stays` null: Redis does not say whether its append-only file is whole; it is, so either may be. */
  const KINDS = [
    { what: "from a complete snapshot", redis: [], end: shutDown("save"), stays: true },
    { what: "from an old snapshot", redis: [], save: true, end: kill, stays: false },
    { what: "from its append-only file", redis: ["appendonly yes"], end: kill, stays: null },
    { what: "with nothing", redis: [], end: shutDown("nosave"), stays: false },
    {
      what: "from the file of an old full sync",
      redis: ["repl-diskless-sync no"],
      end: kill,
      stays: false,
    },
  ];

  it.skipIf(!isLong).each(KINDS)(
    "$what keeps its place only if its data are whole",
    async (kind) => {
      await using lab = await Lab.up({ ...GRACE, redis: kind.redis });
      if (kind.save === true) await lab.run("redis", "db1", "save");
      const measured = await lab.measure(
        async () => {
          await kind.end(lab);
          await passing(300);
          await lab.run("start", "db1");
        },
        async () => {
          if (kind.stays === false) await lab.movedTo(isAnother);
          await passing(3_000);
          await lab.healthy();
        },
      );
      expectOneServer(measured.observer);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      const { master } = await lab.group();
      if (kind.stays !== null) expect(master === "db1").toBe(kind.stays);
      await expectOnlyMaster(lab, master ?? "none");
    },
  );
});

describe.skipIf(!isLong)("a master that flaps", () => {
  it("waits for a person once it was down too often", async () => {
    await using lab = await Lab.up({ ...FAST, set: ["flap_count=1", "cooldown=0"] });
    const state = async () => (await lab.group()).nodes.find(({ name }) => name === "db1")?.state;
    for (const round of [1, 2]) {
      await succeeds(lab, null);
      await lab.run("start", "db1");
      if (round === 2) break;
      await lab.healthy();
      await lab.run("mmm", "switchover", "--to", "db1");
      await lab.healthy();
    }
    await eventually(state, (now) => now === "AWAITING_RECOVERY", {
      withinMs: 20_000,
      everyMs: 200,
    });
    expect(await lab.tryRun("mmm", "switchover", "--to", "db1")).toBeUndefined();
    await lab.run("mmm", "set_online", "db1");
    await lab.healthy();
    await lab.run("mmm", "switchover", "--to", "db1");
    await expectOnlyMaster(lab, "db1");
  });
});

describe.skipIf(!isLong)("a new master that restarts from its append-only file", () => {
  it("lets a person say who is to be master", async () => {
    const redis = ["appendonly yes", "repl-diskless-sync-delay 5"];
    await using lab = await Lab.up({ ...FAST, set: ["restart_grace=5s", "cooldown=0"], redis });
    await lab.run("kill", "db1");
    const first = await lab.movedTo(isAnother);
    const other = first === "db2" ? "db3" : "db2";
    const measured = await lab.measure(
      async () => {
        await lab.run("kill", first);
        await lab.run("start", first);
        await passing(3_000);
        await lab.tryRun("mmm", "failover", "--force", "--accept-data-loss", "--to", other);
      },
      async () => {
        await lab.movedTo((node) => node === other);
        await lab.run("start", "db1");
        await lab.healthy(60_000);
      },
    );
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    await expectOnlyMaster(lab, other);
  });
});

describe("a successor", () => {
  it.skipIf(IS_LOCAL)(
    "is not a replica that never was in sync, whatever its priority",
    async () => {
      await using lab = await Lab.up(FAST);
      await lab.run("isolate", "db2", "from", "db1");
      await lab.run("kill", "db2");
      await lab.run("start", "db2");
      await lab.run("redis", "db2", "config", "set", "replica-priority", "1");
      await passing(1_000);
      await succeeds(lab, "db3");
      await lab.run("heal");
      await lab.run("start", "db1");
      await lab.healthy();
      await expectOnlyMaster(lab, "db3");
    },
  );

  it.skipIf(!isLong || IS_LOCAL)("is the freshest, whatever the others' priority", async () => {
    await using lab = await Lab.up(FAST);
    await lab.run("redis", "db2", "config", "set", "replica-priority", "1");
    const measured = await succeeds(lab, "db3", async () => {
      await lab.run("isolate", "db2", "from", "db1");
      await passing(800);
      await lab.run("kill", "db1");
    });
    expectNothingLost(measured.writer);
  });

  it.skipIf(!isLong)("is the next one if the first refuses to be promoted", async () => {
    await using lab = await Lab.up(FAST);
    await lab.run("redis", "db2", "config", "set", "replica-priority", "1");
    await lab.run("redis", "db2", "acl", "setuser", "default", "-replicaof");
    await succeeds(lab, "db3");
  });

  it.skipIf(!isLong || IS_LOCAL)("is not a replica that is loading its file", async () => {
    await using lab = await Lab.up(FAST);
    await lab.run("redis", "db2", "config", "set", "replica-priority", "1");
    // Redis answers while it loads, but only after each 1024 bytes of its file.
    const fill = "for i = 1, 40 do redis.call('set', 'key' .. i, string.rep('v', 2000)) end";
    await lab.run("redis", "db1", "eval", fill, "0");
    await lab.run("redis", "db2", "config", "set", "rdbcompression", "no");
    await eventually(
      () => lab.run("redis", "db2", "dbsize"),
      (size) => size.trim() === "40",
    );
    await lab.run("redis", "db2", "save");
    // Each key takes a quarter of a second to be loaded.
    const slow = "key-load-delay 250000\nloading-process-events-interval-bytes 1024\n";
    appendFileSync(`${lab.directory}/redis.extra`, `${slow}replica-priority 1\n`);
    await lab.run("kill", "db2");
    await lab.run("start", "db2");
    await eventually(
      () => lab.run("redis", "db2", "ping"),
      (answer) => answer.includes("LOADING"),
    );
    await succeeds(lab, "db3");
    expect(await lab.tryRun("redis", "db2", "ping")).toContain("LOADING");
    await lab.run("start", "db1");
    await lab.healthy(60_000);
    await expectOnlyMaster(lab, "db3");
  });

  it.skipIf(!isLong || IS_LOCAL)("that dies right after its promotion is replaced", async () => {
    await using lab = await Lab.up(FAST);
    await lab.run("redis", "db2", "config", "set", "replica-priority", "1");
    const [pid = ""] = readFileSync(`${lab.directory}/run/redis-db2.pid`, "utf8").split(" ");
    const untilPromoted = "until redis-cli -h 10.77.0.12 role | grep -q master; do :; done";
    const measured = await lab.measure(
      async () => {
        const isKilled = lab.run("exec", "db2", "bash", "-c", `${untilPromoted}; kill -9 ${pid}`);
        await lab.run("kill", "db1");
        await isKilled;
      },
      () => lab.movedTo((node) => node === "db3"),
    );
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    await lab.run("start", "db1");
    await lab.run("start", "db2");
    await lab.healthy(60_000);
    await expectOnlyMaster(lab, "db3");
  });

  it.skipIf(!isLong)("that dies at once is replaced by the next", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      () => lab.run("kill", "db1"),
      async () => {
        const first = await lab.movedTo(isAnother);
        await lab.run("kill", first);
        await lab.movedTo((node) => isAnother(node) && node !== first);
      },
    );
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
  });

  it.skipIf(!isLong || IS_LOCAL)(
    "is never an old master that has less than was acknowledged since",
    async () => {
      await using lab = await Lab.up({ ...FAST, nodes: 2 });
      const measured = await lab.measure(
        () => lab.run("unplug", "db1"),
        async () => {
          await lab.movedTo(isAnother);
          await passing(7_000);
          await lab.run("hang", "db2");
          await lab.run("heal");
          await lab.run("plug", "db1");
          await passing(6_000);
          expect((await lab.group()).master).toBe("db2");
          expect(await lab.run("redis", "db1", "role")).toContain("slave");
          await lab.run("unhang", "db2");
          await lab.healthy();
        },
      );
      expectOneServer(measured.observer);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      await expectOnlyMaster(lab, "db2");
    },
  );

  it.skipIf(!isLong || IS_LOCAL)("takes over everything when only the guard is lost", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      () =>
        lab.run(
          "exec",
          "db1",
          "nft",
          "add table inet lost; add chain inet lost in { type filter hook input priority -5 ; }; add rule inet lost in tcp dport 22 drop",
        ),
      () => lab.movedTo(isAnother),
    );
    expectOneServer(measured.observer);
    expectNothingLost(measured.writer);
    await lab.run("exec", "db1", "nft", "delete", "table", "inet", "lost");
    await lab.healthy();
    await expectOnlyMaster(lab, (await lab.group()).master ?? "none");
  });

  it.skipIf(!isLong || IS_LOCAL)(
    "with write_guard: little of what a cut-off master accepted is lost",
    async () => {
      await using lab = await Lab.up({
        ...FAST,
        set: ["write_guard=on"],
        redis: ["min-replicas-max-lag 1"],
      });
      await eventually(
        () => lab.run("redis", "db1", "config", "get", "min-replicas-to-write"),
        (value) => value.includes("\n1"),
        { withinMs: 10_000, everyMs: 100, what: "the write guard" },
      );
      const measured = await succeeds(lab, null, () =>
        lab.run("isolate", "db1", "from", "mon1", "mon2", "mon3", "db2", "db3"),
      );
      const { lost_to_s: lostTo } = measured.writer;
      if (lostTo !== null) expect(lostTo - measured.faultAtS).toBeLessThan(2.5);
    },
  );
});
