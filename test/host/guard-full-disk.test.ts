/**
 * A guard whose shell keeps texts in files, on a host whose disk is full: what it cannot read must never pass for a
 * VIP that is not there. bash before 5.1 is such a shell, which stands for sh on some systems.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLUSTER, Guard, GUARD_SCRIPT, GuardHost, isRoot, quietly, sh, VIP } from "./guard-host.ts";

const HELD =
  /^ok gate=present gated=1 token=deadbeef\.1\.1 permits=1\.1\.2 lease=\d+ addr=e0\/32\//;

describe.skipIf(!isRoot())("on a full disk, where texts need files, a guard", () => {
  let host: GuardHost;
  let disk: string;
  let guard: Guard;

  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), "mmm-full-"));
    sh(`mount -t tmpfs -o size=64k,nr_inodes=9 none ${disk}`);
  });
  beforeEach(async () => {
    host?.[Symbol.dispose]();
    host = new GuardHost("full");
    sh(`rm -f ${disk}/*`);
    guard = await start();
    await guard.prepare({ leaseMs: 60_000 });
    fill();
  });
  afterAll(() => {
    host[Symbol.dispose]();
    quietly(`umount ${disk}`);
    rmSync(disk, { recursive: true });
  });

  function start(): Promise<Guard> {
    const environment = `TMPDIR=${disk} BASH_COMPAT=50`;
    const shell = `export ${environment}; exec -a sh bash --posix -s`;
    return Guard.start(host.spawn(host.host, ["bash", "-c", shell]), GUARD_SCRIPT);
  }

  function fill(): void {
    for (let index = 0; ; index += 1) {
      try {
        writeFileSync(join(disk, String(index)), "");
      } catch {
        return;
      }
    }
  }

  test("shows what it holds", async () => {
    expect(await guard.ask(`show ${VIP}`)).toMatch(HELD);
  });

  test("answers what is asked together", async () => {
    const shown = guard.raw(`together x 2\nshow a ${VIP}`, "a");
    expect(await guard.raw(`permit b ${VIP} ${CLUSTER} 1 1 5 60000`, "b")).toBe("ok");
    expect((await shown).replace(",1.1.5", "")).toMatch(HELD);
  });

  test("does not say that an address is gone which is there, on a host without a register", async () => {
    await guard.release();
    host.on(`nft flush ruleset; ip addr flush dev e0 to ${VIP}/32; ip addr add ${VIP}/32 dev e0`);
    expect(await guard.field("addr")).toBe("e0/32/-");
    expect(await guard.release()).toMatch(/^ok gate=absent /);
    expect(host.addresses()).toBe("");
  });

  test("starts, and knows whether the chains were altered", async () => {
    const another = await start();
    expect(await another.ask(`show ${VIP}`)).toMatch(HELD);
    host.on("nft add rule inet redis_mmm in accept");
    expect(await another.field("gate")).toBe("altered");
  });
});
