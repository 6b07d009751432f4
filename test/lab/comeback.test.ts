/**
 * An old master comes back after its failover: as a process, as a rebooted host, over a mended
 * cable. It must follow the new master, and never serve the VIP beside it.
 */
import { describe, expect, it } from "vitest";
import {
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

const PROCESS = [
  { what: "its process is started again", fault: ["kill", "db1"], cure: ["start", "db1"] },
  ...(isLong
    ? [{ what: "it hung and goes on", fault: ["hang", "db1"], cure: ["unhang", "db1"] }]
    : []),
];
const HOST = [
  { what: "its host boots again", fault: ["crash", "db1"], cure: ["boot", "db1"] },
  { what: "its cable is mended", fault: ["unplug", "db1"], cure: ["plug", "db1"] },
];

async function comesBack({ fault, cure }: (typeof PROCESS)[number]): Promise<void> {
  await using lab = await Lab.up(FAST);
  let master = "none";
  const measured = await lab.measure(
    () => lab.run(...fault),
    async () => {
      master = await lab.movedTo(isAnother);
      await lab.run(...cure);
      await lab.healthy();
    },
  );
  expectOneServer(measured.observer);
  expect(servers(measured.observer)).toEqual(["db1", master]);
  expectNothingLostBefore(measured.writer, measured.faultAtS);
  await expectOnlyMaster(lab, master);
  if (IS_LOCAL) return;
  expect(await lab.run("exec", "db1", "ip", "-4", "-o", "addr")).not.toContain("10.77.0.70");
}

describe("when an old master comes back", () => {
  it.each(PROCESS)("it follows the new one after $what", comesBack);

  it.skipIf(IS_LOCAL).each(HOST)("it follows the new one after $what", comesBack);
});
