import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Finding, type Report, Subject } from "../../../src/adapters/doctor/finding.ts";
import { MmmError } from "../../../src/errors.ts";
import { mmm } from "./world.ts";

const db1 = new Subject("db1");
const db2 = new Subject("db2");
const SOUND: Finding = db1.ok("redis-answers", "Redis 7.0.15, master, answers in 0.4 ms");
const BIND = ["it listens on 10.0.0.1 only", "nobody reaches it", "bind 0.0.0.0"] as const;

function aReport(monitor: string, findings: readonly Finding[], config = "abc"): Report {
  return { monitor, version: "2.0.0", config, findings };
}

function doctor(reports: readonly Report[], line = "doctor", unreachable: readonly string[] = []) {
  const lost = unreachable.map((name) => ({
    name,
    address: "10.0.0.9:7400",
    why: "connection refused",
  }));
  const examination = { reports, unreachable: lost };
  return mmm(line, { monitors: { "127.0.0.1:7400": { examination } } });
}

describe("mmm doctor", () => {
  it("is content where every monitor is", async () => {
    const { code, out } = await doctor(["mon1", "mon2"].map((name) => aReport(name, [SOUND])));
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "examined by mon1, mon2",
      "ok       cluster: the file says the same on mon1, mon2 (abc)",
      "ok       cluster: every monitor is of version 2.0.0",
      "ok       db1: Redis 7.0.15, master, answers in 0.4 ms",
      "all is well",
    ]);
  });

  it("says the worst first, once, why and what to do, and who sees it", async () => {
    const slow = db1.warning("ssh-slow", "a login takes 3 s", "it is slow", "UseDNS no");
    const [error, other] = [db1.error("redis-bind", ...BIND), db2.error("redis-bind", ...BIND)];
    const reports = [aReport("mon1", [SOUND, slow, error, other]), aReport("mon2", [error, other])];
    const { code, out } = await doctor(reports);
    expect(code).toBe(6);
    expect(out.split("\n").slice(1, 7)).toEqual([
      "ERROR    db1, db2: it listens on 10.0.0.1 only  [redis-bind]",
      "         why: nobody reaches it",
      "         fix: bind 0.0.0.0",
      "WARNING  db1: a login takes 3 s  [ssh-slow]  (seen by mon1)",
      "         why: it is slow",
      "         fix: UseDNS no",
    ]);
    expect(out.split("\n").at(-1)).toBe("1 error, 1 warning");
  });

  it("does not mind a hint", async () => {
    const { code, out } = await doctor([
      aReport("mon1", [db1.hint("redis-backlog", "a", "b", "c")]),
    ]);
    expect(code).toBe(0);
    expect(out).toContain("HINT     db1: a  [redis-backlog]");
  });

  it("misses a monitor that did not look, and sees that files differ", async () => {
    const reports = [aReport("mon1", []), aReport("mon2", [], "def")];
    const { code, out } = await doctor(reports, "doctor", ["mon3"]);
    expect(code).toBe(6);
    expect(out).toContain("mon3: 10.0.0.9:7400 did not examine anything: connection refused");
    expect(out).toContain("the files differ: mon1 (abc) against mon2 (def)");
  });

  it("sees that somebody who is locked out at one monitor is let in at another", async () => {
    const lock = (name: string, what: string) =>
      aReport(name, [new Subject(name).ok("tls-revoked", what)]);
    const same = await doctor([
      lock("mon1", "locked out: 2 (ab)"),
      lock("mon2", "locked out: 2 (ab)"),
    ]);
    expect(same.code).toBe(0);
    const { code, out } = await doctor([
      lock("mon1", "locked out: 2 (ab)"),
      lock("mon2", "locked out: 1 (cd)"),
    ]);
    expect(code).toBe(6);
    expect(out).toContain(
      "the lists of tls_revoked differ: mon1: locked out: 2 (ab); mon2: locked out: 1 (cd)",
    );
  });

  it("is not content with what there is not", async () => {
    const node = await doctor([aReport("mon1", [])], "doctor db9");
    expect(node).toMatchObject({ code: 2, out: "" });
    expect(node.err).toContain('there is no node "db9"; there is db1, db2, db3');
    const group = await doctor([aReport("mon1", [])], "doctor --group other");
    expect(group.err).toContain('there is no group "other"; there is main');
  });

  it("prints JSON with stable names", async () => {
    const { out } = await doctor(
      [aReport("mon1", [db1.error("redis-bind", ...BIND)])],
      "doctor -o json",
    );
    const printed = JSON.parse(out) as { readonly findings: readonly unknown[] };
    expect(printed).toMatchObject({ examined_by: ["mon1"], unreachable: [], worst: "error" });
    expect(printed.findings[0]).toEqual({
      id: "redis-bind",
      level: "error",
      subject: "db1",
      what: BIND[0],
      why: BIND[1],
      fix: BIND[2],
      seen_by: ["mon1"],
    });
  });
});

describe("without a monitor", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mmm-doctor-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function file(text: string): string {
    const path = join(dir, "mmm.conf");
    writeFileSync(path, text, { mode: 0o640 });
    return path;
  }

  const TOP = `master_ip = 10.0.0.70\nslave_ip = 10.0.0.71\ncluster_interface = eth1\nssh_key = /nonexistent/key\n`;
  const NODES =
    "[db1]\naddress = 127.0.0.1\nport = 1\n[db2]\naddress = 127.0.0.2\nport = 1\ninterface = eth2\n";

  it("this host looks by itself, and says that", async () => {
    // No virtual IP: nothing but the loopback address is asked.
    const path = file(`tls = off\n${NODES}`);
    const { code, out, err } = await mmm(`doctor --config ${path} -o json`, {
      monitors: {},
      env: {},
    });
    const printed = JSON.parse(out) as { readonly findings: readonly Finding[] };
    expect(code).toBe(6);
    expect(err).toContain("So this host looks by itself.");
    const ids = printed.findings.map(({ id, subject }) => `${subject} ${id}`);
    expect(ids).toEqual(
      expect.arrayContaining(["cluster no-monitor", "db1 redis-answers", "here tls"]),
    );
    const noVip = printed.findings.find(({ what }) => what.includes("(vip = off)"));
    expect(noVip).toMatchObject({ level: "hint", subject: "here" });
    expect(noVip?.why).toContain("nothing ends the service of an old master");
  });

  it("of monitors whose certificates do not fit it does not say that they do nothing", async () => {
    const address = "127.0.0.1:7400";
    const fault = new MmmError("TLS_MISFIT", {
      what: `${address} does not answer`,
      why: "its certificate is not signed by an authority in tls_ca here",
    });
    const line = `doctor --config ${file(`tls = off\n${NODES}`)} --monitor ${address} -o json`;
    const { code, out } = await mmm(line, { monitors: { [address]: { fault } } });
    expect(code).toBe(6);
    const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
    expect(findings.find(({ id }) => id === "no-monitor")).toMatchObject({
      what: "the certificates here do not fit those of the monitors (tried 1)",
      why: "no monitor could be asked: what it sees, and whether it runs well, is not known",
      fix: "correct tls_ca, tls_cert and tls_key (docs/certificates.md)",
    });
  });

  const print = async (kind: string, text = TOP + NODES) =>
    await mmm(`doctor --print ${kind} --config ${file(text)}`);
  const lines = ({ out }: { readonly out: string }) =>
    out.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("prints what sudo has to allow", async () => {
    expect(lines(await print("sudoers"))).toEqual([
      'redis-mmm ALL=(root) NOPASSWD: /usr/lib/redis-mmm/guard ""',
      "Defaults:redis-mmm !requiretty, !use_pty",
    ]);
    expect(lines(await print("sudoers", `guard = inline\n${TOP}${NODES}`))[0]).toBe(
      "redis-mmm ALL=(root) NOPASSWD: /bin/sh -s",
    );
    const plain = lines(await print("sudoers", `lease_backend = off\n${TOP}${NODES}`));
    expect(plain[0]).toBe(
      "redis-mmm ALL=(root) NOPASSWD: /usr/sbin/ip addr add 10.0.0.70/32 dev eth1",
    );
    expect(plain).toHaveLength(2 * 2 * 4 + 1);
  });

  it("prints the guard's lists: exactly these addresses, on exactly these interfaces", async () => {
    const { out } = await print("guard-list");
    expect(out.split("\n")).toEqual([
      "# /etc/redis-mmm/guard.list on 127.0.0.1; root's, mode 644, and so its folder",
      "10.0.0.70 eth1",
      "10.0.0.71 eth1",
      "",
      "# /etc/redis-mmm/guard.list on 127.0.0.2; root's, mode 644, and so its folder",
      "10.0.0.70 eth2",
      "10.0.0.71 eth2",
    ]);
    expect(lines(await print("guard-list db2"))).toEqual(["10.0.0.70 eth2", "10.0.0.71 eth2"]);
  });

  it("prints an ACL, without a password", async () => {
    const text = `redis_user = mmm\nredis_password = hush\n${TOP}${NODES}`;
    const [rule, ...more] = lines(await print("acl", text));
    expect(more).toEqual([]);
    expect(rule).toMatch(
      /^user mmm on >PASSWORD resetkeys resetchannels -@all \+ping .*\+replicaof/,
    );
    expect(rule).not.toContain("hush");
  });

  it("prints the unit of a monitor, with its paths", async () => {
    const { out } = await print(
      "systemd",
      `data_dir = /srv/mmm\nlog = /var/log/mmm/mmm.log\n${TOP}${NODES}`,
    );
    expect(out).toContain(
      `--config ${join(dir, "mmm.conf")} --data-dir /srv/mmm --socket /run/redis-mmm/mmm.sock`,
    );
    expect(out).toContain("ProtectSystem=strict\nReadWritePaths=/srv/mmm /var/log/mmm\n");
  });

  it("prints a unit that finds its files from any folder", async () => {
    const path = relative(process.cwd(), file(TOP + NODES));
    const { out } = await mmm(`doctor --print systemd --config ${path}`);
    expect(out).toContain(`--config ${join(dir, "mmm.conf")} `);
  });

  it("knows no other file, and no other node", async () => {
    expect((await print("passwd")).err).toContain(
      '--print knows sudoers, guard-list, acl, systemd, not "passwd"',
    );
    expect((await print("acl db9")).err).toContain('there is no node "db9"; there is db1, db2');
  });
});
