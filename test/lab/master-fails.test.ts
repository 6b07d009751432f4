/**
 * The master fails, each time in another way, and another node takes over: killed, hung, unplugged,
 * cut from everybody but its clients.
 */
import { describe, expect, it } from "vitest";
import {
  expectAllTold,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab, passing } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

describe("when the master fails", () => {
  it("a killed master is replaced, and its clients are told", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      () => lab.run("kill", "db1"),
      () => lab.movedTo(isAnother),
    );
    const master = await lab.movedTo(isAnother);
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db1", master]);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expectAllTold(measured.waiters);
    await expectOnlyMaster(lab, master);
    const last = await lab.lastDone();
    expect(last).toMatchObject({ kind: "failover", from: "db1", to: master, result: "ok" });
  });

  it("a hung master is replaced, and does no harm when it goes on", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      () => lab.run("hang", "db1"),
      async () => {
        await lab.movedTo(isAnother);
        await lab.run("unhang", "db1");
        await lab.healthy();
      },
    );
    const master = await lab.movedTo(isAnother);
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expectAllTold(measured.waiters);
    await expectOnlyMaster(lab, master);
  });

  it.each(isLong ? [900, 1_100, 1_250, 1_400] : [1_100])(
    "a hung master that goes on after %i ms leaves one master and one server",
    async (hungMs) => {
      await using lab = await Lab.up(FAST);
      const measured = await lab.measure(
        async () => {
          await lab.run("hang", "db1");
          await passing(hungMs);
          await lab.run("unhang", "db1");
        },
        async () => {
          await passing(2_000);
          await lab.healthy();
        },
      );
      const { master } = await lab.group();
      expectOneServer(measured.observer);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      await expectOnlyMaster(lab, master ?? "none");
    },
  );

  it.skipIf(IS_LOCAL)("an unplugged host stops serving before another host serves", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      () => lab.run("unplug", "db1"),
      () => lab.movedTo(isAnother),
      { keepalive: true },
    );
    const master = await lab.movedTo(isAnother);
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toEqual(["db1", master]);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expectAllTold(measured.waiters);
    const last = await lab.lastDone();
    expect(last).toMatchObject({ kind: "failover", fencing: "lease-ended" });
  });

  it.skipIf(IS_LOCAL)(
    "a master cut from all but its clients stops serving them, then another serves",
    async () => {
      await using lab = await Lab.up(FAST);
      const measured = await lab.measure(
        () => lab.run("isolate", "db1", "from", "mon1", "mon2", "mon3", "db2", "db3"),
        () => lab.movedTo(isAnother),
        { keepalive: true },
      );
      const master = await lab.movedTo(isAnother);
      expectOneServer(measured.observer);
      expect(servers(measured.observer)).toEqual(["db1", master]);
      expectNothingLostBefore(measured.writer, measured.faultAtS);
      expectAllTold(measured.waiters);
      await lab.run("heal");
      await lab.healthy();
      await expectOnlyMaster(lab, master);
    },
  );
});
