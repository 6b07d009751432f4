import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClockWatch } from "../../../src/adapters/clock.ts";
import { FileLog } from "../../../src/adapters/logger.ts";
import { Certificates } from "../../../src/daemon/certificates.ts";
import { withTransport } from "../../../src/daemon/peer-status.ts";
import { isDegraded } from "../../../src/core/status-findings.ts";
import type { MonitorStatus, Status } from "../../../src/core/status-types.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

describe("the log", () => {
  it("has a stable name, a sentence and fields for each event", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "log");
    const log = new FileLog({ monitor: "mon1", file, verbose: false });
    log.event({ kind: "leader", leader: "mon2", term: 7 });
    log.event({
      kind: "vote.changed",
      group: "g",
      node: "n",
      from: "up",
      to: "silent",
      reason: null,
    });
    log.event({ kind: "stalled", ms: 512.4 });
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: "info",
        monitor: "mon1",
        event: "leader.changed",
        term: 7,
        leader: "mon2",
        msg: "mon2 leads in term 7",
      }),
      expect.objectContaining({
        level: "warn",
        event: "monitor.stalled",
        msg: expect.stringContaining("for 512 ms"),
      }),
    ]);
  });

  it("never shows a password", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "log");
    const log = new FileLog({ monitor: "mon1", file, verbose: false });
    log.write("info", "test", "text", { password: "hunter2", login: { password: "hunter2" } });
    expect(readFileSync(file, "utf8")).not.toContain("hunter2");
  });

  it("stays where it is while its file cannot be opened anew, and says so", async () => {
    await using dir = await tempDir();
    const [place, moved] = [join(dir.path, "place"), join(dir.path, "moved")];
    mkdirSync(place);
    const log = new FileLog({ monitor: "mon1", file: join(place, "log"), verbose: false });
    renameSync(place, moved);
    log.reopen();
    log.write("info", "test", "still here");
    const events = (folder: string) =>
      readFileSync(join(folder, "log"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { event: string; lost?: number })
        .map(({ event, lost = 0 }) => `${event} ${lost}`);
    expect(events(moved)).toEqual(["log.kept 0", "test 0"]);
    mkdirSync(place);
    log.reopen();
    expect(events(place)).toEqual(["log.reopened 0"]);
  });

  it("does no harm when its disk is full", () => {
    const log = new FileLog({ monitor: "mon1", file: "/dev/full", verbose: false });
    for (let i = 0; i < 100; i += 1) log.write("error", "test", "x".repeat(10_000));
  });
});

describe("the wall clock", () => {
  it("is said to jump only when somebody sets it", () => {
    const watch = new ClockWatch();
    expect(watch.jumpSinceLast({ now: 0, wall: 1_000_000 })).toBeNull();
    expect(watch.jumpSinceLast({ now: 60_000, wall: 1_060_100 })).toBeNull();
    expect(watch.jumpSinceLast({ now: 61_000, wall: 1_061_100 - 3_600_000 })).toBe(-3_600_000);
  });
});

describe("the status with what the transport knows", () => {
  const member = (name: string): MonitorStatus => ({
    name,
    address: `10.0.0.${name.slice(3)}:7400`,
    role: "follower",
    reachable: true,
    last_seen_ms: 5,
    version: "1",
    problem: null,
    network: null,
    certificate: null,
  });
  const status: Status = {
    cluster: {
      id: "0000aaaa",
      leader: "mon1",
      term: 1,
      quorum: 2,
      has_quorum: true,
      monitors: ["mon1", "mon2"].map(member),
    },
    groups: [],
    answered_by: { name: "mon1", age_ms: 0 },
    at: "",
    warnings: [],
    security: { tls: "off", authority_expires_at: null },
  };
  const base = {
    peers: [],
    refusals: [],
    turnedAway: [],
    certificates: new Certificates(null, "mon1"),
    wall: 0,
    version: "2.0.0",
    name: "mon1",
    doors: [],
    files: {},
  };

  it("names the monitors whose files differ, and what differs in each", () => {
    const files = { mon1: "", mon2: "vip_lease, [db2] port", mon9: "master_ip" };
    const { warnings } = withTransport(status, { ...base, files });
    expect(warnings.map(({ text }) => text)).toEqual([
      "the file of mon2 differs from what was agreed on, which counts: vip_lease, [db2] port. Make it the same, or agree on it: mmm reload --dry-run",
    ]);
  });

  it("is as it was when nothing is wrong", () => {
    const peers = [
      {
        name: "mon2",
        address: "10.0.0.2:7400",
        silentMs: null,
        problem: null,
        validity: null,
        configured: true,
      },
    ];
    const shown = withTransport(status, { ...base, peers });
    expect(shown.cluster.monitors[0]).toEqual({ ...member("mon1"), version: "2.0.0" });
    expect({ ...shown, cluster: null }).toEqual({ ...status, cluster: null });
    expect(isDegraded(shown)).toBe(false);
  });

  it("says which peer is refused or silent, and why, even of one that is no member", () => {
    const peers = [
      {
        name: "mon2",
        address: "10.0.0.2:7400",
        silentMs: 9_000,
        problem: "connection refused",
        validity: null,
        configured: true,
      },
      {
        name: null,
        address: "10.0.0.3:7400",
        silentMs: 4_000,
        problem: "no route to host",
        validity: null,
        configured: true,
      },
    ];
    const refusals = [{ from: "mon9", reason: "mon9 belongs to cluster ffffffff" }];
    const shown = withTransport(status, { ...base, peers, refusals });
    expect(shown.cluster.monitors.map(({ name, problem }) => [name, problem])).toEqual([
      ["mon1", null],
      ["mon2", "connection refused"],
      ["10.0.0.3:7400", "no route to host"],
    ]);
    expect(shown.warnings.map(({ text }) => text)).toEqual([
      "the peer at 10.0.0.3:7400 cannot be talked to for 4 s: no route to host",
      "a message was refused: mon9 belongs to cluster ffffffff",
    ]);
    expect(isDegraded(shown)).toBe(true);
  });

  it("knows a member that has not said its name since this monitor started by its address", () => {
    const problem = "connection refused";
    const peers = [
      {
        name: null,
        address: "10.0.0.2:7400",
        silentMs: 4_000,
        problem,
        validity: null,
        configured: true,
      },
    ];
    const shown = withTransport(status, { ...base, peers });
    expect(shown.cluster.monitors.map(({ name, problem: why }) => [name, why])).toEqual([
      ["mon1", null],
      ["mon2", problem],
    ]);
    expect(shown.warnings).toEqual([]);
  });

  it("only hints at a configured peer that was removed, or was not added yet", () => {
    const peers = [
      {
        name: "mon2",
        address: "10.0.0.2:7400",
        silentMs: null,
        problem: null,
        validity: null,
        configured: true,
      },
      {
        name: "mon3",
        address: "10.0.0.3:7400",
        silentMs: 9_000,
        problem: "connection refused",
        validity: null,
        configured: true,
      },
      {
        name: "mon4",
        address: "10.0.0.4:7400",
        silentMs: null,
        problem: null,
        validity: null,
        configured: true,
      },
    ];
    const shown = withTransport(status, { ...base, peers });
    expect(shown.cluster.monitors.map(({ name }) => name)).toEqual(["mon1", "mon2"]);
    expect(shown.warnings).toEqual([
      { level: "hint", text: expect.stringContaining("mmm monitor add mon3=10.0.0.3:7400") },
      { level: "hint", text: expect.stringContaining("mmm monitor add mon4=10.0.0.4:7400") },
    ]);
    expect(isDegraded(shown)).toBe(false);
  });

  it("says nothing of one that is neither a member nor configured, but was only to be added", () => {
    const peers = [
      {
        name: "mon9",
        address: "10.0.0.9:7400",
        silentMs: 9_000,
        problem: "connection refused",
        validity: null,
        configured: false,
      },
    ];
    const shown = withTransport(status, { ...base, peers });
    expect(shown.cluster.monitors.map(({ name }) => name)).toEqual(["mon1", "mon2"]);
    expect(shown.warnings).toEqual([]);
  });

  it("says nothing of peers once this monitor was removed", () => {
    const removed = { ...status, answered_by: { ...status.answered_by, name: "mon8" } };
    const refusals = [{ from: "mon2", reason: "mon1 is no member" }];
    const peers = [
      {
        name: "mon3",
        address: "10.0.0.3:7400",
        silentMs: 9_000,
        problem: "connection refused",
        validity: null,
        configured: true,
      },
    ];
    expect(withTransport(removed, { ...base, peers, refusals }).warnings).toEqual([]);
  });

  it("hints at whoever was not let in, which endangers nothing", () => {
    const turnedAway = [{ from: "10.0.0.7", reason: "10.0.0.7: it talks in the clear" }];
    const shown = withTransport(status, { ...base, turnedAway });
    expect(shown.warnings).toEqual([
      { level: "hint", text: "a connection was refused: 10.0.0.7: it talks in the clear" },
    ]);
    expect(isDegraded(shown)).toBe(false);
  });

  it("says once that two monitors refuse each other", () => {
    const reason = "mon9 belongs to cluster ffffffff, mon1 to 0000aaaa";
    const problem = "mon1 belongs to cluster 0000aaaa, mon9 to ffffffff";
    const peers = [
      {
        name: "mon9",
        address: "10.0.0.9:7400",
        silentMs: null,
        problem,
        validity: null,
        configured: true,
      },
    ];
    const shown = withTransport(status, { ...base, peers, refusals: [{ from: "mon9", reason }] });
    expect(shown.warnings.map(({ text }) => text)).toEqual([
      `mon9 (10.0.0.9:7400) cannot be talked to: ${problem}`,
    ]);
  });
});
