import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CLUSTER,
  Guard,
  GUARD_PATH,
  GUARD_SCRIPT,
  GuardHost,
  isRoot,
  sh,
  VIP,
} from "./guard-host.ts";

const MB = 2 ** 20;

/** The most memory that a process had; 0: it has ended. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

describe.skipIf(!isRoot())("a request", () => {
  let host: GuardHost;
  let guard: Guard;
  beforeAll(async () => {
    host = new GuardHost("ask");
    guard = await host.guard();
  });
  afterAll(() => host[Symbol.dispose]());

  test.each([
    "show",
    "show 10.0.0",
    "show 10.0.0.256",
    "show 10.0.0.1.2",
    "show 10..0.1",
    "show 010.0.0.1",
    "show 10.0.0.1 more",
    "install 10.0.0.1",
    "install 10.0.0.1 deadbee 1",
    "install 10.0.0.1 DEADBEEF 1",
    "install 10.0.0.1 deadbeef 4294967296",
    "install 10.0.0.1 deadbeef 18446744073709551617",
    "install 10.0.0.1 deadbeef 01",
    "install 10.0.0.1 deadbeef -1",
    "mark 10.0.0.1 deadbeef 0 1 deadbeef 0 1 0 0 0",
    "mark 10.0.0.1 deadbeef 0 1 deadbeef 1 1 2 0 0",
    "mark 10.0.0.1 deadbeef 0 1 deadbeef 1 1 0 5 0",
    "mark 10.0.0.1 deadbeef 0 1 deadbeef 1 1 0 0 5",
    "mark 10.0.0.1 deadbeef 0 1 deadbeef 1 1 0 0",
    "permit 10.0.0.1 deadbeef 1 1 0 100",
    "permit 10.0.0.1 deadbeef 1 1 5 0",
    "permit 10.0.0.1 deadbeef 1 1 5 3600001",
    "claim 10.0.0.1 deadbeef 1 1 5 6 100 100 -x",
    "claim 10.0.0.1 deadbeef 1 1 5 6 100 100 ..",
    "claim 10.0.0.1 deadbeef 1 1 5 6 100 100 abcdefghijklmnop",
    "claim 10.0.0.1 deadbeef 1 1 5 6 100 1e3 e0",
    "release 10.0.0.1 deadbeef 1",
    "exec 10.0.0.1",
    "prepare_claim 10.0.0.1",
  ])("%j is refused for its form", async (request) => {
    expect(await guard.ask(request)).toMatch(/^err syntax /);
  });

  test.each([
    ["show $(reboot) 10.0.0.1", "-"],
    ["show 5 10.0.0.1; reboot", "-"],
    ["show 5 *", "-"],
    ["show\t5", "-"],
    [`show 5 ${"1".repeat(200)}`, "-"],
    ["show", "-"],
    ["\u0000\u0001\u00ff", "-"],
  ])("%j is refused as a line", async (line, id) => {
    expect(await guard.raw(line, id)).toMatch(/^err syntax /);
  });

  test("after garbage is answered as ever, and empty lines are not answered", async () => {
    guard.process.stdin?.write("\n \n");
    expect(await guard.ask("hello")).toBe("ok version=1 mode=inline missing=- together=16");
  });

  test("without an end ends the guard early, at little memory", async () => {
    const endless = await host.guard();
    const { stdin, pid } = endless.process;
    const ended = once(endless.process, "exit");
    let [sent, most] = [0, 0];
    const piece = "a".repeat(2 ** 16);
    let isOpen = true;
    while (isOpen && sent < 16 * MB) {
      isOpen = await new Promise<boolean>((done) => stdin!.write(piece, (error) => done(!error)));
      sent += piece.length;
      most = Math.max(most, peakOf(pid!));
    }
    expect(isOpen).toBe(false);
    await ended;
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(10 * MB);
  });

  test("is never an argument", () => {
    const run = spawnSync(GUARD_PATH, ["show"], { encoding: "utf8", input: "" });
    expect(run.status).toBe(64);
    expect(run.stdout).toBe("");
  });

  test("is answered although the signals of a closing terminal come", async () => {
    for (const name of ["HUP", "PIPE", "INT", "TERM"] as const) guard.process.kill(`SIG${name}`);
    expect(await guard.ask(`install ${VIP} ${CLUSTER} 7`)).toMatch(/^ok gate=present /);
  });

  test("that was begun is done although the channel closes, and then the guard ends", async () => {
    const closing = await host.guard();
    const ended = new Promise((resolve) => closing.process.once("exit", resolve));
    closing.process.stdout?.destroy();
    closing.process.stdin?.end(`mark 1 ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 0 0 0\n`);
    await ended;
    expect(await guard.field("token")).toBe(`${CLUSTER}.1.1`);
  });
});

describe.skipIf(!isRoot())("a program that is missing", () => {
  test("is named in every answer", async () => {
    using host = new GuardHost("miss");
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      for (const program of ["sh", "ip", "ss", "ls", "cat", "unshare"]) {
        execFileSync("sh", ["-c", `ln -s "$(command -v ${program})" ${folder}/`]);
      }
      const path = join(folder, "guard");
      writeFileSync(path, GUARD_SCRIPT.replace(/^PATH=.*$/m, `PATH=${folder}`), { mode: 0o755 });
      const guard = await host.installedGuard(path, "sh");
      expect(await guard.ask("hello")).toContain("missing=nft");
      expect(await guard.ask(`show ${VIP}`)).toMatch(/^err (missing nft|denied)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("while the guard runs is told of by the next look, and asked for before a register is made", async () => {
    using host = new GuardHost("gone");
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      for (const program of ["sh", "ip", "ss", "ls", "cat", "unshare", "nft", "arping"]) {
        execFileSync("sh", ["-c", `ln -s "$(command -v ${program})" ${folder}/`]);
      }
      const list = join(folder, "etc", "guard.list");
      mkdirSync(join(folder, "etc"));
      writeFileSync(list, `${VIP} e0\n`, { mode: 0o644 });
      const path = join(folder, "guard");
      const script = GUARD_SCRIPT.replace(/^PATH=.*$/m, `PATH=${folder}`);
      writeFileSync(path, script.replace(/^LIST=.*$/m, `LIST=${list}`), { mode: 0o755 });
      const guard = await host.installedGuard(path, "sh");
      expect(await guard.ask(`install ${VIP} ${CLUSTER} 7`)).toMatch(
        /^ok gate=present .*[0-9a-f]$/,
      );
      rmSync(join(folder, "arping"));
      expect(await guard.ask(`show ${VIP}`)).toMatch(/^ok gate=present .* lacks=arping$/);
      expect(await guard.ask(`install ${VIP} ${CLUSTER} 8`)).toBe("err missing arping");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(!isRoot())("a claim beside which the address cannot be put", () => {
  test("leaves no lease, and says so", async () => {
    using host = new GuardHost("bare");
    const folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    try {
      const ip = sh("command -v ip").trim();
      writeFileSync(
        join(folder, "ip"),
        `#!/bin/sh\ncase $1.$2 in -batch.* | addr.replace) exit 2 ;; esac\nexec ${ip} "$@"\n`,
        { mode: 0o755 },
      );
      const script = GUARD_SCRIPT.replace(/^PATH=/m, `PATH=${folder}:`);
      const guard = await Guard.start(host.spawn(host.host, ["sh", "-s"]), script);
      await guard.ask(`install ${VIP} ${CLUSTER} 7`);
      const mark = `mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 1 1 60000`;
      expect(await guard.ask(mark)).toBe("ok");
      expect(await guard.ask(`claim ${VIP} ${CLUSTER} 1 1 1 2 60000 60000 e0`)).toBe(
        `err addr ${VIP} could not be put on e0`,
      );
      expect(await guard.field("lease")).toBe("0");
      expect(host.addresses()).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(!isRoot())("an installed guard", () => {
  let host: GuardHost;
  let folder: string;
  let list: string;
  let path: string;
  beforeAll(() => {
    host = new GuardHost("list");
    folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    mkdirSync(join(folder, "etc"));
    list = join(folder, "etc", "guard.list");
    path = join(folder, "guard");
    writeFileSync(path, GUARD_SCRIPT.replace(/^LIST=.*$/m, `LIST=${list}`), { mode: 0o755 });
  });
  afterAll(() => {
    host[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  test("reads a last line that is not ended", async () => {
    writeFileSync(list, `10.77.0.7 e0\n${VIP} e0`, { mode: 0o644 });
    const guard = await host.installedGuard(path);
    expect(await guard.ask(`show ${VIP}`)).toMatch(/^ok /);
  });

  test("serves the VIPs and interfaces on its list, and no others", async () => {
    writeFileSync(list, `# comment\n\n${VIP} e0\n10.77.0.7 e0 # more\nnonsense\n10.77.0.8 $(x)\n`, {
      mode: 0o644,
    });
    const guard = await host.installedGuard(path);
    expect(await guard.ask("hello")).toBe("ok version=1 mode=installed missing=- together=16");
    expect(await guard.ask(`show ${VIP}`)).toMatch(/^ok /);
    expect(await guard.ask("show 10.77.0.7")).toMatch(/^ok /);
    expect(await guard.ask("show 10.77.0.71")).toMatch(/^err denied 10.77.0.71: not in /);
    expect(await guard.ask("show 10.77.0.8")).toMatch(/^err denied /);
    await guard.prepare(null);
    expect(await guard.ask(`claim ${VIP} ${CLUSTER} 1 1 1 2 6000 6000 lo`)).toMatch(
      /^err denied 10.77.0.70 on lo/,
    );
    expect(await guard.claim(1, 2, 1_000)).toBe("ok");
  });

  test("sees a VIP that was added to its list", async () => {
    writeFileSync(list, `${VIP} e0\n`);
    const guard = await host.installedGuard(path);
    expect(await guard.ask("show 10.77.0.9")).toMatch(/^err denied /);
    writeFileSync(list, `${VIP} e0\n10.77.0.9 e0\n`);
    expect(await guard.ask("show 10.77.0.9")).toMatch(/^ok /);
  });

  test.each([
    ["may be written by a group", () => chmodSync(path, 0o775)],
    ["may be written by all", () => chmodSync(path, 0o757)],
    ["belongs to another user", () => chownSync(path, 1, 0)],
    ["is in a folder that others may write", () => chmodSync(folder, 0o777)],
    ["is in a folder of another user", () => chownSync(folder, 1, 0)],
  ])("serves nothing when its own file %s", async (_, spoil) => {
    rmSync(join(folder, "etc"), { recursive: true });
    mkdirSync(join(folder, "etc"), { mode: 0o755 });
    writeFileSync(list, `${VIP} e0\n`, { mode: 0o644 });
    try {
      spoil();
      const guard = await host.installedGuard(path);
      expect(await guard.ask(`show ${VIP}`)).toBe(
        `err denied ${VIP}: ${path} and its folder must be root's, and nobody else may write them`,
      );
    } finally {
      chownSync(folder, 0, 0);
      chmodSync(folder, 0o700);
      chownSync(path, 0, 0);
      chmodSync(path, 0o755);
    }
    const guard = await host.installedGuard(path);
    expect(await guard.ask(`show ${VIP}`)).toMatch(/^ok /);
  });

  test.each([
    ["may be written by a group", () => chmodSync(list, 0o664)],
    ["may be written by all", () => chmodSync(list, 0o646)],
    ["belongs to another user", () => chownSync(list, 1, 0)],
    ["is in a folder that others may write", () => chmodSync(join(folder, "etc"), 0o777)],
    ["is in a folder of another user", () => chownSync(join(folder, "etc"), 1, 0)],
    [
      "is a link",
      () => execFileSync("sh", ["-c", `mv ${list} ${list}.x && ln -s ${list}.x ${list}`]),
    ],
    ["is missing", () => rmSync(list)],
  ])("serves nothing when its list %s", async (_, spoil) => {
    rmSync(join(folder, "etc"), { recursive: true });
    mkdirSync(join(folder, "etc"), { mode: 0o755 });
    writeFileSync(list, `${VIP} e0\n`, { mode: 0o644 });
    spoil();
    const guard = await host.installedGuard(path);
    expect(await guard.ask(`show ${VIP}`)).toMatch(/^err denied /);
  });
});
