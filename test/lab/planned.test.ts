/**
 * What people do on purpose, under write load: a switchover that loses nothing, and a firewall that
 * somebody flushed on the host that serves.
 */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectAllTold,
  expectNothingLost,
  expectOneServer,
  expectOnlyMaster,
  expectUnmoved,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST } from "../helpers/lab-setup.ts";

describe("under write load", () => {
  it("a switchover there and back loses no acknowledged write", async () => {
    await using lab = await Lab.up(FAST);
    for (const to of ["db2", "db1"]) {
      const measured = await lab.measure(
        () => lab.run("mmm", "switchover", "--to", to),
        () => lab.movedTo((node) => node === to),
        { pauseMs: 0 },
      );
      expectOneServer(measured.observer);
      expect(servers(measured.observer)).toEqual([to === "db2" ? "db1" : "db2", to]);
      expectNothingLost(measured.writer);
      expectAllTold(measured.waiters);
      await lab.healthy();
      await expectOnlyMaster(lab, to);
    }
    const kinds = (await lab.history()).map(({ kind, result }) => `${kind} ${result}`);
    expect(kinds.filter((kind) => kind === "switchover ok")).toHaveLength(2);
  });

  it.skipIf(IS_LOCAL)(
    "a firewall flushed on the serving host is put back, and the master stays",
    async () => {
      await using lab = await Lab.up(FAST);
      const measured = await lab.measure(
        () => lab.run("exec", "db1", "nft", "flush", "ruleset"),
        async () => {
          await eventually(
            () => lab.run("exec", "db1", "nft", "list", "set", "inet", "redis_mmm", "lease4"),
            (set) => set.includes("10.77.0.70"),
            { withinMs: 5_000, everyMs: 100, what: "the lease in a new table" },
          );
          await lab.healthy();
        },
      );
      expectUnmoved(measured, "db1", 2_000);
      await expectOnlyMaster(lab, "db1");
    },
  );

  it.skipIf(IS_LOCAL || !isLong)(
    "a host that closes itself after a flush serves again as soon as a new epoch is agreed on",
    async () => {
      await using lab = await Lab.up(FAST);
      const sshd = `$(cut -d' ' -f1 ${lab.directory}/run/sshd-db1.pid)`;
      const close = `nsenter --mount --target ${sshd} /usr/lib/redis-mmm/guard close`;
      const measured = await lab.measure(
        () => lab.run("exec", "db1", "sh", "-c", `nft flush ruleset; exec ${close}`),
        async () => {
          await eventually(
            () => lab.run("exec", "db1", "nft", "list", "set", "inet", "redis_mmm", "lease4"),
            (set) => set.includes("10.77.0.70"),
            { withinMs: 5_000, everyMs: 100, what: "a lease again" },
          );
          await lab.healthy();
        },
      );
      expectUnmoved(measured, "db1", 2_000);
      await expectOnlyMaster(lab, "db1");
    },
  );
});
