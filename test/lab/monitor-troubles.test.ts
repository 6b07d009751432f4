/**
 * A monitor whose disk, memory or clock is wrong is worse than one that is dead: it might vote. Its
 * disk is full, its directory was restored from a backup, its clock was set, its whole cluster is gone.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyData } from "../helpers/copy-data.ts";
import { eventually } from "../helpers/eventually.ts";
import {
  expectNobodyDisturbed,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  expectUnmoved,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab, passing } from "../helpers/lab.ts";
import { FAST, isAnother, MONITORS, NO_GAP_MS } from "../helpers/lab-setup.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const dataOf = (lab: Lab, monitor: string) => join(lab.directory, "data", monitor);
const logOf = (lab: Lab, monitor: string) =>
  readFileSync(join(lab.directory, "log", `${monitor}.log`), "utf8");

async function isDead(lab: Lab, monitor: string): Promise<void> {
  await eventually(
    () => lab.run("status"),
    (text) => new RegExp(`^${monitor} .* dead$`, "m").test(text),
    { withinMs: 15_000, everyMs: 200, what: `the end of ${monitor}` },
  );
}

async function adviceToAdopt(lab: Lab, cluster: string): Promise<void> {
  const warnings = async () => JSON.stringify((await lab.status()).warnings);
  await eventually(warnings, (text) => text.includes(`mmm adopt ${cluster}`), {
    withinMs: 20_000,
    everyMs: 200,
    what: "the advice to adopt",
  });
}

async function follower(lab: Lab): Promise<string> {
  const leader = await lab.leader();
  return MONITORS.find((name) => name !== leader) ?? "";
}

/** What a monitor has agreed to changes, so that it has something to write. */
async function changeSomething(lab: Lab): Promise<void> {
  await lab.run("mmm", "set_offline", "db3");
  await lab.run("mmm", "set_online", "db3");
}

describe.skipIf(!isLong)("a monitor", () => {
  it.skipIf(IS_LOCAL)(
    "whose disk is full goes on and starts again in the room that it has, and says why it does not where that is gone",
    async () => {
      await using lab = await Lab.up(FAST);
      const name = await lab.leader();
      const data = dataOf(lab, name);
      await lab.run("kill-monitor", name);
      copyData(data, `${data}.copy`);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "none", data]);
      try {
        copyData(`${data}.copy`, data);
        await lab.run("start-monitor", name);
        await lab.healthy();
        const fill = (file = "filler") => writeFileSync(join(data, file), Buffer.alloc(8 << 20));
        const measured = await lab.measure(
          async () => {
            expect(() => fill()).toThrow("ENOSPC");
            await changeSomething(lab);
            await lab.healthy();
            await lab.run("kill-monitor", name);
            await lab.run("start-monitor", name);
            await lab.healthy();
            await lab.run("kill-monitor", name);
            rmSync(join(data, "state.new"));
            expect(() => fill("more")).toThrow("ENOSPC");
            await lab.run("start-monitor", name);
            await isDead(lab, name);
          },
          () => passing(1_000),
        );
        expectUnmoved(measured, "db1", NO_GAP_MS);
        expectNobodyDisturbed(measured.waiters);
        expect(logOf(lab, name)).toMatch(/ENOSPC|no space/i);
        for (const file of ["filler", "more"]) rmSync(join(data, file));
        await lab.run("start-monitor", name);
        await lab.healthy();
        await lab.run("kill-monitor", name);
      } finally {
        execFileSync("umount", [data]);
      }
    },
  );

  it("restored from an old backup is refused, counts for nothing, and is replaced", async () => {
    await using lab = await Lab.up(FAST);
    const name = await follower(lab);
    const data = dataOf(lab, name);
    copyData(data, `${data}.backup`);
    await changeSomething(lab);
    await lab.run("mmm", "switchover", "--to", "db2");
    await lab.healthy();
    await lab.run("kill-monitor", name);
    rmSync(data, { recursive: true });
    copyData(`${data}.backup`, data);
    const measured = await lab.measure(
      async () => {
        await lab.run("start-monitor", name);
        await eventually(
          async () =>
            (await lab.status()).cluster.monitors.find((each) => each.name === name)?.problem,
          (problem) => problem !== null && problem !== undefined,
          { withinMs: 15_000, everyMs: 200, what: "the refusal of a restored monitor" },
        );
        await lab.run("kill-monitor", name);
        rmSync(data, { recursive: true });
        await lab.run("start-monitor", name);
        expect(await lab.run("mmm", "monitor", "replace", name)).toContain("of 3, 2");
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db2", NO_GAP_MS);
    await expectOnlyMaster(lab, "db2");
  });

  it("that was away while much happened has no gap in its history", async () => {
    await using lab = await Lab.up(FAST);
    const name = await follower(lab);
    await lab.run("kill-monitor", name);
    const moves = ["db2", "db3", "db1", "db2", "db3", "db1", "db2"];
    for (const to of moves) {
      await lab.run("mmm", "switchover", "--to", to);
      await lab.movedTo((node) => node === to);
    }
    await lab.run("start-monitor", name);
    const at = (await lab.status()).cluster.monitors.find((each) => each.name === name)?.address;
    const own = async () => {
      const told = await lab.run("mmm", "--monitor", at ?? "", "history", "-o", "json");
      return (JSON.parse(told) as readonly { kind: string; to: string }[])
        .filter(({ kind }) => kind === "switchover")
        .map(({ to }) => to);
    };
    const found = await eventually(own, (all) => all.length === moves.length, {
      withinMs: 30_000,
      everyMs: 500,
    });
    expect(found).toEqual(moves);
  });

  it("whose clock is set moves nothing, before and after a failover", async () => {
    await using clocks = await settableClocks();
    await using lab = await Lab.up(FAST);
    const leader = await lab.leader();
    const measured = await lab.measure(
      async () => {
        for (const hours of [24, -24, 24 * 365, 0]) {
          clocks.set(leader, hours * 3_600_000);
          await passing(2_500);
        }
        clocks.set(await follower(lab), -7_200_000);
        await passing(2_500);
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    clocks.set(leader, -86_400_000);
    const failed = await lab.measure(
      () => lab.run("kill", "db1"),
      () => lab.movedTo(isAnother),
    );
    expectOneServer(failed.observer);
    expectNothingLostBefore(failed.writer, failed.faultAtS);
  });
});

describe.skipIf(!isLong)("when most monitors lost their memory", () => {
  it("what the last one knew is carried to a new cluster, and only when it is gone itself", async () => {
    await using lab = await Lab.up(FAST);
    const old = (await lab.status()).cluster.id ?? "none";
    await lab.run("mmm", "set_offline", "db3");
    const exported = join(lab.directory, "state.json");
    const state = (action: string, name: string) =>
      lab.run("mmm", "state", action, exported, "--data-dir", dataOf(lab, name));
    const lose = async () => {
      for (const name of ["mon1", "mon2"]) {
        await lab.run("kill-monitor", name);
        rmSync(dataOf(lab, name), { recursive: true });
        mkdirSync(dataOf(lab, name), { mode: 0o700 });
      }
      await state("export", "mon3");
      await expect(state("import", "mon1")).rejects.toThrow(/it is alive.*mon3 still runs for it/);
      await lab.run("kill-monitor", "mon3");
      renameSync(dataOf(lab, "mon3"), `${dataOf(lab, "mon3")}.before`);
      mkdirSync(dataOf(lab, "mon3"), { mode: 0o700 });
    };
    const measured = await lab.measure(
      async () => {
        await lose();
        for (const name of MONITORS) await state("import", name);
        for (const name of MONITORS) await lab.run("start-monitor", name);
        await adviceToAdopt(lab, old);
        await lab.run("mmm", "adopt", old);
      },
      () =>
        eventually(
          () => lab.group(),
          ({ writer }) => writer?.holder === "db1",
          { withinMs: 20_000, everyMs: 200, what: "the old master serves again" },
        ),
    );
    expectOneServer(measured.observer);
    const { nodes } = await lab.group();
    expect(nodes.find(({ name }) => name === "db3")?.state).toBe("ADMIN_OFFLINE");
    await lab.run("mmm", "set_online", "db3");
    await lab.healthy();
    await expectOnlyMaster(lab, "db1");
    expect((await lab.status()).cluster.id).not.toBe(old);
    expect((await lab.history()).map(({ kind, reason }) => `${kind}: ${reason}`).join()).toMatch(
      new RegExp(`adopt: goes on where cluster ${old} ended`),
    );
    await lab.run("kill", "db1");
    await lab.movedTo(isAnother);
  });
});

describe.skipIf(!isLong)("when all monitors lost their memory", () => {
  it("the new cluster waits until a person gives it the hosts of the old one", async () => {
    await using lab = await Lab.up(FAST);
    const old = (await lab.status()).cluster.id ?? "none";
    for (const name of MONITORS) await lab.run("kill-monitor", name);
    for (const name of MONITORS) {
      rmSync(dataOf(lab, name), { recursive: true });
      await lab.run("start-monitor", name);
    }
    await adviceToAdopt(lab, old);
    await passing(3_000);
    expect((await lab.group()).writer?.holder ?? null).toBeNull();
    await lab.run("mmm", "adopt", old);
    await lab.healthy();
    expect((await lab.status()).cluster.id).not.toBe(old);
    await expectOnlyMaster(lab, "db1");
  });
});

interface Clocks extends AsyncDisposable {
  set(monitor: string, byMs: number): void;
}

/**
 * Monitors whose time of day can be set apart from the machine's: a program that node loads first adds
 * what a file says. The clock that measures durations goes on, as on a host whose clock is set.
 */
async function settableClocks(): Promise<Clocks> {
  const dir = await tempDir("mmm-clocks-");
  const program = join(dir.path, "clock.mjs");
  writeFileSync(
    program,
    `import { readFileSync } from "node:fs";
const name = process.argv[process.argv.indexOf("--name") + 1];
const real = Date.now;
let by = 0;
Date.now = () => real() + by;
globalThis.Date = new Proxy(Date, { construct: (of, args) => new of(...(args.length === 0 ? [Date.now()] : args)) });
setInterval(() => {
  try { by = Number(readFileSync(${JSON.stringify(dir.path)} + "/" + name, "utf8")); } catch { by = 0; }
}, 50).unref();
`,
  );
  const before = process.env["MMM_NODE_FLAGS"];
  process.env["MMM_NODE_FLAGS"] = `--import ${program}`;
  return {
    set: (monitor, byMs) => writeFileSync(join(dir.path, monitor), String(byMs)),
    [Symbol.asyncDispose]: async () => {
      if (before === undefined) delete process.env["MMM_NODE_FLAGS"];
      else process.env["MMM_NODE_FLAGS"] = before;
      await dir.remove();
    },
  };
}
