/** What is agreed on changes while the cluster works: the address stays where it is, and no write is lost. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectNobodyDisturbed, expectOnlyMaster, expectUnmoved } from "../helpers/lab-expect.ts";
import { eventually } from "../helpers/eventually.ts";
import { isLong, Lab, passing } from "../helpers/lab.ts";
import { FAST, NO_GAP_MS } from "../helpers/lab-setup.ts";

/** Writes another line into the one file of the lab. */
function edit(lab: Lab, from: RegExp, to: string): void {
  const file = join(lab.directory, "mmm.conf");
  const text = readFileSync(file, "utf8");
  if (!from.test(text)) throw new Error(`${file} has no ${String(from)}`);
  writeFileSync(file, text.replace(from, to));
}

describe("under write load", () => {
  it("a lease is made longer and shorter by a reload, and nobody notices", async () => {
    await using lab = await Lab.up(FAST);
    const told: string[] = [];
    const measured = await lab.measure(
      async () => {
        for (const lease of ["3s", "600ms"]) {
          edit(lab, /^vip_lease = .*$/m, `vip_lease = ${lease}`);
          told.push(await lab.run("mmm", "reload"));
          await passing(2_000);
        }
      },
      () => lab.healthy(),
    );
    expect(told[0]).toContain("vip_lease: 1s → 3s");
    expect(told[1]).toContain("vip_lease: 3s → 600ms");
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    const left = (await lab.group()).writer?.lease_ms ?? 0;
    expect(left).toBeLessThanOrEqual(600);
    expect(await lab.run("mmm", "reload", "--dry-run")).toContain("is as the file says");
    await expectOnlyMaster(lab, "db1");
  });
});

describe.skipIf(!isLong)("the nodes of a running cluster", () => {
  it("one is removed by a reload, added again, and may become master, and nobody notices", async () => {
    await using lab = await Lab.up(FAST);
    const file = join(lab.directory, "mmm.conf");
    const complete = readFileSync(file, "utf8");
    const section = /\[db3\]\n(?:.+\n)+/.exec(complete)?.[0] ?? "";
    expect(section).toContain("10.77.0.13");
    const nodes = async () => (await lab.group()).nodes.map(({ name }) => name);
    const measured = await lab.measure(
      async () => {
        writeFileSync(file, complete.replace(section, ""));
        await lab.run("mmm", "reload");
        expect(await nodes()).toEqual(["db1", "db2"]);
        await lab.healthy();
        writeFileSync(file, complete);
        await lab.run("mmm", "reload");
        await eventually(nodes, (names) => names.includes("db3"));
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    await lab.run("mmm", "switchover", "--to", "db3");
    await lab.healthy();
    await expectOnlyMaster(lab, "db3");
  });
});

describe("a reader VIP", () => {
  it("goes and comes back by a reload, and the writers feel nothing of it", async () => {
    await using lab = await Lab.up({ ...FAST, readers: 1 });
    const file = join(lab.directory, "mmm.conf");
    const complete = readFileSync(file, "utf8");
    const readers = async () => (await lab.group()).readers.map(({ holder }) => holder);
    const measured = await lab.measure(
      async () => {
        edit(lab, /^slave_ip = .*\n/m, "");
        expect(await lab.run("mmm", "reload")).toMatch(/slave_ip: \S+ → none/);
        await eventually(readers, (found) => found.length === 0);
        writeFileSync(file, complete);
        expect(await lab.run("mmm", "reload")).toMatch(/slave_ip: none → \S+/);
        await eventually(readers, ([holder]) => typeof holder === "string");
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
  });
});

describe("the monitors of a running cluster", () => {
  it("one is removed, wiped, added again and replaced, and nobody notices", async () => {
    await using lab = await Lab.up(FAST);
    const leader = await lab.leader();
    const name = ["mon1", "mon2", "mon3"].find((each) => each !== leader) ?? "";
    const at = (await lab.status()).cluster.monitors.find((each) => each.name === name)?.address;
    const wipe = async () => {
      await lab.run("kill-monitor", name);
      rmSync(join(lab.directory, "data", name), { recursive: true });
      await lab.run("start-monitor", name);
    };
    const measured = await lab.measure(
      async () => {
        expect(await lab.run("mmm", "monitor", "remove", name)).toContain("of 2, 2 are a majority");
        const told = () => readFileSync(join(lab.directory, "log", `${name}.log`), "utf8");
        await eventually(told, (log) => log.includes('"monitor.removed"'));
        expect((await lab.status()).cluster.monitors).toHaveLength(2);
        await wipe();
        expect(await lab.run("mmm", "monitor", "add", `${name}=${at}`)).toContain("of 3, 2");
        await lab.healthy();
        await wipe();
        expect(await lab.run("mmm", "monitor", "replace", name)).toContain("of 3, 2");
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    expect((await lab.status()).cluster.monitors).toHaveLength(3);
  });
});
