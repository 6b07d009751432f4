/**
 * What ends the service of an old master's host if not its lease alone: a fence_command, and, where the hosts have
 * no leases, its word or a person's.
 */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  servers,
} from "../helpers/lab-expect.ts";
import { eventually } from "../helpers/eventually.ts";
import { IS_LOCAL, Lab, passing } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

const POWER_OFF = fileURLToPath(new URL("../../scripts/lab.d/power-off", import.meta.url));
const UNLEASED = "lease_backend = off";

describe.skipIf(IS_LOCAL)("with a fence_command", () => {
  it.each(["auto", "off"])(
    "an unplugged host is powered off before another serves (lease_backend = %s)",
    async (backend) => {
      const set = [`lease_backend = ${backend}`, `fence_command = ${POWER_OFF}`];
      await using lab = await Lab.up({ ...FAST, set });
      const measured = await lab.measure(
        () => lab.run("unplug", "db1"),
        () => lab.movedTo(isAnother),
      );
      const master = await lab.movedTo(isAnother);
      expectOneServer(measured.observer);
      expect(servers(measured.observer)).toEqual(["db1", master]);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      expect(await lab.lastDone()).toMatchObject({ kind: "failover", fencing: "fenced" });

      await lab.run("boot", "db1");
      await lab.healthy();
      await expectOnlyMaster(lab, master);
    },
  );

  it("one that fails proves nothing: the lease has to end", async () => {
    await using lab = await Lab.up({ ...FAST, set: ["fence_command = exit 1"] });
    const measured = await lab.measure(
      () => lab.run("unplug", "db1"),
      () => lab.movedTo(isAnother),
    );
    expectOneServer(measured.observer);
    expect(await lab.lastDone()).toMatchObject({ kind: "failover", fencing: "lease-ended" });
  });
});

describe.skipIf(IS_LOCAL)("without leases", () => {
  it("a master is moved without a loss, and replaced when it is killed", async () => {
    await using lab = await Lab.up({ ...FAST, set: [UNLEASED] });
    const moved = await lab.measure(
      () => lab.run("mmm", "switchover", "--to", "db2"),
      () => lab.healthy(),
    );
    expectOneServer(moved.observer);
    expect(servers(moved.observer)).toEqual(["db1", "db2"]);
    expectNothingLost(moved.writer);

    const measured = await lab.measure(
      () => lab.run("kill", "db2"),
      () => lab.movedTo((node) => node !== "db2"),
    );
    const master = await lab.movedTo((node) => node !== "db2");
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db2", master]);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expect(await lab.lastDone()).toMatchObject({ kind: "failover", fencing: "released" });
    await expectOnlyMaster(lab, master);
  });

  it("nobody takes over from a host that is out of reach, until a person says that it is off", async () => {
    await using lab = await Lab.up({ ...FAST, set: [UNLEASED] });
    const measured = await lab.measure(
      () => lab.run("unplug", "db1"),
      async () => {
        await eventually(
          () => lab.mmm("explain"),
          (text) => text.includes("mmm adopt --empty db1"),
          { withinMs: 20_000, everyMs: 200, what: "what a person is to do" },
        );
        await passing(2_000);
        expect((await lab.group()).master).toBe("db1");
        await lab.run("crash", "db1");
        await lab.run("mmm", "adopt", "--empty", "db1");
        await lab.movedTo(isAnother);
      },
    );
    const master = await lab.movedTo(isAnother);
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db1", master]);
    // What a person said is a thing of its own, later than the failover began.
    const [failover, word] = (await lab.history()).slice(-2);
    expect(failover).toMatchObject({ kind: "failover", fencing: "vouched" });
    expect(word).toMatchObject({ kind: "adopt", from: "db1" });

    await lab.run("boot", "db1");
    await lab.healthy();
    await expectOnlyMaster(lab, master);
  });
});
