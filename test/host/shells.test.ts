/**
 * Shells that are not ours: the one that a host calls /bin/sh, by which the guard runs, and the login shell of the
 * monitors' user, through which sshd starts it. Those that this machine has are tried.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pathOf } from "../helpers/programs.ts";
import { CLUSTER, type Guard, GUARD_SCRIPT, GuardHost, isRoot, VIP } from "./guard-host.ts";
import { SshServer } from "./ssh-server.ts";

const EPOCH = `${CLUSTER} 1 1`;
/** A register's whole life, and what is no request. */
const REQUESTS = [
  "hello",
  `show ${VIP}`,
  `install ${VIP} ${CLUSTER} 7`,
  `mark ${VIP} ${CLUSTER} 0 7 ${EPOCH} 1 1 60000`,
  `mark ${VIP} ${CLUSTER} 0 7 ${EPOCH} 1 1 60000`,
  `permit ${VIP} ${EPOCH} 3 60000`,
  `claim ${VIP} ${EPOCH} 1 2 60000 60000 e0`,
  `claim ${VIP} ${EPOCH} 1 2 60000 60000 e0`,
  `claim ${VIP} ${EPOCH} 2 4 60000 60000 e0`,
  `show ${VIP}`,
  `release ${VIP} ${EPOCH} ${EPOCH}`,
  `show ${VIP}`,
  `permit ${VIP} ${EPOCH} 9 60000`,
  "show 10.0.0.256",
  "show 010.0.0.1",
  "show 10.99.0.1",
  `install ${VIP} ${CLUSTER} 4294967296`,
  `claim ${VIP} ${EPOCH} 1 2 60000 60000 ../e0`,
  "$(id)",
  "`id`",
  "*",
  "~root",
  "show\t10.0.0.1",
  `show ${"1".repeat(300)}`,
  "together 17",
  "no-such-op",
];

async function transcript(guard: Guard): Promise<readonly string[]> {
  const said: string[] = [];
  for (const request of REQUESTS) {
    // What is no request at all is answered without its id.
    const isOdd = /[^A-Za-z0-9. _-]/.test(request) || request.length > 190;
    const answer = isOdd ? await guard.raw(request, "-") : await guard.ask(request);
    said.push(`${request}: ${answer.replace(/lease=\d+/, "lease=N")}`);
  }
  return said;
}

/** As the guard's first line has them started, if they are a host's /bin/sh. */
const AS_SH: readonly (readonly [name: string, ...args: string[]])[] = [
  ["bash"],
  ["busybox", "sh"],
  ["lksh"],
  ["ksh"],
  ["zsh"],
];

describe.skipIf(!isRoot())("a guard whose /bin/sh is", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gt-guard-"));
    mkdirSync(join(folder, "etc"));
    const list = join(folder, "etc", "guard.list");
    writeFileSync(list, `${VIP} e0\n`, { mode: 0o644 });
    const script = GUARD_SCRIPT.replace(/^LIST=.*$/m, `LIST=${list}`);
    writeFileSync(join(folder, "guard"), script, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function heard(...shell: readonly string[]): Promise<readonly string[]> {
    using host = new GuardHost("shell");
    return await transcript(await host.installedGuard(join(folder, "guard"), ...shell));
  }

  test.runIf(pathOf("mksh") !== null)("mksh does not start: it counts to 2^31 only", () => {
    const started = spawnSync("mksh", [join(folder, "guard")], {
      encoding: "utf8",
      input: "hello 1\n",
    });
    expect(started).toMatchObject({ status: 70, stdout: "" });
    expect(started.stderr).toContain("cannot count to 4294967295");
  });

  test.each(AS_SH.filter(([name]) => pathOf(name) !== null))(
    "%s answers as with dash",
    async (name, ...args) => {
      // Several shells are what they are called.
      const sh = join(folder, `as-${name}`, "sh");
      mkdirSync(join(folder, `as-${name}`));
      symlinkSync(pathOf(name) ?? "", sh);
      const shell = name === "busybox" ? [pathOf(name) ?? "", ...args] : [sh];
      expect(await heard(...shell)).toEqual(await heard("dash"));
    },
  );
});

const SETUP_HOST = fileURLToPath(new URL("../../scripts/setup-host", import.meta.url));
const GREETING = "guard 1 installed\nok 1 version=1 mode=installed missing=- together=16\n";
const LOGIN_SHELLS = [
  "dash",
  "bash",
  "zsh",
  "fish",
  "mksh",
  "lksh",
  "posh",
  "ksh",
  "yash",
  "tcsh",
  "ash",
];
const FOUND = LOGIN_SHELLS.filter((name) => pathOf(name) !== null);
const UNFIT = ["/bin/rbash", "/usr/sbin/nologin"];

describe.skipIf(!isRoot())("with the login shell", () => {
  let server: SshServer;
  beforeAll(async () => {
    const shells = [...FOUND.map((name) => pathOf(name) ?? ""), ...UNFIT];
    server = await SshServer.start("login", 83, {
      prepare: `${SETUP_HOST} --user gt-first --key id.pub --vip ${VIP} --interface e0 --guard-only
ssh-keygen -q -t ed25519 -N '' -f free
{ cat /home/gt-first/.ssh/authorized_keys; echo "restrict $(cat free.pub)"; } > authorized
for shell in ${shells.join(" ")}; do
  user=gt-\${shell##*/}
  useradd --system --create-home --shell "$shell" "$user"
  usermod --password '*' "$user"
  touch "/home/$user/.zshrc"
  sed "s/gt-first/$user/" /etc/sudoers.d/redis-mmm >"/etc/sudoers.d/$user"
done`,
    });
  });
  afterAll(() => server?.[Symbol.dispose]());

  function ssh(user: string, key: string, command: string): string {
    const { folder, knownHosts, target } = server;
    const options = [`UserKnownHostsFile=${knownHosts}`, "BatchMode=yes", "IdentitiesOnly=yes"];
    const login = ["-i", join(folder, key), "-p", "2222", ...options.flatMap((one) => ["-o", one])];
    const { stdout, stderr } = spawnSync(
      "ssh",
      [...login, `gt-${user}@${target.address}`, command],
      {
        encoding: "utf8",
        input: "hello 1\n",
        timeout: 20_000,
      },
    );
    return stdout === "" ? stderr : stdout;
  }
  const bound = (user: string) => ssh(user, "id", "uptime");
  const free = (user: string) => ssh(user, "free", "exec sudo -n /usr/lib/redis-mmm/guard");

  test.each(FOUND)("%s the guard starts, whether the key is bound to it or not", (name) => {
    expect(bound(name), server.log).toBe(GREETING);
    expect(free(name), server.log).toBe(GREETING);
  });

  test("rbash or nologin it does not, and what the monitors hear says so", () => {
    expect([bound("rbash"), free("rbash")]).toEqual([
      expect.stringContaining("restricted: cannot specify"),
      expect.stringContaining("exec: restricted"),
    ]);
    expect(bound("nologin")).toContain("This account is currently not available.");
  });
});
