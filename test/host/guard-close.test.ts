/**
 * `guard close`, which a host may run after its firewall was flushed: the tables come back, and serve nothing until
 * a monitor has agreed on a new epoch, as after a reboot.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLUSTER, type Guard, GUARD_SCRIPT, GuardHost, isRoot, VIP } from "./guard-host.ts";

const OTHER = "10.77.0.71";
const CLOSED = "ok gate=present gated=1 token=- permits=- lease=0 ";

describe.skipIf(!isRoot())("guard close", () => {
  let host: GuardHost;
  let guard: Guard;
  let folder: string;
  let program: string;
  let list: string;

  beforeAll(async () => {
    host = new GuardHost("close");
    folder = mkdtempSync(join(tmpdir(), "mmm-close-"));
    mkdirSync(join(folder, "etc"));
    list = join(folder, "etc", "guard.list");
    program = join(folder, "guard");
    writeFileSync(program, GUARD_SCRIPT.replace(/^LIST=.*$/m, `LIST=${list}`), { mode: 0o755 });
    guard = await host.installedGuard(program);
    await host.serve();
  });
  beforeEach(() => {
    host.on(`nft flush ruleset; ip addr flush dev e0 to ${VIP}/32`);
    writeFileSync(list, `# made\n${VIP} e0\n${OTHER} e0\n`, { mode: 0o644 });
    chmodSync(list, 0o644);
  });
  afterAll(() => {
    host[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  function run(...words: readonly string[]) {
    const command = ["netns", "exec", host.host, program, ...words];
    const { status, stdout, stderr } = spawnSync("ip", command, { encoding: "utf8", input: "" });
    return { status, said: stdout + stderr };
  }

  const connects = () => {
    const program = `const s = require("net").connect(6379, "${VIP}"); s.setTimeout(500);
      const end = (r) => { console.log(r); process.exit(); };
      s.on("connect", () => end("ok")).on("error", (e) => end(e.code)).on("timeout", () => end("silent"))`;
    return host.onClient(`node -e '${program}'`).trim() === "ok";
  };
  const served = async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const waiter = host.waiter();
    expect(await waiter.next()).toBe("ready");
    return waiter;
  };

  test("after a flush ends what was served without a lease, and leaves no register", async () => {
    const waiter = await served();
    host.on("nft flush ruleset");
    expect(connects()).toBe(true);
    expect(run("close")).toEqual({ status: 0, said: "" });
    expect(connects()).toBe(false);
    expect(host.addresses()).not.toBe("");
    // `gate=present`: the chains are the very ones that the guard itself installs.
    for (const vip of [VIP, OTHER]) expect(await guard.ask(`show ${vip}`)).toContain(CLOSED);
    waiter.process.kill();
  });

  test("closes also by a file that others may write, which serves nothing", () => {
    chmodSync(program, 0o777);
    try {
      expect(run("close")).toEqual({ status: 0, said: "" });
      expect(host.on("nft list table inet redis_mmm")).toContain(VIP);
    } finally {
      chmodSync(program, 0o755);
    }
  });

  test("lets nothing older take effect: neither claim nor mark nor permit nor release", async () => {
    const waiter = await served();
    host.on("nft flush ruleset");
    run("close");
    const before = host.on("nft list ruleset");
    for (const request of [
      `claim ${VIP} ${CLUSTER} 1 1 2 3 60000 60000 e0`,
      `mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 0 9 60000`,
      `mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 9 60000`,
      `permit ${VIP} ${CLUSTER} 1 1 9 60000`,
      `release ${VIP} ${CLUSTER} 1 1`,
      `release ${VIP} ${CLUSTER} 1 2 ${CLUSTER} 1 1`,
      `claim ${VIP} ${CLUSTER} 1 1 0 1 60000 60000 e0`,
    ])
      expect(await guard.ask(request)).toMatch(/^err (stale|failed) /);
    expect(host.on("nft list ruleset")).toBe(before);
    expect(connects()).toBe(false);
    waiter.process.kill();
  });

  test("is followed by a new register, as after a reboot, and by the lease", async () => {
    const waiter = await served();
    host.on("nft flush ruleset");
    run("close");
    expect(await guard.ask(`install ${VIP} ${CLUSTER} 8`)).toContain(
      `gated=1 token=${CLUSTER}.0.8 `,
    );
    expect(await guard.ask(`mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 2 0 5 60000`)).toMatch(
      /^err stale /,
    );
    expect(await guard.ask(`mark ${VIP} ${CLUSTER} 0 8 ${CLUSTER} 1 2 0 5 60000`)).toBe("ok");
    expect(connects()).toBe(false);
    expect(await guard.claim(5, 6, 60_000, "1 2")).toBe("ok");
    expect(await waiter.next()).toBe("ECONNRESET");
    expect(connects()).toBe(true);
  });

  test("takes no lease that lives: who was quicker goes on serving", async () => {
    const waiter = await served();
    const before = host.on("nft list ruleset | sed 's/ expires [^,} ]*//g'");
    expect(run("close").status).toBe(0);
    const after = host.on("nft list ruleset | sed 's/ expires [^,} ]*//g'");
    // The other address of the list is closed now, and nothing else is new.
    expect(after.replaceAll(`${VIP}, ${OTHER}`, VIP).replaceAll(`${OTHER}, ${VIP}`, VIP)).toBe(
      before,
    );
    expect(connects()).toBe(true);
    expect(await guard.claim(2, 3, 60_000)).toBe("ok");
    waiter.process.kill();
  });

  test("at the same time as an install leaves one register, closed", async () => {
    for (let round = 1; round <= 10; round += 1) {
      host.on("nft flush ruleset");
      const closing = host.spawn(host.host, [program, "close"]);
      const installed = guard.ask(`install ${VIP} ${CLUSTER} ${round}`);
      const code = await new Promise((resolve) => closing.once("exit", resolve));
      expect([code, await installed]).toEqual([
        0,
        expect.stringContaining(`token=${CLUSTER}.0.${round} `),
      ]);
      expect(await guard.ask(`show ${VIP}`)).toContain(
        `gate=present gated=1 token=${CLUSTER}.0.${round} `,
      );
    }
  });

  test("goes by the list alone, and by none that others may write", async () => {
    writeFileSync(list, `${OTHER} e0\n`);
    expect(run("close").status).toBe(0);
    expect(await guard.field("gated")).toBe("0");
    host.on("nft flush ruleset");
    chmodSync(list, 0o666);
    expect(run("close")).toEqual({ status: 1, said: expect.stringContaining("must be root's") });
    rmSync(list);
    expect(run("close")).toEqual({ status: 1, said: expect.stringContaining("there is no") });
    expect(host.on("nft list ruleset")).toBe("");
  });

  test("is the only word that the guard takes", () => {
    for (const words of [["open"], ["close", VIP], ["close", ""], [""], ["-c", "id"]])
      expect(run(...words)).toMatchObject({ status: 64 });
    expect(host.on("nft list ruleset")).toBe("");
    const inline = ["netns", "exec", host.host, "sh", "-s", "close"];
    expect(spawnSync("ip", inline, { input: GUARD_SCRIPT }).status).toBe(64);
    expect(host.on("nft list ruleset")).toBe("");
  });
});
