/** Programs that the guard starts before there is something for them to do. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { CLUSTER, Guard, GUARD_SCRIPT, GuardHost, isRoot, monotonic, VIP } from "./guard-host.ts";

const OTHER = "10.77.0.71";
/** Much longer than any answer takes, and much shorter than what is told again and again. */
const SOON_MS = 2_000;

describe.skipIf(!isRoot())("a program that waits for its task", () => {
  let host: GuardHost;
  let guard: Guard;
  beforeEach(async () => {
    host = new GuardHost("ahead");
    guard = await host.guard();
  });
  afterEach(() => host[Symbol.dispose]());

  const idle = (): string => `nft ${host.processes("nft")}, ip ${host.processes("ip")}`;
  const waiting = (wanted: string): Promise<string> =>
    eventually(idle, (found) => found === wanted);
  /** The way to the program that waits: nft's is 4, that of ip 8. */
  const isOpen = (wanted: boolean, way: 4 | 8 = 4): Promise<boolean> =>
    eventually(
      () => existsSync(`/proc/${guard.process.pid}/fd/${way}`),
      (found) => found === wanted,
    );
  const mark = (from: string, to: string, gate: 0 | 1): Promise<string> =>
    guard.ask(`mark ${VIP} ${CLUSTER} ${from} ${CLUSTER} ${to} ${gate} 1 60000`);

  test("is there after a mark, for the claim; after a renewal, for the release; and not afterwards", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    await waiting("nft 0, ip 0");
    expect(await mark("0 7", "1 1", 1)).toBe("ok");
    await waiting("nft 1, ip 1");
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    expect(host.addresses()).toContain(`${VIP}/32`);
    await waiting("nft 0, ip 0");
    expect(await guard.claim(2, 3, 60_000)).toBe("ok");
    await waiting("nft 1, ip 0");
    expect(await guard.release()).toBe("ok");
    await waiting("nft 0, ip 0");
  });

  test("has done nothing, and ends, when its guard is killed", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    await mark("0 7", "1 1", 1);
    await waiting("nft 1, ip 1");
    guard.process.kill("SIGKILL");
    await waiting("nft 0, ip 0");
    const next = await host.guard();
    expect(await next.field("token")).toBe(`${CLUSTER}.1.1`);
    expect(await next.field("lease")).toBe("0");
    expect(host.addresses()).toBe("");
  });

  test.each(["nft", "ip"])("may be killed: %s", async (program) => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    await mark("0 7", "1 1", 1);
    await waiting("nft 1, ip 1");
    host.on(`pkill -KILL -x ${program}`);
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    expect(host.addresses()).toContain(`${VIP}/32`);
    expect(await guard.claim(2, 3, 60_000)).toBe("ok");
    await waiting(`nft 1, ip 0`);
    host.on("pkill -KILL -x nft");
    expect(await guard.claim(3, 4, 60_000)).toBe("ok");
    expect(await guard.field("permits")).toBe("1.1.4");
  });

  test("may be killed once it was told what to do: ip", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    await mark("0 7", "1 1", 1);
    await waiting("nft 1, ip 1");
    host.on("pkill -STOP -x ip");
    const claimed = guard.claim(1, 2, 60_000);
    await isOpen(false, 8);
    host.on("pkill -KILL -x ip");
    expect(await claimed).toBe("ok");
    expect(host.addresses()).toContain(`${VIP}/32`);
  });

  test("does what it was asked for, not what one before it was told and did not do", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    await mark("0 7", "1 1", 0);
    // Not the one that has just done its work, and needs a moment to end: to that one nothing can be written.
    await isOpen(true);
    await waiting("nft 1, ip 0");
    host.on("pkill -STOP -x nft");
    const lost = mark("1 1", "1 2", 0);
    await isOpen(false);
    host.on("pkill -KILL -x nft");
    expect(await lost).toMatch(/^err failed /);
    expect(await mark("1 1", "1 3", 0)).toBe("ok");
    expect(await guard.field("token")).toBe(`${CLUSTER}.1.3`);
  });

  test("takes no address away where another monitor has claimed by the same epoch meanwhile", async () => {
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    expect(await mark("0 7", "1 1", 1)).toBe("ok");
    await waiting("nft 1, ip 1");
    const other = await host.guard();
    await other.ask(`permit ${VIP} ${CLUSTER} 1 1 5 60000`);
    expect(await other.claim(5, 6, 60_000)).toBe("ok");
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    expect(await guard.field("addr")).toMatch(/^e0\/32\//);
  });

  test("begins at once while the network is still being told of another address", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(await guard.claim(2, 3, 60_000)).toBe("ok");
    await waiting("nft 1, ip 0");
    expect(await guard.ask(`claim ${OTHER} ${CLUSTER} 1 1 0 1 60000 60000 e0`)).toMatch(/^ok /);
    const before = monotonic();
    expect(await guard.claim(3, 4, 60_000)).toBe("ok");
    expect(monotonic() - before).toBeLessThan(SOON_MS);
  });
});

describe.skipIf(!isRoot())("a guard with a list", () => {
  test("reads it again while a program waits, and then claims", async () => {
    using host = new GuardHost("list");
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      const list = join(folder, "etc", "guard.list");
      mkdirSync(join(folder, "etc"));
      writeFileSync(list, `${VIP} e0\n`, { mode: 0o644 });
      const path = join(folder, "guard");
      writeFileSync(path, GUARD_SCRIPT.replace(/^LIST=.*$/m, `LIST=${list}`), { mode: 0o755 });
      const guard = await host.installedGuard(path, "sh");
      await guard.ask(`install ${VIP} ${CLUSTER} 7`);
      await guard.ask(`mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 1 1 60000`);
      expect(await guard.ask(`show ${OTHER}`)).toMatch(/^err denied /);
      expect(await guard.claim(1, 2, 60_000)).toBe("ok");
      expect(host.addresses()).toContain(`${VIP}/32`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(!isRoot())("the guard in another shell", () => {
  test.each([
    ["a new bash", ""],
    ["one before 5.1, which has no pipes for texts", "export BASH_COMPAT=50;"],
  ])("%s", async (_, environment) => {
    using host = new GuardHost("bash");
    const shell = `${environment} exec -a sh bash --posix -s`;
    const guard = await Guard.start(host.spawn(host.host, ["bash", "-c", shell]), GUARD_SCRIPT);
    await guard.prepare({ leaseMs: 60_000 });
    expect(host.addresses()).toContain(`${VIP}/32`);
    expect(await guard.claim(2, 3, 60_000)).toBe("ok");
    await eventually(
      () => host.processes("nft"),
      (count) => count === 1,
    );
    expect(await guard.release()).toBe("ok");
    expect(host.addresses()).toBe("");
    expect(readdirSync("/run").filter((name) => name.startsWith("redis-mmm-guard"))).toEqual([]);
  });
});
