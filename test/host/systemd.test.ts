/**
 * The packages under a systemd that is the first process: what the unit promises, kept by who is to keep it. Only with
 * MMM_LONG=1. Of three monitors one is the package's; the other two only let it lead and be followed.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Collected } from "../../src/cli/doctor/collect.ts";
import type { Status } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { describeBooted } from "./describe-booted.ts";

const WATCHDOG_MS = 10_000;

const REDIS_PASSWORD = "secret-of-redis";
const HTTP_TOKEN = "secret-of-the-http-door-0123456789";
/** The discard port: nobody listens there. */
const WEBHOOK = "http://127.0.0.1:9/secret-of-the-hook";

/** Node.js may have come here in another way than as a package. */
const INSTALL = "dpkg -i --force-depends";

/** No host can be logged in to, so there is an alarm from the start. */
const CONFIGURE = `
install -d /etc/redis-mmm
echo ${HTTP_TOKEN} >/etc/redis-mmm/http-token
cat >/etc/redis-mmm.conf <<'END'
tls = off
master_ip = 192.0.2.70
cluster_interface = lo
lease_backend = off
redis_password = ${REDIS_PASSWORD}
http = 127.0.0.11:9401
http_token_file = /etc/redis-mmm/http-token
webhook = ${WEBHOOK}
on_alarm = /usr/local/bin/confess
[db1]
address = 127.0.0.2
[monitor:one]
address = 127.0.0.11
[monitor:two]
address = 127.0.0.12
[monitor:three]
address = 127.0.0.13
END
chown redis-mmm /etc/redis-mmm.conf /etc/redis-mmm/http-token
chmod 600 /etc/redis-mmm.conf /etc/redis-mmm/http-token
grep -vE '^(http|on_alarm)' /etc/redis-mmm.conf >/etc/redis-mmm/others.conf
chown redis-mmm /etc/redis-mmm/others.conf
chmod 600 /etc/redis-mmm/others.conf
echo 'MMM_MON_FLAGS="--name one"' >/etc/default/mmm-mon
`;

/** What a child of the monitor can do, as it finds out itself. */
const CONFESS = `
cat >/usr/local/bin/confess <<'END'
#!/bin/sh
exec >/var/lib/redis-mmm/confession 2>&1
touch /usr/local/here && echo writes to /usr
touch /etc/here && echo writes to /etc
touch /tmp/seen-by-monitor && echo writes to /tmp
ls /tmp /root /home
ls /dev/vda /dev/mem && echo sees devices
sudo -n true && echo may become root
unshare --user true && echo makes namespaces
ls -d /sys/fs/cgroup/* >/dev/null
echo 1 >/proc/sys/net/ipv4/ip_forward && echo sets the kernel
nice
echo "spared: $(cat /proc/self/oom_score_adj)"
env | grep -E '^(NOTIFY_SOCKET|WATCHDOG_)' && echo was told how to speak to systemd
echo confessed
END
chmod 755 /usr/local/bin/confess
touch /tmp/seen-by-all /root/secret
`;

const ALIKE = (name: string): string => `
systemd-run --quiet --unit=mmm-${name} -p Type=notify -p NotifyAccess=all -p User=redis-mmm \\
  -p StateDirectory=mmm-${name} -p RuntimeDirectory=mmm-${name} \\
  mmm-mon --config /etc/redis-mmm/others.conf --name ${name} --data-dir /var/lib/mmm-${name} --socket /run/mmm-${name}/mmm.sock
`;
/** A host beyond a cable, with an address of either kind; and one of each kind that nobody has. */
const FAR = `
ip netns add far
ip link add near9 type veth peer name far9 netns far
ip -n far link set lo up
ip -n far link set far9 up
ip link set near9 up
ip addr add 10.9.9.1/24 dev near9
ip addr add fd00:9::1/64 dev near9 nodad
`;
const FAR_ADDRESSES = { IPv4: "10.9.9.2", IPv6: "fd00:9::2" };
const NOBODYS = { IPv4: "10.9.9.99", IPv6: "fd00:9::99" };

const REDIS = `systemd-run --quiet --unit=db1 redis-server --bind 127.0.0.2 --save '' --requirepass ${REDIS_PASSWORD}`;

describeBooted("the packages under systemd", (system) => {
  const shown = (property: string) => system.must(`systemctl show --value -p ${property} mmm-mon`);
  const pid = () => {
    const number = shown("MainPID");
    if (number === "0") throw new Error("no monitor runs");
    return number;
  };
  const restarts = () => Number(shown("NRestarts"));
  /** It serves again, as another process. */
  const isAnother = (before: string) =>
    eventually(
      () => system.must("systemctl show --value -p MainPID,ActiveState mmm-mon").split("\n"),
      (values) => values.includes("active") && !values.includes(before) && !values.includes("0"),
      { withinMs: WATCHDOG_MS + 20_000, everyMs: 50, what: "the monitor is started anew" },
    );
  const leader = () =>
    /leader (\w+)/.exec(system.run("mmm status --monitor unix:/run/mmm-two/mmm.sock").text)?.[1];
  /** Whoever else leads is restarted. */
  const makeItLead = () =>
    eventually(
      () => {
        const now = leader();
        if (now === "two" || now === "three") system.must(`systemctl restart mmm-${now}`);
        return now;
      },
      (now) => now === "one",
      { withinMs: 30_000, everyMs: 500, what: "it leads" },
    );
  const journal = (more = "") =>
    system.must(`journalctl --sync; journalctl --no-pager -o cat -u mmm-mon ${more}`);

  it("installed: nothing runs that nobody configured, and the unit is known", () => {
    system.must(`${INSTALL} /packages/redis-mmm_*.deb`);
    expect(shown("LoadState")).toBe("loaded");
    expect(shown("ActiveState")).toBe("inactive");
    expect(system.run("systemctl is-enabled mmm-mon").text).toBe("disabled\n");
    expect(system.must("stat -c '%U %a' /var/lib/redis-mmm")).toBe("redis-mmm 700");
  });

  it("without a usable configuration: says why, ends with 3, and comes by itself once it is mended", async () => {
    const { status, text } = system.run("systemctl start mmm-mon");
    expect(text).toContain("Job for mmm-mon.service failed");
    expect(status).toBe(1);
    expect(shown("ExecMainStatus")).toBe("3");
    expect(journal("-p err")).toMatch(/redis-mmm\.conf/);
    system.must(CONFESS + CONFIGURE + REDIS);
    await isAnother("0");
    system.must("systemctl stop mmm-mon");
  });

  it("is active once it listens, and not before", async () => {
    // What tells systemd so is held up, nothing else.
    system.must(`
        install -d /etc/systemd/system/mmm-mon.service.d /usr/local/held
        printf '#!/bin/sh\nwhile [ ! -e /run/go ]; do sleep 0.05; done\nexec /usr/bin/systemd-notify "$@"\n' >/usr/local/held/systemd-notify
        chmod 755 /usr/local/held/systemd-notify
        printf '[Service]\nEnvironment=PATH=/usr/local/held:/usr/bin:/bin\n' >/etc/systemd/system/mmm-mon.service.d/held.conf
        systemctl daemon-reload
        systemctl start --no-block mmm-mon
      `);
    await eventually(
      () => system.run("mmm status").text,
      (text) => text.includes("cluster"),
      { what: "it answers" },
    );
    expect(shown("ActiveState")).toBe("activating");
    system.must("touch /run/go");
    await eventually(
      () => shown("ActiveState"),
      (state) => state === "active",
    );
    system.must(
      "systemctl stop mmm-mon; rm -r /etc/systemd/system/mmm-mon.service.d /usr/local/held; systemctl daemon-reload",
    );
    system.must("systemctl start mmm-mon");
    expect(system.must("ss -Hltn src 127.0.0.11:7400")).toContain("LISTEN");
  });

  it("leads two others", async () => {
    system.must(ALIKE("two") + ALIKE("three"));
    await makeItLead();
  });

  it("has the rights that the unit leaves it, and its share of the processors", ({ annotate }) => {
    const status = system.must(`cat /proc/${pid()}/status`);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    // What ping asks for must stand there, or its file could not be started; the monitor itself has none.
    expect(status).toMatch(/^CapBnd:\t0+2000$/m);
    expect(status).toMatch(/^CapPrm:\t0+$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(system.must(`ps -o user:20= -p ${pid()}`)).toBe("redis-mmm");
    expect(
      system.must(
        `cut -d' ' -f4 /proc/${pid()}/limits >/dev/null; grep 'Max core' /proc/${pid()}/limits`,
      ),
    ).toMatch(/core file size +0 +0/);
    expect(system.must(`ps -o ni= -p ${pid()}`).trim()).toBe("-10");
    const group = system.must(`sed -n 's/^[0-9]*:\\(cpu\\|\\):/\\1 /p' /proc/${pid()}/cgroup`);
    expect(group).toContain("/system.slice/mmm-mon.service");
    const weight = system.must(
      `cd /sys/fs/cgroup; cat cpu/system.slice/mmm-mon.service/cpu.shares system.slice/mmm-mon.service/cpu.weight 2>/dev/null || :`,
    );
    if (system.sharesProcessors) expect(weight).toMatch(/^(10240|1000)$/);
    else void annotate("no controller of processors in there: its weight not looked at");
    const score = system.must(`cat /proc/${pid()}/oom_score_adj`);
    if (system.mayLowerOomScore) expect(score).toBe("-900");
    else void annotate("root of this machine may not lower oom_score_adj: not looked at");
  });

  it("lets nothing that it starts do more than it may", async () => {
    const confession = () => system.must("cat /var/lib/redis-mmm/confession");
    const said = await eventually(confession, (text) => text.endsWith("confessed"), {
      withinMs: 20_000,
      everyMs: 100,
      what: "on_alarm has run",
    });
    for (const place of ["/usr", "/etc"]) expect(said).not.toContain(`writes to ${place}`);
    expect(said.match(/Read-only file system/g)?.length).toBeGreaterThanOrEqual(3);
    expect(said).toContain("writes to /tmp");
    expect(system.must("ls /tmp")).toContain("seen-by-all");
    expect(said).not.toContain("seen-by-all");
    expect(system.run("ls /tmp").text).not.toContain("seen-by-monitor");
    expect(said).not.toMatch(/^secret$/m);
    expect(said).toMatch(/cannot (access|open) .*\/dev\/vda|\/dev\/mem/);
    expect(said).not.toContain("sees devices");
    expect(said).not.toContain("may become root");
    expect(said).not.toContain("makes namespaces");
    expect(said).not.toContain("sets the kernel");
    expect(said).not.toContain("was told how to speak to systemd");
    expect(said).toMatch(/^0$/m);
    expect(said).toMatch(/^spared: \d+$/m);
  });

  it("says everything in the journal with its priority, and nothing that is secret", async () => {
    const said = (priority: string) => journal(`-p ${priority} _PID=${pid()}`).split("\n");
    await eventually(
      () => said("warning").join("\n"),
      (text) => text.includes("notice.failed"),
      { withinMs: 20_000, everyMs: 200, what: "the webhook has failed" },
    );
    const levels = (lines: readonly string[]) =>
      new Set(lines.map((line) => (JSON.parse(line) as { level: string }).level));
    expect(levels(said("err"))).toEqual(new Set(["error"]));
    expect(levels(said("warning"))).toEqual(new Set(["error", "warn"]));
    expect(levels(said("debug"))).toEqual(new Set(["error", "warn", "info"]));
    for (const secret of [REDIS_PASSWORD, HTTP_TOKEN, WEBHOOK])
      expect(journal()).not.toContain(secret);
  });

  it("reads its files again when it is reloaded, as the same process", async () => {
    const before = pid();
    system.must("sed -i '1i log = /var/log/redis-mmm/mmm-mon.log' /etc/redis-mmm.conf");
    const mark = system.must("date +'%F %T.%N'");
    system.must("systemctl reload mmm-mon");
    await eventually(
      () => journal(`--since '${mark}'`),
      (text) => text.includes("not in force before a restart: log"),
    );
    expect(pid()).toBe(before);
    expect(restarts()).toBe(0);
  });

  it("is started anew when it was killed", async () => {
    const before = pid();
    system.must(`kill -KILL ${before}`);
    await isAnother(before);
    expect(restarts()).toBe(1);
  });

  it("is killed and started anew when it stands still", async () => {
    const before = pid();
    system.must(`kill -STOP ${before}`);
    await isAnother(before);
    expect(journal()).toContain("Watchdog timeout");
    expect(restarts()).toBe(2);
  });

  it("hands leadership over when it is stopped, and ends well within what systemd allows", async () => {
    await makeItLead();
    const began = performance.now();
    system.must("systemctl stop mmm-mon");
    const took = performance.now() - began;
    expect(shown("Result")).toBe("success");
    expect(shown("ExecMainStatus")).toBe("0");
    expect(took).toBeLessThan(2_000);
    await eventually(leader, (name) => name === "two" || name === "three", {
      what: "another leads",
    });
  });

  it("is restarted by an upgrade if it ran, and only then", async () => {
    system.must(`${INSTALL} /packages/redis-mmm_*.deb`);
    expect(shown("ActiveState")).toBe("inactive");
    system.must("systemctl start mmm-mon");
    const before = pid();
    system.must(`${INSTALL} /packages/redis-mmm_*.deb`);
    expect(shown("ActiveState")).toBe("active");
    expect(pid()).not.toBe(before);
  });

  it("writes the log and the process id where the sample configuration says", () => {
    system.must(`
        sed -i '1i pid = /run/redis-mmm/mmm-mon.pid' /etc/redis-mmm.conf
        systemctl restart mmm-mon
        grep -q monitor.started /var/log/redis-mmm/mmm-mon.log
      `);
    expect(system.must("cat /run/redis-mmm/mmm-mon.pid")).toBe(pid());
  });

  describe.each(["IPv4", "IPv6"] as const)("what it pings over %s", (kind) => {
    const [far, nobodys] = [FAR_ADDRESSES[kind], NOBODYS[kind]];
    const length = kind === "IPv4" ? "24" : "64 nodad";
    /** The finding about each address, as the monitor of the unit has it. */
    const found = () => {
      const { findings } = JSON.parse(system.run("mmm doctor -o json").text) as Collected;
      return findings.filter(({ id, seen_by }) => id === "own-network" && seen_by.includes("one"));
    };
    const network = () => {
      const { cluster } = JSON.parse(system.run("mmm status -o json").text) as Status;
      return cluster.monitors.find(({ name }) => name === "one")?.network;
    };
    const isSaid = (...texts: readonly string[]) =>
      eventually(
        () => found().map(({ what }) => what),
        (all) => texts.every((text) => all.some((what) => what.startsWith(text))),
        { withinMs: 15_000, everyMs: 200, what: texts.join(", ") },
      );
    const becomes = (wanted: string) =>
      eventually(network, (is) => is === wanted, { withinMs: 15_000, everyMs: 200, what: wanted });

    beforeAll(() => {
      system.must(`
        ip netns list | grep -q far || { ${FAR} }
        ip -n far addr add ${far}/${length} dev far9
        sed -i '1i ping_ips = ${far}, ${nobodys}' /etc/redis-mmm.conf
        sysctl -w net.ipv4.ping_group_range="1 0"
        systemctl restart mmm-mon
      `);
    });
    afterAll(() => {
      system.must("sed -i '/^ping_ips/d' /etc/redis-mmm.conf; systemctl restart mmm-mon");
    });

    it("is not known where nobody may ping, and it is told how to let it", async () => {
      await isSaid(`${far} (ping_ips) cannot be asked`);
      expect(network()).toBe("unknown");
      const fix = found()[0]?.fix?.replace(/, on its host$/, "") ?? "";
      expect(fix).toContain("net.ipv4.ping_group_range");
      system.must(`${fix}; systemctl restart mmm-mon`);
    });

    it("answers, does not, and does no longer", async () => {
      await isSaid(
        `${far} (ping_ips) answers`,
        `${nobodys} (ping_ips) has never answered since the monitor was started`,
      );
      await becomes("up");
      system.must(`ip -n far addr del ${far}/${length.split(" ")[0]} dev far9`);
      await isSaid(`${far} (ping_ips) does not answer any more`);
      // As long as a database answers that is no reason to take the own network for down.
      await becomes("unknown");
      system.must("systemctl kill -s STOP db1");
      await becomes("down");
      system.must(`systemctl kill -s CONT db1; ip -n far addr add ${far}/${length} dev far9`);
      await becomes("up");
    });
  });

  it("comes with the next boot once it is enabled", async () => {
    system.must("systemctl enable mmm-mon");
    await system.reboot();
    expect(shown("ActiveState")).toBe("active");
    expect(system.must("systemctl --failed --plain --no-legend")).toBe("");
  });

  it("is gone when it is removed, but for what it must not forget; purged, without a trace", () => {
    system.must("dpkg -r redis-mmm");
    expect(shown("LoadState")).toBe("not-found");
    expect(system.run("pgrep -x node").text).toBe("");
    expect(
      system.must(
        "find /etc/systemd /run/systemd/system /run/redis-mmm -name '*mmm*' 2>/dev/null || :",
      ),
    ).toBe("");
    expect(system.must("ls /var/lib/redis-mmm")).toContain("state");
    system.must("dpkg -P redis-mmm");
    const places = "/etc /usr/bin /usr/lib /usr/sbin /usr/share /var /run";
    const left = system.must(
      `find ${places} -xdev -name '*redis*mmm*' -o -name 'mmm' -o -name 'mmm-mon*' | sort`,
    );
    // What a person wrote.
    expect(left).toBe("/etc/redis-mmm\n/etc/redis-mmm.conf");
    expect(system.must("ls /etc/redis-mmm")).toBe("http-token\nothers.conf");
  });
});
