/** What scripts/package makes, installed into a copy of this machine that vanishes with the test. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const REPO = new URL("../..", import.meta.url).pathname;
const canTry = process.getuid?.() === 0 && spawnSync("dpkg-deb", ["--version"]).status === 0;

/** This machine's files below a layer in memory; its own network and processes. */
const COPY = `
set -eu
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root" "$1/packages"
cp "$2"/* "$1/packages"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs none "$1/root/run"
mount -t tmpfs none "$1/root/tmp"
mkdir "$1/root/tmp/packages"
cp "$1"/packages/* "$1/root/tmp/packages"
ip link set lo up
ip link add eth9 type veth peer name other9
exec chroot "$1/root" sh -euc "cd /tmp/packages; $3"
`;

let packages = "";
let place = "";

beforeAll(() => {
  if (!canTry) return;
  packages = mkdtempSync(join(tmpdir(), "mmm-packages-"));
  place = mkdtempSync(join(tmpdir(), "mmm-root-"));
  execFileSync(join(REPO, "scripts/package"), [packages], {
    stdio: ["ignore", "ignore", "inherit"],
  });
});

afterAll(() => {
  if (!canTry) return;
  rmSync(packages, { recursive: true });
  rmSync(place, { recursive: true });
});

interface Ran {
  readonly status: number | null;
  readonly text: string;
}

function inCopy(script: string): Ran {
  const args = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "sh",
    "-c",
    COPY,
    "sh",
    place,
    packages,
    script,
  ];
  const { status, stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
  return { status, text: `${stdout}${stderr}` };
}

/** Node.js may have come here in another way than as a package. */
const INSTALL = "dpkg -i --force-depends";

const CONF = `printf '%s\\n' 'tls = off' '[db1]' 'address = 127.0.0.2' '[monitor:one]' 'address = 127.0.0.1' >/etc/redis-mmm.conf`;

/** As the unit starts it, without systemd. */
const START = `
setpriv --reuid redis-mmm --regid redis-mmm --init-groups mmm-mon --config /etc/redis-mmm.conf \\
  --name one --data-dir /var/lib/redis-mmm --socket /run/redis-mmm/mmm.sock >/run/log 2>&1 &
monitor=$!
tries=0
until mmm status >/run/status 2>&1; [ $? = 5 ] || [ $? = 6 ] || grep -q '^cluster' /run/status; do
  tries=$((tries + 1)); [ $tries -lt 200 ] || { cat /run/log /run/status; exit 9; }
done
`;

describe.runIf(canTry)("the packages", () => {
  it("are small, and depend on nothing but Node.js and Debian", () => {
    expect(readdirSync(packages).map((file) => file.replace(/\d+\.\d+\.\d+/, "V"))).toEqual(
      expect.arrayContaining([
        "redis-mmm-V.tgz",
        "redis-mmm_V_all.deb",
        "redis-mmm-guard_V_all.deb",
      ]),
    );
    for (const file of readdirSync(packages))
      expect(statSync(join(packages, file)).size).toBeLessThan(2_000_000);
  });

  it("of the monitor: installed, started, asked, removed; what it must not forget stays until a purge", () => {
    const { status, text } = inCopy(`
      ${INSTALL} redis-mmm_*.deb >/dev/null 2>&1
      stat -c '%U %a %n' /var/lib/redis-mmm
      mmm --version; redis_mmm help | head -1
      man -w mmm mmm-mon redis-mmm.conf >/dev/null && echo manual
      bash -c '. /usr/share/bash-completion/completions/mmm; complete -p mmm'
      ! command -v systemd-analyze >/dev/null || systemd-analyze verify /lib/systemd/system/mmm-mon.service 2>&1 | grep mmm-mon || echo unit is good
      mmm help doctor | grep -o '/[^ ]*doctor.md'
      cd /usr/share/doc/redis-mmm
      ls docs/runbook.md docs/bench/kill.svg config/prometheus-rules.yml examples/grafana-dashboard.json examples/redis-mmm.d/sessions.conf
      ${CONF}
      cd /etc && mmm doctor --print systemd --config redis-mmm.conf | grep ^ExecStart
      install -d -o redis-mmm -g redis-mmm /run/redis-mmm
      ${START}
      kill -TERM $monitor; wait $monitor && echo ended well
      dpkg -r redis-mmm >/dev/null 2>&1; ls /var/lib/redis-mmm
      dpkg -P redis-mmm >/dev/null 2>&1; ls -d /var/lib/redis-mmm || echo purged
    `);
    expect(text).toContain("redis-mmm 700 /var/lib/redis-mmm\n");
    expect(text).toMatch(/^mmm \d+\.\d+\.\d+$/m);
    expect(text).toContain("manual\n");
    expect(text).toContain("\n/usr/share/doc/redis-mmm/docs/doctor.md\n");
    expect(text).toContain(
      "config/prometheus-rules.yml\ndocs/bench/kill.svg\ndocs/runbook.md\nexamples/grafana-dashboard.json\nexamples/redis-mmm.d/sessions.conf\n",
    );
    expect(text).toContain(
      "\nExecStart=/usr/bin/mmm-mon --config /etc/redis-mmm.conf --data-dir /var/lib/redis-mmm --socket /run/redis-mmm/mmm.sock ",
    );
    expect(text).toContain("complete -F _mmm mmm\n");
    expect(text).not.toMatch(/mmm-mon.service:\d+/);
    expect(text).toContain("ended well\n");
    expect(text).toMatch(/^state$/m);
    expect(text).toContain("purged\n");
    expect(status).toBe(0);
  });

  it("of the guard: sets a host up, stays while it serves, and leaves nothing behind, whoever is logged in", () => {
    const { status, text } = inCopy(`
      dpkg -i --force-depends redis-mmm-guard_*.deb >/dev/null 2>&1
      ssh-keygen -q -t ed25519 -N '' -f key
      redis-mmm-setup-host --user mmm-login --key key.pub --vip 10.9.9.9 --interface eth9
      nft add table inet redis_mmm
      nft add set inet redis_mmm lease4 '{ type ipv4_addr; flags timeout; }'
      nft add element inet redis_mmm lease4 '{ 10.9.9.9 timeout 1h }'
      dpkg -r redis-mmm-guard 2>&1 && echo removed too early
      test -x /usr/lib/redis-mmm/guard && echo still here
      nft flush set inet redis_mmm lease4
      su -s /bin/sh -c 'touch /tmp/logged-in; exec sleep 1000' mmm-login &
      until [ -e /tmp/logged-in ]; do :; done
      dpkg -r redis-mmm-guard
      ls -d /usr/lib/redis-mmm /etc/redis-mmm/guard.list /etc/sudoers.d/redis-mmm 2>/dev/null || echo nothing left
      getent passwd mmm-login || echo no login
    `);
    expect(text).toContain("done: mmm-login can run the guard");
    expect(text).toContain("this host serves a VIP just now");
    expect(text).not.toContain("removed too early");
    expect(text).toContain("still here\n");
    expect(text).toContain("nothing left\n");
    expect(text).toContain("no login\n");
    expect(status).toBe(0);
  });

  it("of npm: three commands, no build, no dependency", () => {
    const { status, text } = inCopy(`
      npm install --global --offline --no-audit --no-fund --prefix /opt/mmm redis-mmm-*.tgz
      ls /opt/mmm/bin
      find /opt/mmm -name node_modules | wc -l
      /opt/mmm/bin/mmm --version
    `);
    expect(text).toContain("mmm\nmmm-mon\nredis_mmm\n1\n");
    expect(text).toMatch(/^mmm \d+\.\d+\.\d+$/m);
    expect(status).toBe(0);
  });
});
