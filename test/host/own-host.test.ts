/** Faults of a monitor's own host: what it does is defined for each, and the others go on. */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../src/adapters/control/client.ts";
import { loadState } from "../../src/adapters/store/state-file.ts";
import { eventually } from "../helpers/eventually.ts";
import { isLong } from "../helpers/lab.ts";
import { FailingDisk } from "../helpers/failing-disk.ts";
import { Cluster, NAMES } from "./cluster.ts";
import { isRoot } from "./guard-host.ts";
import { buildBundle } from "./monitor-process.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const ROUNDS = isLong ? 20 : 2;
const SLOW_DISK = pathToFileURL(fileURLToPath(new URL("./slow-disk.mjs", import.meta.url)));

let cluster: Cluster;
beforeAll(async () => {
  buildBundle();
  const nodeFlags = (dir: string) => ["--import", `${SLOW_DISK.href}?flag=${join(dir, "slow")}`];
  cluster = await Cluster.open({ nodeFlags });
  await cluster.leader();
});
afterAll(() => cluster?.close());

const setMode = (mode: "manual" | "active") => ({ kind: "set-mode" as const, group: "main", mode });

/** The cluster does what it is asked, through `name`. */
async function expectWorking(name: string): Promise<void> {
  expect(await cluster.operate(name, setMode("manual"))).toMatchObject({ kind: "ok" });
  expect(await cluster.operate(name, setMode("active"))).toMatchObject({ kind: "ok" });
}

describe("a monitor", () => {
  it("goes on when nobody reads its log any more, and leads as before", async () => {
    const leader = await cluster.leader();
    const monitor = cluster.monitors.get(leader)!;
    monitor.closeOutput();
    await expectWorking(leader);
    expect(await cluster.leader()).toBe(leader);
    expect(monitor.hasEnded).toBe(false);
  });

  it("without a free file descriptor answers whoever is connected, and others when it has one again", async () => {
    const leader = await cluster.leader();
    const { pid } = cluster.monitors.get(leader)!;
    const used = readdirSync(`/proc/${pid}/fd`).length;
    execFileSync("prlimit", ["--pid", String(pid), `--nofile=${used}:`]);
    const knocks = Array.from({ length: 20 }, () =>
      connect(cluster.portOf(leader), "127.0.0.1").on("error", () => undefined),
    );
    await expectWorking(leader);
    for (const socket of knocks) socket.destroy();
    execFileSync("prlimit", ["--pid", String(pid), "--nofile=8192:"]);
    const late = new ControlClient(`127.0.0.1:${cluster.portOf(leader)}`);
    expect((await late.identify(10_000)).name).toBe(leader);
    late.close();
    expect(await cluster.leader()).toBe(leader);
  });

  it("whose disk takes seconds to sync holds nobody else up: another one leads", async () => {
    const leader = await cluster.leader();
    writeFileSync(join(cluster.path, "slow"), `${leader} 4000`);
    const others = NAMES.filter((name) => name !== leader);
    // To write down what was agreed on is what takes it so long.
    void cluster.operate(leader, setMode("manual")).catch(() => undefined);
    const next = await cluster.leader(others, leader);
    await expectWorking(next);
    rmSync(join(cluster.path, "slow"));
    await cluster.leader();
    expect(cluster.monitors.get(leader)!.hasEnded).toBe(false);
  });

  it.skipIf(!isRoot() || !isLong)(
    "whose disk becomes read-only ends before it acts on what it cannot keep, and is back when it may write again",
    async () => {
      const name = await cluster.leader();
      const monitor = () => cluster.monitors.get(name)!;
      const others = NAMES.filter((one) => one !== name);
      const dir = join(cluster.path, name);
      const end = async () => {
        monitor().signal("SIGKILL");
        await monitor().exitCode();
      };
      await end();
      const disk = new FailingDisk(dir);
      try {
        cluster.start(name);
        await cluster.leader();
        const { term } = (await loadState(dir))!;

        disk.becomeReadOnly();
        const [other = ""] = others;
        expect(await cluster.operate(other, setMode("manual"))).toMatchObject({ kind: "ok" });
        expect(await monitor().exitCode()).toBe(1);
        const [fault] = await monitor().logged("monitor.fault");
        expect(fault).toMatchObject({
          msg: expect.stringMatching(/read-only file system|EROFS|EIO/i),
        });
        expect((await loadState(dir))!.term).toBe(term);

        cluster.start(name);
        expect(await monitor().exitCode()).not.toBe(0);
        expect(monitor().stderr).toMatch(/read-only file system|EROFS/i);
        await expectWorking(other);

        disk.mend();
        cluster.start(name);
        await cluster.leader();
        await expectWorking(name);
        await end();
      } finally {
        disk[Symbol.dispose]();
      }
      cluster.start(name);
      await cluster.leader();
    },
  );

  it("that is killed at any moment finds its state whole, and never an older vote", async () => {
    const name = "mon1";
    const dir = join(cluster.path, name);
    let [term, version] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [asked] = await Promise.all([
        cluster.operate("mon2", setMode(round % 2 === 0 ? "manual" : "active")).catch(() => null),
        new Promise((later) => setTimeout(later, round * 11)).then(() =>
          cluster.monitors.get(name)!.signal("SIGKILL"),
        ),
      ]);
      expect(asked).not.toBeNull();
      await cluster.monitors.get(name)!.exitCode();
      const state = (await loadState(dir))!;
      const { version: newest } = state.slot!.stamp;
      expect([state.term >= term, newest >= version]).toEqual([true, true]);
      [term, version] = [state.term, newest];
      cluster.start(name);
      await eventually(
        async () => (await cluster.clients.get("mon2")!.status(5_000)).status.cluster.monitors,
        (monitors) => monitors.every(({ reachable }) => reachable),
        { withinMs: 20_000, everyMs: 50, what: `${name} is back` },
      );
    }
  });
});
