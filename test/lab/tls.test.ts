/** A whole system whose monitors and operators know each other by certificates. */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectAllTold,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
} from "../helpers/lab-expect.ts";
import { Lab } from "../helpers/lab.ts";
import { FAST } from "../helpers/lab-setup.ts";

describe("with TLS", () => {
  it("a master is moved by an operator, not by a reader; killed, it is replaced; SIGHUP moves nothing", async () => {
    await using lab = await Lab.up({ ...FAST, tls: "on" });
    expect((await lab.status()).security?.tls).toBe("on");

    const eve = [
      "--cert",
      `${lab.directory}/tls/reader-eve.pem`,
      "--key",
      `${lab.directory}/tls/reader-eve.key`,
    ];
    const asReader = ["--ca", `${lab.directory}/tls/ca.pem`, ...eve];
    expect(await lab.mmm(...asReader, "status", "-o", "json")).toContain('"tls": "on"');
    expect(await lab.tryRun("mmm", ...asReader, "switchover", "--to", "db2")).toBeUndefined();
    expect((await lab.group()).master).toBe("db1");

    await lab.run("mmm", "switchover", "--to", "db2");
    await lab.movedTo((node) => node === "db2");
    const moved = await lab.lastDone();
    expect(moved).toMatchObject({ kind: "switchover", to: "db2", result: "ok" });
    expect(moved?.by).toMatch(/^lab \(/);
    await lab.healthy();

    await lab.run("mmm", "set_offline", "db3");
    await lab.run("mmm", "set_online", "db3");
    const said = (await lab.history()).slice(-2);
    expect(said.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      "offline: db3 online → offline",
      "online: db3 offline → online",
    ]);
    for (const { by } of said) expect(by).toMatch(/^lab \(/);

    const { leader, term } = (await lab.status()).cluster;
    for (const name of ["mon1", "mon2", "mon3"]) {
      await lab.run("renew-certificate", name);
      await eventually(
        () => lab.run("logs", name),
        (log) => log.includes("certificate.renewed"),
      );
    }
    expect((await lab.healthy()).cluster).toMatchObject({ leader, term });

    const measured = await lab.measure(
      () => lab.run("kill", "db2"),
      () => lab.movedTo((node) => node !== "db2"),
    );
    const master = (await lab.group()).master ?? "";
    expect(master).not.toBe("db2");
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expectAllTold(measured.waiters);
    await expectOnlyMaster(lab, master);
  });
});
