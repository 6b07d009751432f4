/** `setup-host --forget`: an address that was guarded once is an ordinary one again, and none that is in use. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { CLUSTER, type Guard, GuardHost, isRoot, VIP } from "./guard-host.ts";

const SETUP_HOST = fileURLToPath(new URL("../../scripts/setup-host", import.meta.url));
const OTHER = "10.77.0.7";

describe.skipIf(!isRoot())("setup-host --forget", () => {
  let host: GuardHost;
  let guard: Guard;
  let etc: string;
  beforeAll(async () => {
    host = new GuardHost("forget");
    guard = await host.guard();
  });
  beforeEach(() => {
    host.on(`nft flush ruleset; ip addr flush dev e0 to ${VIP}/32`);
    etc = mkdtempSync(join(tmpdir(), "mmm-forget-"));
    writeFileSync(join(etc, "guard.list"), `# made\n${OTHER} e0\n${VIP} e0\n`);
  });
  afterEach(() => rmSync(etc, { recursive: true, force: true }));
  afterAll(() => host[Symbol.dispose]());

  /** In the host's network, with a list of its own: what it changes of /etc and /usr/lib stays in a copy. */
  function forget(address: string) {
    const script = `mount -t tmpfs none /mnt && mkdir -p /mnt/u/etc /mnt/w/etc /mnt/u/lib /mnt/w/lib
      mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/u/etc,workdir=/mnt/w/etc /etc
      mount -t overlay none -o lowerdir=/usr/lib,upperdir=/mnt/u/lib,workdir=/mnt/w/lib /usr/lib
      mkdir -p /etc/redis-mmm && mount --bind ${etc} /etc/redis-mmm && exec ${SETUP_HOST} --forget ${address}`;
    const inside = ["netns", "exec", host.host, "unshare", "-m", "sh", "-c", script];
    const { status, stdout, stderr } = spawnSync("ip", inside, { encoding: "utf8" });
    return { status, said: stdout + stderr };
  }

  const list = () => readFileSync(join(etc, "guard.list"), "utf8");
  const ping = () => {
    try {
      host.onClient(`ping -c 1 -W 0.3 ${VIP}`);
      return true;
    } catch {
      return false;
    }
  };

  test("makes an ordinary address of one whose lease is over, and leaves the others alone", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    await guard.ask(`install ${OTHER} ${CLUSTER} 9`);
    await guard.ask(`mark ${OTHER} ${CLUSTER} 0 9 ${CLUSTER} 1 1 1 0 0`);
    await guard.release();
    host.on(`ip addr add ${VIP}/32 dev e0`);
    expect(ping()).toBe(false);
    host.on(
      `ip addr del ${VIP}/32 dev e0; ip addr add ${VIP}/32 dev e0 valid_lft 60 preferred_lft 60`,
    );

    const { status, said } = forget(VIP);
    expect([status, said]).toEqual([0, expect.stringContaining(`forgot ${VIP}`)]);
    expect(host.addresses()).toBe("");
    expect(await guard.ask(`show ${VIP}`)).toMatch(/gated=0 token=- permits=\S+ lease=0 addr=-/);
    expect(await guard.ask(`show ${OTHER}`)).toMatch(/gated=1 token=deadbeef\.1\.1 /);
    expect(list()).toBe(`# made\n${OTHER} e0\n`);
    host.on(`ip addr add ${VIP}/32 dev e0`);
    // Whoever asked in vain a moment ago does not ask again at once.
    await eventually(ping, Boolean, { withinMs: 10_000 });
  });

  test("takes nothing from a host that serves it", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(forget(VIP)).toEqual({
      status: 1,
      said: `setup-host: this host serves ${VIP} just now; move it or drop its group first (mmm reload --drop-group)\n`,
    });
    expect(await guard.field("token")).toBe(`${CLUSTER}.1.1`);
    expect(ping()).toBe(true);
    expect(list()).toContain(VIP);
  });

  test("leaves a late claim without effect", async () => {
    await guard.prepare(null);
    expect(forget(VIP).status).toBe(0);
    expect(await guard.claim(1, 2, 60_000)).toMatch(/^err stale /);
    expect(host.addresses()).toBe("");
  });

  test("of an address that was never guarded, or on a host without tables, changes the list at most", async () => {
    expect(forget(VIP)).toMatchObject({ status: 0, said: expect.stringContaining("no table") });
    expect(list()).not.toContain(`${VIP} `);
    await guard.ask(`install ${OTHER} ${CLUSTER} 9`);
    expect(forget("10.77.0.99").status).toBe(0);
    expect(await guard.ask(`show ${OTHER}`)).toContain(`token=${CLUSTER}.0.9 `);
    expect(list()).toContain(`${OTHER} e0`);
  });

  test("takes nothing but an address", () => {
    for (const wrong of ["10.77.0", "10.77.0.70/24", "'$(touch /tmp/mmm-forget)'", "x --undo"])
      expect(forget(wrong).status).toBe(2);
  });
});
