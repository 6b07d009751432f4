/**
 * Somebody has the key of a monitor, and talks to a real sshd on a host that `setup-host --guard-only`
 * prepared: the VIP on its list can be moved, and nothing else can be done.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GuardChannels } from "../../src/adapters/ssh/guard-channels.ts";
import { CLUSTER, isRoot, VIP } from "./guard-host.ts";
import { SshServer } from "./ssh-server.ts";

const SETUP_HOST = fileURLToPath(new URL("../../scripts/setup-host", import.meta.url));
/** Every command of this test that was run on the host would leave it. */
const CANARY = "/tmp/gt-stolen-canary";
const IS_LONG = process.env["MMM_LONG"] === "1";
const ASKED: readonly (readonly [what: string, command: string])[] = [
  ["a command", `touch ${CANARY}`],
  ["a shell of root", "sudo -n sh -c id"],
  ["a command behind the guard", `sudo -n /usr/lib/redis-mmm/guard; touch ${CANARY}`],
  ["a command in a substitution", `$(touch ${CANARY})`],
  ["arguments of the guard", "sudo -n /usr/lib/redis-mmm/guard -c id"],
  ["what a host may do by itself", "sudo -n /usr/lib/redis-mmm/guard close"],
  ["another path", `PATH=/tmp:$PATH touch ${CANARY}`],
  ["a copy of a file", "scp -t /tmp"],
  ["what rsync asks for", "rsync --server . /tmp"],
];
const GREETING = "guard 1 installed\n";

describe.skipIf(!isRoot())("whoever has the key of a monitor", () => {
  let server: SshServer;
  beforeAll(async () => {
    rmSync(CANARY, { force: true });
    const setUp = `${SETUP_HOST} --user gt-key --key id.pub --vip ${VIP} --interface e0`;
    server = await SshServer.start("key", 79, {
      user: "gt-key",
      // First the form with a shell: the other one must take its place.
      prepare: `${setUp}
${setUp} --guard-only
cat /home/gt-key/.ssh/authorized_keys > authorized`,
      config:
        "AcceptEnv *\nSubsystem sftp internal-sftp\nAllowTcpForwarding yes\nAllowAgentForwarding yes",
    });
  });
  afterAll(() => {
    server?.[Symbol.dispose]();
    rmSync(CANARY, { force: true });
  });

  /** The client of OpenSSH, with an environment that is meant to be taken along. */
  function ssh(args: readonly string[], input = ""): SpawnSyncReturns<string> {
    const { privateKey, knownHosts, target } = server;
    const options = [`UserKnownHostsFile=${knownHosts}`, "BatchMode=yes", "IdentitiesOnly=yes"];
    const login = ["-i", privateKey, "-p", "2222", ...options.flatMap((one) => ["-o", one])];
    const hostile = { LC_ALL: `$(touch ${CANARY})`, LANG: "../../tmp" };
    const [command, flags] = args.at(-1)?.startsWith("-")
      ? [[], args]
      : [args.slice(-1), args.slice(0, -1)];
    return spawnSync("ssh", [...login, ...flags, `gt-key@${target.address}`, ...command], {
      encoding: "utf8",
      input,
      timeout: 20_000,
      env: { ...process.env, ...hostile },
    });
  }

  test("moves the VIP, as a monitor does it, and no other address", async () => {
    const channels = new GuardChannels({
      privateKeysOf: () => [server.privateKey],
      knownHosts: server.knownHosts,
      guardMode: "auto",
    });
    const request = (op: object) =>
      channels.request(server.target, { vip: VIP, cluster: CLUSTER, ...op } as never, 15_000);
    const epoch = { term: 1, version: 1 };
    const times = { ttlMs: 60_000, leaseMs: 60_000, interface: "e0" };
    try {
      expect(await request({ op: "install", instance: 7 }), server.log).toMatchObject({
        kind: "ok",
      });
      const seen = { kind: "instance", cluster: CLUSTER, id: 7 };
      const permit = { id: 1, ttlMs: 60_000 };
      await request({ op: "mark", seen, epoch, gate: false, permit });
      expect(await request({ op: "claim", epoch, permit: 1, next: 2, ...times })).toMatchObject({
        kind: "ok",
      });
      expect(server.host.addresses()).toContain(VIP);
      expect(
        await request({ op: "claim", epoch, permit: 2, next: 3, ...times, interface: "lo" }),
      ).toMatchObject({ kind: "refused", code: "denied" });
      expect(await request({ op: "show", vip: "10.77.0.1" })).toMatchObject({
        kind: "refused",
        code: "denied",
      });
      expect(await request({ op: "release", epoch, seen: null })).toMatchObject({ kind: "ok" });
    } finally {
      channels.close();
    }
  });

  test.each(ASKED.slice(0, IS_LONG ? ASKED.length : 3))(
    "gets the guard when it asks for %s",
    (_what, command) => {
      const { stdout, status } = ssh([command]);
      expect(stdout).toBe(GREETING);
      expect(status).toBe(0);
      expect(existsSync(CANARY)).toBe(false);
    },
  );

  test("gets no terminal", () => {
    const { stdout, stderr } = ssh(["-tt", "true"]);
    expect(stderr).toContain("PTY allocation request failed");
    expect(stdout).toBe("");
  });

  test("gets no shell: what it types are requests", () => {
    const { stdout } = ssh(["-T", "-q"], `id\ntouch ${CANARY}\nsh -c id\nhello 1\n`);
    expect(stdout.split("\n")).toEqual([
      "guard 1 installed",
      "err - syntax a request needs an id",
      "err - syntax a request is made of [A-Za-z0-9. _-]",
      "err -c syntax what is sh",
      "ok 1 version=1 mode=installed missing=- together=16",
      "",
    ]);
    expect(existsSync(CANARY)).toBe(false);
  });

  test("gets no file transfer: a request for sftp is answered by the guard", () => {
    const { stdout } = ssh(["-s", "sftp"]);
    expect(stdout).toBe(GREETING);
  });

  test("forwards no port, no socket and no agent, in neither direction", () => {
    const inward = ssh(["-W", "127.0.0.1:22"]);
    expect(inward.stdout).toBe("");
    expect(inward.stderr).toMatch(/administratively prohibited|open failed|forwarding/i);
    const outward = ssh(["-o", "ExitOnForwardFailure=yes", "-R", "9977:127.0.0.1:22", "true"]);
    expect(outward.status).not.toBe(0);
    expect(outward.stderr).toMatch(/remote port forwarding failed/);
    const agent = ssh(["-A", "echo $SSH_AUTH_SOCK"]);
    expect(agent.stdout).toBe(GREETING);
  });

  test("passes no variable on that changes what runs", () => {
    const hostile = ["ENV", "BASH_ENV", "PATH", "LD_PRELOAD", "IFS", "SHELLOPTS"];
    const variables = hostile.map((name) => `${name}=/tmp/x`).join(" ");
    const { stdout, stderr } = ssh(["-o", `SetEnv=${variables}`, "true"], "hello 1\n");
    expect(stdout, stderr).toBe(`${GREETING}ok 1 version=1 mode=installed missing=- together=16\n`);
    expect(existsSync(CANARY)).toBe(false);
  });
});
