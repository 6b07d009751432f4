import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { MmmError } from "../../../src/errors.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import type { GroupStatus, Status, VipStatus } from "../../../src/core/status-types.ts";
import { aGroup, anEntry, aNode, aStatus, DOWN_NODE } from "./fixtures.ts";
import { anAnswer, mmm } from "./world.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-cli-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(text: string, name = "mmm.conf"): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode: 0o640 });
  return path;
}

const NODES = "[db1]\naddress = 10.0.0.1\n[db2]\naddress = 10.0.0.2\n";

describe("wrong usage", () => {
  const CASES: readonly (readonly [line: string, error: string])[] = [
    ["statsu", 'error: there is no command "statsu"; did you mean status?\ntry: mmm help'],
    ["xyzzy", 'error: there is no command "xyzzy"\ntry: mmm help'],
    [
      "status --clustr",
      "error: there is no option --clustr; did you mean --cluster?\ntry: mmm help status",
    ],
    ["status -x", "error: there is no option -x\ntry: mmm help status"],
    // --node is near, but not of this command.
    ["status --nope", "error: there is no option --nope\ntry: mmm help status"],
    ["init --nope", "error: there is no option --nope; did you mean --node?\ntry: mmm help init"],
    [
      "--clustr status",
      "error: there is no option --clustr; did you mean --cluster?\ntry: mmm help status",
    ],
    ["--versoin", "error: there is no option --versoin; did you mean --version?\ntry: mmm help"],
    ["status --to db2", "error: status takes no --to\ntry: mmm help status"],
    ["switchover --to", "error: option '--to <value>' argument missing\ntry: mmm help"],
    ["status extra", 'error: status does not know what to do with "extra"\ntry: mmm help status'],
    ["info", "error: info needs NODE: mmm info NODE\ntry: mmm help info"],
    [
      "config",
      "error: config needs check|show: mmm config check|show [FILE]\ntry: mmm help config",
    ],
    [
      "config chek",
      'error: config does not know "chek"; write check or show\ntry: mmm help config',
    ],
    ["status -o yaml", 'error: -o knows table and json, not "yaml"\ntry: mmm help status'],
    ["status -o jsonl", "error: -o jsonl is for --watch; write -o json\ntry: mmm help status"],
    ["status --interval 1s", "error: --interval is for --watch\ntry: mmm help status"],
    [
      "status --watch --interval 1",
      'error: --interval: "1" is not a duration; write a number with its unit: 500ms, 2s, 1m\ntry: mmm help status',
    ],
    [
      "status --timeout soon",
      'error: --timeout: "soon" is not a duration; write a number with its unit: 500ms, 2s, 1m\ntry: mmm help',
    ],
    [
      "status --monitor mon1",
      'error: --monitor: "mon1" is not HOST:PORT; write it like 192.168.10.11:7400\ntry: mmm help',
    ],
    [
      "history -n few",
      'error: -n: "few" is not a whole number from 0 to 1000000\ntry: mmm help history',
    ],
    [
      "mode auto",
      'error: mode "auto" is not one of its values; write active, manual, passive or wait\ntry: mmm help mode',
    ],
    [
      "switchover --at noon",
      'error: --at: "noon" is no time; write 03:00 or 2026-11-27T03:00Z\ntry: mmm help switchover',
    ],
    [
      "set_master db2 --at 2020-01-01T00:00Z",
      "error: --at: 2020-01-01T00:00Z is over\ntry: mmm help switchover",
    ],
    [
      "switchover --at 2999-01-01T00:00Z",
      "error: --at: 2999-01-01T00:00Z is more than 7 days ahead\ntry: mmm help switchover",
    ],
    ["explain db9", 'error: there is no node "db9"; did you mean db1?\ntry: mmm status'],
    ["info db9", 'error: there is no node "db9"; did you mean db1?\ntry: mmm status'],
    [
      "info elsewhere",
      'error: there is no node "elsewhere"; there is db1, db2, db3\ntry: mmm status',
    ],
    [
      "pause --for 1d",
      'error: --for: "1d" is not a duration; write a number with its unit: 500ms, 2s, 1m\ntry: mmm help pause',
    ],
    ["mode --group other", 'error: there is no group "other"; there is main\ntry: mmm status'],
    [
      "failover",
      'error: a failover by hand may lose acknowledged writes: add --force, or use "mmm switchover", which loses nothing\ntry: mmm help failover',
    ],
    ["adopt", "error: adopt needs either the id of a cluster or --empty NODE\ntry: mmm help adopt"],
    [
      "adopt 12",
      'error: "12" is not the id of a cluster: eight hex digits, as "mmm status" shows them\ntry: mmm help adopt',
    ],
    ["help nothing", 'error: there is no command "nothing"\ntry: mmm help'],
  ];
  it.each(CASES)("mmm %s", async (line, error) => {
    expect(await mmm(line)).toMatchObject({ code: 2, out: "", err: error, requests: [], open: 0 });
  });

  it("of several groups", async () => {
    const status = aStatus();
    const two = { ...status, groups: [...status.groups, { ...status.groups[0]!, name: "other" }] };
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status: two }) } };
    expect((await mmm("mode", { monitors })).err).toContain(
      "there are several groups; add --group main|other",
    );
    expect((await mmm("info db1", { monitors })).err).toContain(
      "several groups have a node db1; add --group main|other",
    );
    expect((await mmm("mode --group other", { monitors })).out).toBe("active");
  });
});

describe("help", () => {
  it("lists every command, and explains each", async () => {
    const { out, code } = await mmm("help");
    expect(code).toBe(0);
    for (const { name } of COMMANDS) {
      expect(out).toContain(`  ${name}`);
      expect((await mmm(`help ${name}`)).out).toContain(`usage: mmm ${name}`);
      expect((await mmm(`${name} --help`)).out).toContain(`usage: mmm ${name}`);
    }
  });

  it("says of --force what it overrides, by command", async () => {
    const force = async (name: string) =>
      (await mmm(`help ${name}`)).out.split("\n").find((line) => line.startsWith("  --force"));
    expect(await force("failover")).toContain("overrides mode, pause, cooldown, pre_failover");
    expect(await force("init")).toContain("write over a file that exists");
    expect(await force("state")).toContain("export: write over a file");
    expect(await force("move_role")).toContain("by a failover in place of a switchover");
  });

  it("comes with code 2 if there is no command", async () => {
    expect((await mmm("")).code).toBe(2);
    expect((await mmm("--help")).code).toBe(0);
    expect(await mmm("--version")).toMatchObject({ code: 0, out: "mmm 2.0.0" });
  });
});

describe("a fault of mmm itself", () => {
  const broken = { "127.0.0.1:7400": { status: () => anAnswer({ status: {} as Status }) } };

  it("is told without the places in its source, which help nobody who uses it", async () => {
    const { code, out, err } = await mmm("status", { monitors: broken });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: a fault of mmm itself: .+\ntry: the same with --verbose/);
    expect(err).not.toMatch(/\bat .*:\d+|\.ts|src\//);
  });

  it("is told with them to whoever asks", async () => {
    expect((await mmm("status --verbose", { monitors: broken })).err).toMatch(/ at .*\.ts:\d+/);
  });
});

describe("the monitors that are asked", () => {
  const monitors = { "10.0.0.12:7400": {} };

  it("are those of --monitor, in turn", async () => {
    expect(
      (await mmm("status --monitor 10.0.0.11:7400 --monitor 10.0.0.12:7400", { monitors })).code,
    ).toBe(0);
  });

  it("else those of the file", async () => {
    const path = file(
      `${NODES}[monitor:mon1]\naddress = 10.0.0.11\n[monitor:mon2]\naddress = 10.0.0.12\n`,
    );
    expect((await mmm(`--config ${path} status`, { monitors })).code).toBe(0);
    expect(await mmm(`-c ${path} status`, { monitors: {} })).toMatchObject({
      code: 4,
      out: "",
      open: 0,
      err: [
        "error: no monitor answered (tried 2)",
        "  mon1 10.0.0.11:7400  connection refused",
        "  mon2 10.0.0.12:7400  connection refused",
        "Redis itself may be fine. But if no monitor runs, nothing is failed over, and virtual IPs end with their leases.",
        "try: systemctl status mmm-mon   |   mmm --monitor HOST:PORT status   |   docs/runbook.md#no-monitor-answers",
      ].join("\n"),
    });
  });

  it("else the one where this host's monitor listens", async () => {
    expect((await mmm(`-c ${file(NODES)} status`)).code).toBe(0);
    expect(
      (await mmm(`-c ${file(`listen = 10.0.0.12:7400\n${NODES}`)} status`, { monitors })).code,
    ).toBe(0);
  });

  it("cannot be found in a wrong file", async () => {
    const path = file("port = x\nadress = y\n");
    expect(await mmm(`-c ${path} status`)).toMatchObject({
      code: 3,
      err: [
        `${path}:1:8: port: "x" is not a whole number from 1 to 65535`,
        `${path}:2:1: adress: unknown key; see the sample redis-mmm.conf`,
        `${path}: has no node; write a section [db1] with address = IP for each Redis`,
        "error: the configuration has 3 problems",
      ].join("\n"),
    });
  });

  it("lead to the leader, which alone watches the leases", async () => {
    const path = file(
      `${NODES}[monitor:mon1]\naddress = 10.0.0.11\n[monitor:mon2]\naddress = 10.0.0.12\n`,
    );
    const seenBy = (name: string) => ({
      status: () => anAnswer({ status: aStatus({ status: { answered_by: { name, age_ms: 0 } } }) }),
    });
    const both = { "10.0.0.11:7400": seenBy("mon1"), "10.0.0.12:7400": seenBy("mon2") };
    expect((await mmm(`-c ${path} status`, { monitors: both })).out).toContain("seen by mon2");
    const one = { "10.0.0.11:7400": seenBy("mon1") };
    expect((await mmm(`-c ${path} status`, { monitors: one })).out).toContain("seen by mon1");
    const asked = await mmm("status --monitor 10.0.0.11:7400", { monitors: both });
    expect(asked.out).toContain("seen by mon1");
  });

  it("are all asked for a better view than that of a minority", async () => {
    const lonely = {
      status: () =>
        anAnswer({
          status: aStatus({ status: { answered_by: { name: "mon1", age_ms: 1 } } }),
          leader: null,
          hasQuorum: false,
        }),
    };
    const healthy = {
      status: () =>
        anAnswer({ status: aStatus({ status: { answered_by: { name: "mon3", age_ms: 1 } } }) }),
    };
    const better = await mmm("status", {
      monitors: { "10.0.0.11:7400": lonely, "10.0.0.13:7400": healthy },
    });
    expect(better.out).toContain("seen by mon3");
    expect(better.code).toBe(0);
    const worse = await mmm("status", { monitors: { "10.0.0.11:7400": lonely } });
    expect(worse.out).toContain("seen by mon1");
    expect(worse.code).toBe(5);
  });
});

describe("mmm status", () => {
  it("exits with 6 when degraded, and prints all the same", async () => {
    const degraded = { status: () => anAnswer({ degraded: true }) };
    const ran = await mmm("status", { monitors: { "127.0.0.1:7400": degraded } });
    expect(ran.code).toBe(6);
    expect(ran.out).toContain("group main");
  });

  it("-o json is the status as the monitor sent it", async () => {
    expect(JSON.parse((await mmm("status --cluster -o json")).out)).toEqual(aStatus());
  });

  it("--watch redraws a screen, and appends what changed to anything else", async () => {
    const looks = [aStatus(), aStatus(), aStatus({ group: { mode: "passive" } })];
    const watchOn = async (line: string, screen: boolean) => {
      const controller = new AbortController();
      let at = 0;
      const status = () => {
        if (at === looks.length - 1) controller.abort();
        const answer = anAnswer({ status: looks[at] ?? aStatus() });
        at += 1;
        return answer;
      };
      return await mmm(line, {
        screen,
        interrupted: controller.signal,
        monitors: { "127.0.0.1:7400": { status } },
      });
    };
    const screen = await watchOn("status --watch --interval 100ms", true);
    expect(screen.out.split("<clear>")).toHaveLength(4);
    const log = await watchOn("status -w --interval 100ms", false);
    expect(log.out.split("\n").slice(5)).toEqual([
      "2026-11-22 15:04:11 main master=db1 verdict=healthy mode=passive writer=db1 operation=none",
    ]);
    const jsonl = await watchOn("status -w --interval 100ms -o jsonl", true);
    expect(
      jsonl.out
        .split("\n")
        .map((line) => (JSON.parse(line) as ReturnType<typeof aStatus>).groups[0]?.mode),
    ).toEqual(["active", "passive"]);
  });
});

/** A leader that tells what it would do. */
const PLANNING = {
  "127.0.0.1:7400": {
    outcome: { kind: "ok", message: "switchover of main\n 1  connect" },
  },
} as const;

describe("mmm set_master and switchover", () => {
  it("run without asking where no person sits", async () => {
    const ran = await mmm("set_master db2", {
      monitors: {
        "127.0.0.1:7400": {
          outcome: { kind: "ok", message: "db2 is the master" },
          progress: ["[1/2] db2 catches up"],
        },
      },
    });
    expect(ran).toMatchObject({
      code: 0,
      out: "OK: db2 is the master",
      err: "[1/2] db2 catches up",
      asked: [],
      open: 0,
    });
    expect(ran.requests).toEqual([
      {
        requestId: "request-1",
        by: "ann@desk",
        forwarded: false,
        address: "127.0.0.1:7400",
        command: { kind: "switchover", group: "main", to: "db2" },
      },
    ]);
  });

  it("show the plan and ask where one does", async () => {
    const no = await mmm("switchover --to db2", { interactive: true, monitors: PLANNING });
    expect(no).toMatchObject({
      code: 7,
      requests: [{ command: { kind: "plan-switchover", group: "main", to: "db2" } }],
      asked: ["Switch main over from db1 to db2? [y/N] "],
    });
    expect(no.err).toMatch(/^switchover of main\n 1 {2}connect\n/);
    expect(no.err).toMatch(/nothing was done$/);
    const yes = await mmm("switchover", { interactive: true, answer: "Y" });
    expect(yes.requests[1]?.command).toEqual({ kind: "switchover", group: "main", to: null });
    expect((await mmm("switchover --yes", { interactive: true })).asked).toEqual([]);
  });

  it("ask about the node that the plan names, and then move to that one", async () => {
    const message = "switchover of main from db1 to db3 (leader mon2, term 14)\n 1  connect";
    const monitors = { "127.0.0.1:7400": { outcome: { kind: "ok", message } as const } };
    const yes = await mmm("switchover", { interactive: true, answer: "y", monitors });
    expect(yes.asked).toEqual(["Switch main over from db1 to db3? [y/N] "]);
    expect(yes.requests.map(({ command }) => command)).toEqual([
      { kind: "plan-switchover", group: "main", to: null },
      { kind: "switchover", group: "main", to: "db3" },
    ]);
    const unasked = await mmm("switchover", { monitors });
    expect(unasked.requests.map(({ command }) => command)).toEqual([
      { kind: "switchover", group: "main", to: null },
    ]);
    const at = new Date(Date.now() + 50).toISOString();
    const later = await mmm(`switchover --at ${at}`, { interactive: true, answer: "y", monitors });
    expect(later.requests.map(({ command }) => "to" in command && command.to)).toEqual([
      null,
      "db3",
      "db3",
    ]);
  });

  it("do nothing and ask nothing when the leader refuses the plan", async () => {
    const outcome = { kind: "refused", message: "db2 lags" } as const;
    const monitors = { "127.0.0.1:7400": { outcome } };
    const ran = await mmm("switchover", { interactive: true, monitors });
    expect([ran.code, ran.asked, ran.requests.length]).toEqual([7, [], 1]);
    expect((await mmm("switchover --dry-run", { monitors })).err).toContain("REFUSED: db2 lags");
  });

  it("only show the steps with --dry-run", async () => {
    const ran = await mmm("set_master db2 --dry-run", { monitors: PLANNING });
    expect(ran).toMatchObject({ code: 0, out: "switchover of main\n 1  connect", asked: [] });
    expect(ran.requests).toHaveLength(1);
    const data = await mmm("switchover --dry-run -o json", { monitors: PLANNING });
    expect(JSON.parse(data.out)).toEqual({
      result: "ok",
      plan: ["switchover of main", " 1  connect"],
    });
  });

  it("wait with --at, look again, and only then begin", async () => {
    const at = new Date(Date.now() + 50).toISOString();
    const ran = await mmm(`switchover --at ${at}`, { monitors: PLANNING });
    const kinds = ran.requests.map(({ command }) => command.kind);
    expect(kinds).toEqual(["plan-switchover", "plan-switchover", "switchover"]);
    expect(ran.err).toContain(`waiting until ${at}`);
  });

  it("do nothing if the waiting is interrupted", async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const interrupted = AbortSignal.abort();
    const ran = await mmm(`switchover --at ${at}`, { monitors: PLANNING, interrupted });
    expect([ran.code, ran.requests.length]).toEqual([7, 1]);
    expect(ran.err).toMatch(/interrupted: nothing was done$/);
  });

  it("tell with --verbose what else goes on", async () => {
    const monitors = { "127.0.0.1:7400": { progress: ["[1/2] db2 catches up"] } };
    expect((await mmm("set_master db2 -v", { monitors })).err).toContain("vote up → unknown");
  });

  it("have nothing to do for the master", async () => {
    expect(await mmm("set_master db1")).toMatchObject({
      code: 0,
      out: "OK: db1 is already the master of main",
      requests: [],
    });
  });
});

describe("mmm failover --force", () => {
  it("says it all where no person sits", async () => {
    expect(
      (await mmm("failover --force --to db2 --accept-data-loss")).requests[0]?.command,
    ).toEqual({ kind: "failover", group: "main", to: "db2", acceptDataLoss: true });
  });

  it("wants the name of the master typed where one does", async () => {
    const yes = await mmm("failover --force", { interactive: true, answer: "y" });
    expect(yes).toMatchObject({
      code: 7,
      requests: [],
      asked: ["Type the name of the master that is given up (db1): "],
    });
    expect(yes.err).toContain("Acknowledged writes that the freshest replica lacks are lost");
    expect(
      (await mmm("failover --force", { interactive: true, answer: "db1" })).requests,
    ).toHaveLength(1);
  });
});

describe("a command", () => {
  const SENT: readonly (readonly [line: string, command: object])[] = [
    ["set_online db3", { kind: "set-online", group: "main", node: "db3" }],
    ["set_offline db3", { kind: "set-offline", group: "main", node: "db3" }],
    ["pause", { kind: "pause", group: "main", forMs: null, reason: null }],
    [
      "pause --for 30m --reason kernel",
      { kind: "pause", group: "main", forMs: 1_800_000, reason: "kernel" },
    ],
    ["resume", { kind: "resume", group: "main" }],
    ["acknowledge", { kind: "acknowledge", group: "main", node: null }],
    ["acknowledge db2", { kind: "acknowledge", group: "main", node: "db2" }],
    ["set_manual", { kind: "set-mode", group: "main", mode: "manual" }],
    ["set_active", { kind: "set-mode", group: "main", mode: "active" }],
    ["move_role writer db2", { kind: "switchover", group: "main", to: "db2" }],
    [
      "move_role --force writer db2",
      { kind: "failover", group: "main", to: "db2", acceptDataLoss: false },
    ],
    ["set_ip 192.168.10.70 db2", { kind: "switchover", group: "main", to: "db2" }],
    ["mode manual", { kind: "set-mode", group: "main", mode: "manual" }],
    [
      "adopt 0a1b2c3d",
      { kind: "adopt", group: "main", cluster: "0a1b2c3d", empty: null, acceptDataLoss: false },
    ],
    [
      "adopt --empty db2",
      { kind: "adopt", group: "main", cluster: null, empty: "db2", acceptDataLoss: false },
    ],
  ];
  it.each(SENT)("mmm %s", async (line, command) => {
    expect((await mmm(line)).requests[0]?.command).toEqual(command);
  });

  const ENDS: readonly (readonly [outcome: CommandOutcome, code: number, err: string])[] = [
    [{ kind: "refused", message: "db2 lags 11mb" }, 7, "REFUSED: db2 lags 11mb\ntry: mmm explain"],
    [{ kind: "failed", message: "undone" }, 8, "FAILED: undone\ntry: mmm explain"],
    [
      { kind: "unknown", message: "broke off" },
      8,
      "UNKNOWN: broke off\nit may have happened all the same\ntry: mmm status   |   mmm history -n 1",
    ],
    [
      { kind: "not-leader", leader: null },
      5,
      "NO LEADER: no monitor leads at the moment; nothing was done\ntry: mmm status --cluster",
    ],
    [
      { kind: "not-leader", leader: "mon2" },
      5,
      "NO LEADER: the leader, mon2, cannot be reached; nothing was done\ntry: mmm status --cluster",
    ],
  ];
  it.each(ENDS)("ends: %j", async (outcome, code, err) => {
    const monitors = { "127.0.0.1:7400": { outcome } };
    const ran = await mmm("mode passive --timeout 50ms", { monitors });
    expect(ran).toMatchObject({ code, err, out: "" });
  });

  it("refused to change the monitors, it says where they are shown", async () => {
    const outcome = { kind: "refused", message: "there is no monitor mon9" } as const;
    const ran = await mmm("monitor remove mon9 --yes", {
      monitors: { "127.0.0.1:7400": { outcome } },
    });
    expect(ran.err).toBe("REFUSED: there is no monitor mon9\ntry: mmm status --cluster");
  });

  it("tells programs how it ended", async () => {
    expect(JSON.parse((await mmm("mode passive -o json")).out)).toEqual({
      result: "ok",
      message: "done",
    });
  });

  it("is asked of the next monitor, as the same request, if one breaks off", async () => {
    const ran = await mmm("set_master db2", {
      monitors: {
        "10.0.0.11:7400": { outcome: { kind: "unknown", message: "broke off" } },
        "10.0.0.12:7400": { outcome: { kind: "ok", message: "done" } },
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.requests.map(({ address, requestId }) => [address, requestId])).toEqual([
      ["10.0.0.11:7400", "request-1"],
      ["10.0.0.12:7400", "request-1"],
    ]);
  });

  it("is offered again while the monitors elect a leader", async () => {
    const first = [
      { kind: "not-leader", leader: "mon2" },
      { kind: "not-leader", leader: null },
    ] as CommandOutcome[];
    const ran = await mmm("mode passive", { monitors: { "127.0.0.1:7400": { first } } });
    expect(ran).toMatchObject({ code: 0, open: 0 });
    expect(ran.requests.map(({ requestId }) => requestId)).toEqual(Array(3).fill("request-1"));
  });

  it("that may have happened stays unknown, whatever the others say", async () => {
    const ran = await mmm("mode passive", {
      monitors: {
        "10.0.0.11:7400": { outcome: { kind: "unknown", message: "broke off" } },
        "10.0.0.12:7400": { outcome: { kind: "not-leader", leader: null } },
      },
    });
    expect(ran.code).toBe(8);
  });

  it("is impossible before the cluster is founded", async () => {
    const monitors = {
      "127.0.0.1:7400": { status: () => anAnswer({ status: aStatus({ status: { groups: [] } }) }) },
    };
    expect(await mmm("switchover", { monitors })).toMatchObject({
      code: 5,
      err: "error: the monitors have not founded a cluster yet\ntry: mmm status --cluster",
    });
  });
});

describe("mmm monitor", () => {
  const SENT: readonly (readonly [line: string, command: object])[] = [
    ["add mon4=10.0.0.14:7400", { kind: "monitor-add", name: "mon4", address: "10.0.0.14:7400" }],
    ["remove mon3", { kind: "monitor-remove", name: "mon3" }],
    ["replace mon3", { kind: "monitor-replace", name: "mon3", address: null }],
    [
      "replace mon3=mon3.example:7400",
      { kind: "monitor-replace", name: "mon3", address: "mon3.example:7400" },
    ],
  ];
  it.each(SENT)("%s", async (line, command) => {
    expect((await mmm(`monitor ${line}`)).requests[0]?.command).toEqual(command);
  });

  it.each([
    ["add mon4", /say where mon4 is/],
    ["add mon4=10.0.0.14", /neither NAME nor NAME=HOST:PORT/],
    ["remove mon3=10.0.0.13:7400", /takes a name alone/],
    ["add mon4=10.0.0.14:7400 mon5=10.0.0.15:7400", /does not know what to do with "mon5/],
    ["delete mon3", /monitor does not know "delete"/],
    ["remove", /needs MONITOR/],
  ])("refuses %s", async (line, why) => {
    const { code, err, requests } = await mmm(`monitor ${line}`);
    expect({ code, requests }).toEqual({ code: 2, requests: [] });
    expect(err).toMatch(why);
  });

  it("asks a person before one is removed", async () => {
    const ran = await mmm("monitor remove mon3", { interactive: true, answer: "n" });
    expect(ran).toMatchObject({ code: 7, requests: [] });
    expect(ran.err).toContain("Of the 2 that are left, 2 are a majority.");
  });
});

describe("mmm reload", () => {
  const TOP = "master_ip = 10.0.0.70\ncluster_interface = eth1\ndown_after = 3s\n";

  it("proposes what the file says", async () => {
    const path = file(`${TOP}${NODES}`);
    const { code, requests } = await mmm(`reload -c ${path} --monitor 127.0.0.1:7400`);
    expect(code).toBe(0);
    const main = {
      settings: { downAfterMs: 3_000, leaseMs: 3_000 },
      nodes: [{ name: "db1" }, { name: "db2" }],
      writer: "10.0.0.70",
      mode: null,
    };
    const command = { kind: "reload-file", dryRun: false, proposals: { main } };
    expect(requests[0]?.command).toMatchObject(command);
  });

  it("proposes one group alone, also one that is not agreed on yet", async () => {
    const text = "master_ip = 10.0.0.80\nport = 6380\n[db1]\naddress = 10.0.0.1\n";
    const orders = file(text, "orders.conf");
    const path = file(`include = ${orders}\n${TOP}${NODES}`);
    const { requests } = await mmm(`reload --group orders -c ${path} --monitor 127.0.0.1:7400`);
    const proposal = { writer: "10.0.0.80", nodes: [{ name: "db1", port: 6380 }] };
    expect(requests[0]?.command).toMatchObject({ kind: "reload", group: "orders", proposal });
  });

  it("drops a group only by name, and not while a file describes it", async () => {
    const asked = "reload --drop-group main --monitor 127.0.0.1:7400";
    const path = file(`${TOP}${NODES}`);
    const refused = await mmm(`${asked} -c ${path}`);
    expect(refused).toMatchObject({ code: 7, requests: [] });
    expect(refused.err).toContain("still describes the group main");
    const person = await mmm(asked, { interactive: true, answer: "n" });
    expect(person).toMatchObject({ code: 7, requests: [] });
    expect(person.err).toContain("192.168.10.70 will be served by nobody");
    const { requests } = await mmm(`${asked} -y`);
    expect(requests[0]?.command).toEqual({ kind: "drop-group", group: "main" });
    expect((await mmm("reload --drop-group mian")).err).toContain("did you mean main?");
  });

  it("proposes the mode only if it is written in the file", async () => {
    const path = file(`mode = manual\n${TOP}${NODES}`);
    const { requests } = await mmm(`reload --dry-run -c ${path} --monitor 127.0.0.1:7400`);
    expect(requests[0]?.command).toMatchObject({
      dryRun: true,
      proposals: { main: { mode: "manual" } },
    });
  });

  it("leaves it to the monitor that is asked where no file is named", async () => {
    expect((await mmm("reload")).requests[0]?.command).toMatchObject({ proposals: null });
  });

  it("hints at monitors that the file adds or leaves out, and leaves them as they are", async () => {
    const monitors = "[monitor:mon1]\naddress = 10.0.0.11\n[monitor:mon2]\naddress = 10.0.0.12\n";
    const path = file(`${TOP}tls = off\n${NODES}${monitors}[monitor:mon4]\naddress = 10.0.0.14\n`);
    const { err } = await mmm(`reload -c ${path} --monitor 127.0.0.1:7400`);
    expect(err.split("\n")).toEqual([
      "HINT: mon4 is no monitor yet: mmm monitor add mon4=10.0.0.14:7400",
      "HINT: mon3 is not in the file: mmm monitor remove mon3",
    ]);
  });

  it("does not ask for anything when the file has a problem", async () => {
    const path = file(`port = x\n${NODES}`);
    const ran = await mmm(`reload -c ${path} --monitor 127.0.0.1:7400`);
    expect(ran).toMatchObject({ code: 3, requests: [] });
  });
});

describe("certificates that cannot be used", () => {
  const unusable = new MmmError("TLS_FILES", {
    what: "cannot use /k/ann.key",
    why: "it is not the key of /k/ann.pem",
    todo: "give both files of one certificate",
  });
  const misfit = (address: string) =>
    new MmmError("TLS_MISFIT", {
      what: `${address} does not answer`,
      why: "its certificate is not signed by an authority in tls_ca here",
    });
  const [one, two] = ["127.0.0.1:7400", "127.0.0.2:7400"] as const;
  const COMMANDS_THAT_ASK = [
    "status",
    "history",
    "mode",
    "switchover",
    "explain",
    "set_offline db2",
  ];

  it.each(COMMANDS_THAT_ASK)("are told as that by mmm %s, not as silence", async (line) => {
    const monitors = { [one]: { unconnectable: unusable }, [two]: { unconnectable: unusable } };
    expect(await mmm(line, { monitors })).toMatchObject({
      code: 3,
      out: "",
      open: 0,
      err: "error: cannot use /k/ann.key\n  it is not the key of /k/ann.pem\ntry: give both files of one certificate",
    });
  });

  it("are told as that if they are not those of the monitors", async () => {
    const monitors = { [one]: { fault: misfit(one) }, [two]: { fault: misfit(two) } };
    const { code, err } = await mmm("status --ca /c --cert /p --key /k", { monitors });
    expect(code).toBe(3);
    expect(err.split("\n")).toEqual([
      "error: the certificates here do not fit those of the monitors (tried 2)",
      `  ${one}  its certificate is not signed by an authority in tls_ca here`,
      `  ${two}  its certificate is not signed by an authority in tls_ca here`,
      "The monitors run; the files of --ca, --cert and --key (or tls_ca, tls_cert and tls_key) are of another authority, or not to be used here.",
      expect.stringMatching(/^try: mmm tls show FILE, of each {3}\| {3}.*docs\/certificates.md$/),
    ]);
  });

  it("are not the reason as long as a monitor does not answer at all", async () => {
    const ran = await mmm("status --ca /c --cert /p --key /k", {
      monitors: { [one]: { fault: misfit(one) } },
      env: { MMM_MONITORS: `${one},${two}` },
    });
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("error: no monitor answered (tried 2)");
  });

  it("make mmm check say that it was called wrongly", async () => {
    const ran = await mmm("check", { monitors: { [one]: { unconnectable: unusable } } });
    expect(ran.code).toBe(3);
    expect(ran.out).toContain("UNKNOWN - cannot use /k/ann.key");
  });

  it("do not keep mmm doctor from looking, unless they were named for it", async () => {
    const port = `port = 1\n`;
    const path = file(`tls = off\nvip = off\n[db1]\naddress = 127.0.0.1\n${port}`);
    const setting = { monitors: { [one]: { unconnectable: unusable } }, env: {} };
    const looked = await mmm(`doctor --config ${path}`, setting);
    expect(looked.code).toBe(6);
    expect(looked.out).toContain("cannot use /k/ann.key");
    const named = await mmm(`doctor --config ${path} --ca /c --cert /p --key /k`, setting);
    expect(named).toMatchObject({ code: 3, out: "" });
  });
});

describe("what is only read", () => {
  it("mmm info, history, checks, explain and mode print", async () => {
    const monitors = { "127.0.0.1:7400": { history: [anEntry()] } };
    expect((await mmm("info db2", { monitors })).out).toContain(
      "Info about db2\n  Current role:       replica",
    );
    expect((await mmm("history", { monitors })).out).toContain("failover  db1   db2");
    expect((await mmm("checks db2", { monitors })).out).toContain("db2   redis  OK");
    expect((await mmm("explain", { monitors })).out).toContain("NO");
    expect((await mmm("mode", { monitors })).out).toBe("active");
  });

  it("mmm explain NODE tells whether that one could take over, and only that", async () => {
    const why = "its link was never seen up";
    const db3 = aNode("db3", { promotable: { ok: false, why } });
    const status = aStatus({ group: { nodes: [aNode("db1"), aNode("db2"), db3] } });
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
    const { out, code } = await mmm("explain db3", { monitors });
    expect([code, out.split("\n")]).toEqual([
      0,
      ["Could db3 take over from db1 now?  NO", `  ${why}`],
    ]);
    const json: unknown = JSON.parse((await mmm("explain db3 -o json", { monitors })).out);
    const about = { group: "main", master: "db1", node: "db3", successor: "db2" };
    expect(json).toEqual({ ...about, ok: false, why });
  });

  it("mmm explain finds the last failover, however much was said since", async () => {
    const words = Array.from({ length: 100 }, (_, at) =>
      anEntry({ kind: "offline", epoch: 9 + at }),
    );
    const monitors = { "127.0.0.1:7400": { history: [anEntry(), ...words] } };
    expect((await mmm("explain", { monitors })).out).toContain("mmm history show 8");
  });

  it("a reader VIP goes by hand to where it is wanted", async () => {
    const readers = [{ ...aGroup().writer, ip: "192.168.10.71", holder: "db2" } as VipStatus];
    const status = aStatus({ group: { readers } });
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
    const moved = { kind: "move-reader", group: "main", ip: "192.168.10.71", node: "db3" };
    for (const line of ["set_ip 192.168.10.71 db3", "move_role reader db3"])
      expect((await mmm(line, { monitors })).requests).toMatchObject([{ command: moved }]);
    expect((await mmm("set_ip 192.168.10.9 db3", { monitors })).err).toContain(
      "192.168.10.9 is no virtual IP of group main; it has 192.168.10.70, 192.168.10.71",
    );
    expect((await mmm("move_role reader db3")).err).toContain("has no reader VIP");
    expect((await mmm("move_role master db3")).err).toContain('there is no role "master"');
  });

  it("mmm ping says whether anybody could act", async () => {
    expect((await mmm("ping")).out).toBe("OK: Pinged successfully! mon1 answers, mon2 leads");
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ leader: null }) } };
    const ran = await mmm("ping", { monitors });
    expect([ran.code, ran.err]).toEqual([5, "ERROR: mon1 answers, but nobody leads"]);
  });

  it("mmm checks takes a node and a check, or all", async () => {
    const json = async (line: string) => JSON.parse((await mmm(line)).out) as unknown;
    expect(await json("checks db2 lag -o json")).toMatchObject([
      { node: "db2", check: "lag", last_change: "2026-11-22T15:04:06.034Z" },
    ]);
    expect(await json("checks all guard -o json")).toHaveLength(3);
    expect((await mmm("checks all ping")).err).toContain('there is no check "ping"');
  });

  it("mmm history show tells of one epoch, or that there is none", async () => {
    const monitors = { "127.0.0.1:7400": { history: [anEntry(), anEntry({ epoch: 9 })] } };
    const ran = await mmm("history show 9", { monitors });
    expect(ran.out.split("\n")[0]).toBe("failover of main, epoch 9 (term 14): ok");
    expect((await mmm("history show 7", { monitors })).err).toContain("the history has no epoch 7");
    expect((await mmm("history show 7", { monitors })).err).toContain("the newest are 9, 8\n");
    expect((await mmm("history 9", { monitors })).out).toBe(ran.out);
    expect((await mmm("history list", { monitors })).err).toContain(
      '"list" is no epoch: a number of the first column of mmm history',
    );
    expect((await mmm("history list 9", { monitors })).err).toContain('does not know "list"');
    const bare = await mmm("history show", { monitors });
    expect(bare.code).toBe(2);
    expect(bare.err).toContain(
      "history show needs an EPOCH: a number of the first column of mmm history",
    );
    const shown = JSON.parse((await mmm("history show 8 -o json", { monitors })).out) as unknown;
    expect(shown).toEqual([anEntry()]);
  });

  it("tells beside the history that somebody paused the group", async () => {
    const pause = { by: "ann@ops", reason: null, since: "", for_ms: null, left_ms: null };
    const status = aStatus({ group: { pause } });
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
    const ran = await mmm("history", { monitors });
    expect(ran.err).toBe("group main is PAUSED, by ann@ops");
  });

  it("and the same as JSON", async () => {
    const monitors = { "127.0.0.1:7400": { history: [anEntry()] } };
    const json = async (line: string) =>
      JSON.parse((await mmm(`${line} -o json`, { monitors })).out) as unknown;
    expect(await json("history")).toEqual([anEntry()]);
    expect(await json("info db2")).toMatchObject({
      group: "main",
      name: "db2",
      events: [{ epoch: 8 }],
    });
    expect(await json("info db3")).toMatchObject({ events: [] });
    expect(await json("mode")).toEqual({ group: "main", mode: "active" });
    expect(await json("checks db1")).toMatchObject([{ used: true }, { used: true }]);
    expect(await json("explain")).toMatchObject({
      now: false,
      if_it_died: true,
      successor: "db2",
      last: { epoch: 8 },
    });
  });

  it("mmm checks exits with 6 if one failed", async () => {
    const status = aStatus({ group: { nodes: [aNode("db1"), aNode("db2", DOWN_NODE)] } });
    const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
    expect((await mmm("checks", { monitors })).code).toBe(6);
    expect((await mmm("checks db1", { monitors })).code).toBe(0);
  });

  it("mmm checks exits with 6 if one is not known, but for a guard that is not used", async () => {
    const codeOf = async (change: Partial<GroupStatus>) => {
      const status = aStatus({ group: change });
      const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
      return (await mmm("checks", { monitors })).code;
    };
    expect(await codeOf({ nodes: [aNode("db1"), aNode("db2", { link: null })] })).toBe(6);
    expect(await codeOf({ nodes: [aNode("db1", { votes: {} })] })).toBe(6);
    expect(await codeOf({ lease_backend: "off" })).toBe(0);
    const says = { heard_ms: 90, gate: "present", lacks: null } as const;
    const problem = "not used: lease_backend is off";
    expect(await codeOf({ nodes: [aNode("db1", { guard: { ...says, problem } })] })).toBe(6);
  });
});

describe("mmm config", () => {
  it("check says ok, and what the durations amount to", async () => {
    const path = file(`master_ip = 10.0.0.70\ncluster_interface = eth1\nprefer = db2\n${NODES}`);
    const ran = await mmm(`config check ${path}`);
    expect(ran.code).toBe(0);
    expect(ran.out.split("\n")).toEqual([
      "nodes     db1 10.0.0.1:6379, db2 10.0.0.2:6379",
      "VIPs      10.0.0.70",
      "lease     2000 ms, renewed each 250 ms with permits of 400 ms; waiting time W = 2968 ms",
      "failover  without a master for about 0.2 s if its process dies, 2.2 s if it hangs, 3.4 s if its host is unplugged, 4.7 s if its host is unplugged, and the leader with it",
      "          at worst 4.7 s = elect a leader 1.6 s + wait until the lease is over for certain 3.0 s + promote and move the address 0.1 s",
      "prefer    db2: a switchover to it by itself, once it has been fit for 5 min",
      "monitors  one, on this host: it protects from nothing that befalls itself",
      "WARNING   one monitor: while it is lost (its host, its network, its process) there is no failover, and it cannot tell a dead master from its own lost link; three survive the loss of one: write a [monitor:NAME] section for each, best on hosts of their own",
      `ok: ${path}`,
    ]);
  });

  it("check warns of a number of monitors that survives no loss, and of no other", async () => {
    const monitor = (n: number) => `[monitor:m${n}]\naddress = 10.0.1.${n}\n`;
    const checked = async (count: number) => {
      const all = Array.from({ length: count }, (_, n) => monitor(n + 1)).join("");
      const ran = await mmm(`config check ${file(`vip = off\ntls = off\n${NODES}${all}`)} -o json`);
      expect(ran.code).toBe(0);
      return (JSON.parse(ran.out) as { readonly warnings: readonly string[] }).warnings;
    };
    const one = await checked(1);
    expect(one).toHaveLength(1);
    expect(one).toEqual(await checked(0));
    expect(one[0]).toContain("one monitor: while it is lost");
    const [two, ...more] = await checked(2);
    expect(more).toEqual([]);
    expect(two).toContain(
      "a majority of two is two, so while either of them is lost there is no failover",
    );
    expect(await checked(3)).toEqual([]);
    expect(await checked(4)).toEqual([]);
  });

  it("check reports every problem, also as JSON", async () => {
    const path = file(`port = x\nmode = y\n${NODES}`);
    expect((await mmm(`config check ${path}`)).err.split("\n")).toHaveLength(3);
    const ran = await mmm(`config check ${path} -o json`);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toMatchObject({
      ok: false,
      problems: [
        { line: 1, key: "port" },
        { line: 2, key: "mode" },
      ],
    });
  });

  it("show reads as a file, marks what is not written there, and keeps secrets", async () => {
    const path = file(
      `redis_password = geheim\nfence_command = off -p geheim\ndown_after = 3s\n${NODES}`,
    );
    const { out } = await mmm(`config show -c ${path}`);
    expect(out).toContain("redis_password = ***\n");
    expect(out).toContain("fence_command = ***\n");
    expect(out).toMatch(/^down_after = 3s$/m);
    expect(out).toMatch(/^vip_lease = 3s +; derived$/m);
    expect(out).toMatch(/^cooldown = 60s +; default$/m);
    expect(out).not.toContain("geheim");
    expect(JSON.parse((await mmm(`config show ${path} -o json`)).out)).toContainEqual({
      file: path,
      section: "",
      key: "redis_password",
      value: "***",
      from: "file",
    });
  });
});

describe("pages and scripts that are named", () => {
  const inPlace = (text: string) => text.replaceAll("docs/", "/usr/share/doc/redis-mmm/docs/");

  it("are given as they lie here, to people", async () => {
    const help = await mmm("help doctor", { inPlace });
    expect(help.out).toContain("; /usr/share/doc/redis-mmm/docs/doctor.md explains each finding");
    const refused = await mmm("status", {
      inPlace,
      monitors: {},
      env: { MMM_MONITORS: "10.0.0.9:1" },
    });
    expect(refused.err).toContain("/usr/share/doc/redis-mmm/docs/runbook.md");
  });

  it("stay as they are for programs", async () => {
    const history = [anEntry({ reason: "see docs/x.md" })];
    const monitors = { "127.0.0.1:7400": { history } };
    expect((await mmm("history -o json", { inPlace, monitors })).out).toContain('"see docs/x.md"');
  });
});
