/**
 * A neighbour that takes all the memory there is for it and the monitors. The kernel kills one of them, and the monitor's
 * unit says who that is not. Only with MMM_LONG=1.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isLong } from "../helpers/lab.ts";
import { Cluster, NAMES } from "./cluster.ts";
import { isRoot } from "./guard-host.ts";
import { MemoryLimit } from "./memory-limit.ts";
import { buildBundle } from "./monitor-process.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const LIMIT_BYTES = 700 * 2 ** 20;
const UNIT = readFileSync(join(import.meta.dirname, "../../config/mmm-mon.service"), "utf8");
const ADJUST = Number(/^OOMScoreAdjust=(-?\d+)$/m.exec(UNIT)?.[1]);
/** Not everywhere may root lower it (CAP_SYS_RESOURCE); there the neighbour is as much higher. */
const mayLower = () =>
  spawnSync("sh", ["-c", `echo ${ADJUST} > /proc/self/oom_score_adj`]).status === 0;
const GREEDY = "const kept = []; for (;;) kept.push(Buffer.alloc(2 ** 24, 1));";

it.runIf(isRoot() && isLong)(
  "monitors live and lead while a neighbour takes all the memory that they share, three times",
  async ({ skip }) => {
    buildBundle();
    await using limit = MemoryLimit.open(`mmm-memory-${process.pid}`, LIMIT_BYTES);
    if (limit === null) return skip("no control group limits memory here");
    const [own, others] = mayLower() ? [ADJUST, 0] : [0, -ADJUST];
    await using cluster = await Cluster.open({ launcher: limit.launcher(own) });
    const leader = await cluster.leader();
    for (const mode of ["manual", "active", "manual"] as const) {
      const command = [...limit.launcher(others), process.execPath, "-e", GREEDY];
      const neighbour = spawn("env", command, { stdio: "ignore" });
      const [, signal] = (await once(neighbour, "exit")) as [unknown, NodeJS.Signals | null];
      expect(signal).toBe("SIGKILL");
      const order = { kind: "set-mode" as const, group: "main", mode };
      expect(await cluster.operate(leader, order)).toMatchObject({ kind: "ok" });
    }
    expect(NAMES.filter((name) => cluster.monitors.get(name)!.hasEnded)).toEqual([]);
    expect(await cluster.leader()).toBe(leader);
  },
);
