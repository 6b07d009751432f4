import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NoticeSettings } from "../../../src/adapters/config/types.ts";
import { Secret } from "../../../src/adapters/config/secret.ts";
import type { Committed, PastOperation } from "../../../src/core/state.ts";
import type { Notice } from "../../../src/daemon/notice-queue.ts";
import { Notices } from "../../../src/daemon/notices.ts";
import { eventually } from "../../helpers/eventually.ts";
import { fullGroup } from "../fuzz/state.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

const NOBODY: NoticeSettings = {
  postFailover: null,
  postSwitchover: null,
  onAlarm: null,
  onEvent: null,
  webhook: null,
  deadlineMs: 5_000,
};

function past(kind: PastOperation["kind"], version: number): PastOperation {
  const none = { requestId: null, votes: {}, fencing: null, phases: [], lostBytes: 0 };
  const who = { from: "db1", to: "db2", by: "mon1", reason: "db1 refused" };
  const when = { epoch: { term: 1, version }, startedAt: 0, durationMs: 86 };
  return { kind, result: "ok", ...none, ...who, ...when };
}

const COMMITTED: Committed = {
  stamp: { term: 1, version: 1 },
  cluster: { schema: 1, clusterId: "1a2b3c4d", members: [], adopted: [], requests: [] },
  groups: [],
};

function notices(settings: Partial<NoticeSettings>) {
  const lines: string[] = [];
  const log = {
    write: (_level: string, event: string, text: string) => void lines.push(`${event} ${text}`),
    event: () => undefined,
  };
  return { told: new Notices({ ...NOBODY, ...settings }, "mon1", log), lines };
}

async function readLines(file: string, count: number): Promise<readonly string[]> {
  return await eventually(
    () => readFileSync(file, "utf8").trim().split("\n"),
    (lines) => lines.length >= count,
    { withinMs: 10_000 },
  );
}

describe("what became of operations", () => {
  it("is told of failovers and switchovers, with all that history knows", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "told");
    const { told, lines } = notices({
      postFailover: `cat >>${file}`,
      onAlarm: `echo $MMM_EVENT >>${file}`,
    });
    told.committed(COMMITTED);
    for (const kind of ["failover", "rejoin", "switchover"] as const)
      told.event({ kind: "operation.finished", group: "main", past: past(kind, 3) });
    told.event({ kind: "alarm.raised", id: "main: fence", text: "it failed" });
    told.event({ kind: "alarm.cleared", id: "main: fence" });
    const [first = "", ...rest] = await readLines(file, 3);
    expect(JSON.parse(first)).toMatchObject({
      event: "failover",
      monitor: "mon1",
      cluster: "1a2b3c4d",
      epoch: 3,
      from: "db1",
      to: "db2",
      result: "ok",
    });
    expect(rest).toEqual(["alarm", "alarm-ended"]);
    expect(lines).toEqual([]);
  });

  it("is told step by step to who wants to know everything, and moves only of what moved", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "told");
    const { told, lines } = notices({ onEvent: `cat >>${file}`, onAlarm: "sleep 60" });
    const held = fullGroup();
    const ip = "10.0.0.70";
    const epoch = { term: 5, version: 9 };
    told.committed({ ...COMMITTED, groups: [held] });
    const operation = { group: "main", operation: epoch, op: "switchover", votes: {} };
    told.event({ kind: "alarm.raised", id: "a", text: "hangs" });
    for (const phase of ["prepare", "claim"] as const)
      told.event({ kind: "operation.phase", ...operation, from: "db1", to: "db2", phase });
    for (const node of ["db1", "db2"])
      told.event({ kind: "vip.claimed", group: "main", vip: ip, node, epoch });
    told.event({ kind: "operation.finished", group: "main", past: past("switchover", 3) });
    told.event({ kind: "operation.finished", group: "main", past: past("rejoin", 4) });
    const found = (await readLines(file, 6)).map((line) => JSON.parse(line) as Notice);
    expect(found.map(({ event, phase }) => [event, phase])).toEqual([
      ["alarm", undefined],
      ["phase", "prepare"],
      ["phase", "claim"],
      ["vip-moved", undefined],
      ["switchover", undefined],
      ["rejoin", undefined],
    ]);
    expect(found[3]).toMatchObject({ vip: ip, from: "db1", epoch: 9, cluster: "1a2b3c4d" });
    expect(lines).toEqual([]);
  });

  it("ends nothing but itself when the command fails, hangs or does not listen", async () => {
    const { told, lines } = notices({ onAlarm: "exec sleep 60", deadlineMs: 100 });
    told.event({ kind: "alarm.raised", id: "a", text: "x".repeat(1_000_000) });
    await eventually(
      () => lines,
      ([line = ""]) => line.includes("killed after 100 ms"),
    );
    const failing = notices({ onAlarm: "echo no >&2; exit 3" });
    failing.told.event({ kind: "alarm.cleared", id: "a" });
    await eventually(
      () => failing.lines,
      ([line = ""]) => line.includes("exit code 3: no"),
    );
  });

  it("is dropped, loudly, when nobody reads it", () => {
    const { told, lines } = notices({ onAlarm: "exec sleep 60", deadlineMs: 50 });
    for (let count = 0; count < 40; count += 1)
      told.event({ kind: "alarm.raised", id: `a${count}`, text: "t" });
    expect(lines).toHaveLength(8);
    expect(lines[0]).toContain("notice.dropped");
  });
});

describe("the webhook", () => {
  it("is posted to once, and its address, which may be a secret, is in no message", async () => {
    const bodies: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      request.on("data", (data: Buffer) => bodies.push(data.toString()));
      request.on("end", () => {
        response.statusCode = bodies.length === 1 ? 204 : 500;
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const webhook = new Secret(`http://127.0.0.1:${port}/token-1234`);
    const { told, lines } = notices({ webhook });
    told.event({ kind: "alarm.raised", id: "main: fence", text: "it failed" });
    told.event({ kind: "alarm.cleared", id: "main: fence" });
    await eventually(
      () => lines,
      ([line = ""]) => line.includes("it answered 500"),
    );
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ event: "alarm", text: "it failed" });
    server.close();
    await once(server, "close");
    told.event({ kind: "alarm.raised", id: "main: fence", text: "again" });
    await eventually(
      () => lines,
      (all) => all.length === 2,
    );
    expect(bodies).toHaveLength(2);
    expect(lines.join()).not.toContain("token-1234");
  });
});
