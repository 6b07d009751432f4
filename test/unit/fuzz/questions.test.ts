/**
 * What monitors and people ask each other, byte by byte: a question is answered once, or refused, and whatever answers
 * ends neither the monitor that asked nor `mmm`, and is not kept at any length.
 */
import { EventEmitter } from "node:events";
import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient, type StatusReport } from "../../../src/adapters/control/client.ts";
import { ControlServer } from "../../../src/adapters/control/server.ts";
import { type Examination, Subject } from "../../../src/adapters/doctor/finding.ts";
import { ControlService, PeerService } from "../../../src/adapters/grpc.ts";
import { PeerLink } from "../../../src/adapters/peer/link.ts";
import { FileJournal } from "../../../src/adapters/store/journal.ts";
import { collect } from "../../../src/cli/doctor/collect.ts";
import { renderDoctor } from "../../../src/cli/doctor/render.ts";
import { stableLines } from "../../../src/cli/render/changes.ts";
import { nodeChecks } from "../../../src/cli/render/checks.ts";
import { explanationOf, renderExplain } from "../../../src/cli/render/explain.ts";
import { renderHistory } from "../../../src/cli/render/history.ts";
import { renderInfo } from "../../../src/cli/render/info.ts";
import { renderPast } from "../../../src/cli/render/past.ts";
import { verdictOn } from "../../../src/cli/render/plugin.ts";
import { renderStatus } from "../../../src/cli/render/status.ts";
import { plain } from "../../../src/cli/terminal.ts";
import { decide } from "../../../src/core/monitor.ts";
import { statusOf } from "../../../src/core/status.ts";
import type { HistoryEntry, Status } from "../../../src/core/status-types.ts";
import { Answers } from "../../../src/daemon/answers.ts";
import { Doctor } from "../../../src/daemon/doctor.ts";
import { historyEntry, journalEntry } from "../../../src/daemon/history.ts";
import { Requests } from "../../../src/daemon/requests.ts";
import { MmmError } from "../../../src/errors.ts";
import { eventually } from "../../helpers/eventually.ts";
import { deformed, FUZZ_LIMIT_MS, sampled, tryAll } from "../../helpers/fuzz.ts";
import { tempDir } from "../../helpers/temp-dir.ts";
import { openToAll } from "../../helpers/peer-server.ts";
import { encodeOutcome } from "../../../src/adapters/control/codec.ts";
import { outcome } from "../adapters/control/arbitrary.ts";
import { at, fullGroup, fullMonitor } from "./state.ts";
import { healthMessage } from "../../helpers/health-message.ts";

const PAST = fullGroup().past[0]!;
const STATUS = statusOf(decide(fullMonitor(), { kind: "tick" }, at(10)).state, at(10));
const HISTORY = [historyEntry({ group: "main", past: PAST })];
const REPORT = {
  monitor: "mon2",
  version: "2",
  config: "abc",
  findings: [new Subject("db1").hint("redis-backlog", "small", "slow", "make it larger")],
};
const EXAMINATION = { reports: [REPORT], unreachable: [] };

/** Bytes of a message, some of them as they should be, some changed or cut, some of nothing. */
function bytesOf(
  messages: fc.Arbitrary<object>,
  serialize: (message: never) => Buffer,
): fc.Arbitrary<Buffer> {
  const whole = messages.map((message) => Buffer.from(serialize(message as never)));
  const change = fc.tuple(fc.nat(), fc.nat(255));
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    {
      weight: 3,
      arbitrary: fc
        .tuple(whole, fc.array(change, { maxLength: 3 }), fc.nat(1_000))
        .map(([bytes, changes, cut]) => {
          const copy = Buffer.from(bytes);
          for (const [where, byte] of changes)
            if (copy.length > 0) copy[where % copy.length] = byte;
          return cut < 800 ? copy : copy.subarray(0, cut % (copy.length + 1));
        }),
    },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    },
  );
}

/** JSON as it should be, deformed, deeper than any stack, or none at all. */
function jsonLike(value: unknown): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: deformed(value).map((odd) => JSON.stringify(odd) ?? "") },
    { weight: 1, arbitrary: fc.constant(JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom("", "{", "null", "1", "[".repeat(50_000)) },
    {
      weight: 1,
      arbitrary: fc.constant(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`),
    },
  );
}

const text = fc.oneof(
  fc.constantFrom("", "main", "db1", "constructor", "__proto__", "x".repeat(5_000)),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const number = fc.oneof(fc.constantFrom(0, 1, 100, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));

describe("questions", { timeout: FUZZ_LIMIT_MS }, () => {
  const never = () => Promise.reject(new Error("nobody is asked"));
  const answers = new Answers({
    name: "mon1",
    status: () => STATUS,
    journal: {
      record: () => undefined,
      has: () => true,
      read: () => [{ group: "main", past: PAST }],
    },
    requests: new Requests(),
    doctor: new Doctor({
      name: "mon1",
      version: "2",
      look: () => Promise.resolve([]),
      digest: () => null,
      peers: () => [],
      clientOf: () => {
        throw new Error("nobody is asked");
      },
    }),
    clientOf: () => {
      throw new Error("nobody is asked");
    },
    addressOf: () => null,
    proposals: () => ({}),
    readAnew: never,
    peers: () => [],
    command: () => true,
  });
  const control = new ControlServer(answers);
  const peer = openToAll();

  const group = { group: text };
  const unary = [
    ["Status", fc.record({}), control.status],
    ["Info", fc.record({ ...group, node: text }), control.info],
    ["History", fc.record({ ...group, limit: number }), control.history],
    ["Doctor", fc.record({ ...group, node: text, alone: fc.boolean() }), control.doctor],
    ["Identify", fc.record({}), peer.identify],
  ] as const;

  it.each(unary)("are answered once, whatever is asked: %s", async (name, messages, handle) => {
    const method = ControlService.service[name];
    for (const bytes of sampled(bytesOf(messages, method.requestSerialize), 40)) {
      let request: object;
      try {
        request = method.requestDeserialize(bytes) as object;
      } catch {
        continue; // gRPC itself answers such bytes with an error.
      }
      const given: unknown[] = [];
      const answered = new Promise((settle) => {
        const answer = (error: unknown, value?: object) => {
          given.push(error ?? method.responseSerialize(value as never));
          settle(null);
        };
        (handle as (call: object, answer: unknown) => void)({ request }, answer);
      });
      await answered;
      await Promise.resolve();
      expect(given).toHaveLength(1);
      expect(given[0]).toBeInstanceOf(Buffer);
    }
  });

  it("to be shown the status again and again end with whoever asked", () => {
    const method = ControlService.service.Watch;
    const messages = fc.record({ intervalMs: number });
    tryAll(
      bytesOf(messages, method.requestSerialize),
      (bytes) => {
        let request: object;
        try {
          request = method.requestDeserialize(bytes) as object;
        } catch {
          return;
        }
        let ends = 0;
        const call = Object.assign(new EventEmitter(), {
          request,
          writableLength: 0,
          getPeer: () => "p",
          write: () => true,
          end: () => (ends += 1),
        });
        control.watch(call as never);
        expect(ends).toBe(0);
        call.emit("cancelled");
        expect(ends).toBe(1);
      },
      { runs: 40 },
    );
  });
});

/** Answers with whatever bytes it is given. */
class Liar implements AsyncDisposable {
  readonly #server = new Server();
  port = 0;
  next: Buffer = Buffer.alloc(0);

  constructor() {
    const once = (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, this.next);
    const stream = (call: { write: (bytes: Buffer) => void; end: () => void }) => {
      call.write(this.next);
      call.end();
    };
    const exchange = (call: EventEmitter & { write: (bytes: Buffer) => void; end: () => void }) => {
      call.on("data", () => call.write(this.next));
      call.on("end", () => call.end());
    };
    const handlers = { Operate: stream, Watch: stream, Exchange: exchange };
    for (const { service } of [ControlService, PeerService]) {
      const raw = Object.entries(service).map(([name, method]) => {
        return [name, { ...method, responseSerialize: (bytes: Buffer) => bytes }];
      });
      const all = Object.keys(service).map((name) => [name, once]);
      this.#server.addService(
        Object.fromEntries(raw) as ServiceDefinition,
        {
          ...Object.fromEntries(all),
          ...handlers,
        } as never,
      );
    }
  }

  async listen(): Promise<void> {
    const security = ServerCredentials.createInsecure();
    this.port = await new Promise((settle, fail) => {
      this.#server.bindAsync("127.0.0.1:0", security, (error, port) =>
        error === null ? settle(port) : fail(error),
      );
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}

describe("answers", { timeout: FUZZ_LIMIT_MS }, () => {
  const liar = new Liar();
  let client: ControlClient;
  beforeAll(async () => {
    await liar.listen();
    client = new ControlClient(`127.0.0.1:${liar.port}`);
  });
  afterAll(async () => {
    client.close();
    await liar[Symbol.asyncDispose]();
  });

  const LIMIT_MS = 5_000;
  const service = ControlService.service;
  const status = fc.record({
    monitor: text,
    json: jsonLike(STATUS),
    leader: text,
    hasQuorum: fc.boolean(),
    degraded: fc.boolean(),
  });
  const json = (value: unknown) => fc.record({ json: jsonLike(value) });
  const info = fc.record({
    found: fc.boolean(),
    json: jsonLike({ name: "db1" }),
    nodes: fc.array(text),
  });
  const identity = fc.record({ name: text, protocol: number, version: text });
  const all = { group: "", node: "" };
  /** Everything that a command makes of it. */
  const showStatus = ({ status: one }: StatusReport) => [
    renderStatus(one, { cluster: true, paint: plain, columns: 80 }),
    stableLines(one),
    verdictOn(one, { warnBytes: 1, critBytes: 2 }),
    one.groups.map((group) => [
      renderExplain(explanationOf(one, group, []), plain),
      group.nodes.map((node) => [
        renderInfo({ node, group, cluster: one.cluster, events: [] }, plain),
        nodeChecks(node, group, one),
      ]),
    ]),
  ];
  const showHistory = (entries: readonly HistoryEntry[]) => [
    renderHistory(entries, { verbose: true, paint: plain }),
    entries.map((entry) => renderPast(entry, plain)),
  ];
  const showFound = (examination: Examination) =>
    renderDoctor(collect({ status: STATUS, examination }), plain);

  const asked = [
    ["Status", status, async () => showStatus(await client.status(LIMIT_MS))],
    ["Info", info, () => client.info("db1", "", LIMIT_MS)],
    ["History", json(HISTORY), async () => showHistory(await client.history(0, "", LIMIT_MS))],
    ["Doctor", json(EXAMINATION), async () => showFound(await client.doctor(all, true, LIMIT_MS))],
    ["Identify", identity, () => client.identify(LIMIT_MS)],
  ] as const;

  it.each(asked)("are shown, or are an error with a name: %s", async (name, messages, ask) => {
    for (const bytes of sampled(bytesOf(messages, service[name].responseSerialize), 100)) {
      liar.next = bytes;
      try {
        await ask();
      } catch (error) {
        if (!(error instanceof MmmError)) throw error;
      }
    }
  });

  it.each(["null", "1", '"word"', "true", "[]", "{}", "[null]", '{"cluster":null}'])(
    "that are %s and nothing more are those of no monitor",
    async (text) => {
      const no = "does not answer as a monitor does";
      const told = { json: text, found: true };
      liar.next = Buffer.from(service.Status.responseSerialize(told as never));
      await expect(client.status(LIMIT_MS)).rejects.toThrow(no);
      liar.next = Buffer.from(service.Doctor.responseSerialize(told as never));
      await expect(client.doctor(all, true, LIMIT_MS)).rejects.toThrow(no);
      liar.next = Buffer.from(service.History.responseSerialize(told as never));
      const history = client.history(0, "", LIMIT_MS);
      // An entry that cannot be shown hides no other.
      if (text.startsWith("[")) expect(await history).toEqual([]);
      else await expect(history).rejects.toThrow(no);
      liar.next = Buffer.from(service.Info.responseSerialize(told as never));
      const node = client.info("db1", "", LIMIT_MS);
      if (text.startsWith("{")) expect(await node).toMatchObject({ node: {} });
      else await expect(node).rejects.toThrow(no);
    },
  );

  it("of another version are completed, and lose nothing", async () => {
    const [group] = STATUS.groups;
    const later = { checked: undefined, host: undefined };
    const nodes = group?.nodes.map((node) => ({ ...node, ...later }));
    const newer = { tomorrow: [1], groups: [{ ...group, nodes, verdict: "unheard-of" }] };
    const json = JSON.stringify({ ...STATUS, ...newer, security: undefined });
    const sent = { json, monitor: "mon1" };
    liar.next = Buffer.from(service.Status.responseSerialize(sent as never));
    const read = await client.status(LIMIT_MS);
    const { tomorrow, security, groups } = read.status as Status & { readonly tomorrow: unknown };
    expect({ tomorrow, security }).toEqual({ tomorrow: [1], security: null });
    expect(groups[0]).toMatchObject({ name: group?.name, verdict: "unheard-of" });
    expect(groups[0]?.nodes[0]).toMatchObject({ name: nodes?.[0]?.name, checked: null });
    expect(showStatus(read)).toBeDefined();
  });

  it("to a command are an outcome, and what is told on the way harms nobody", async () => {
    const progress = fc.record({ event: text, text, json: jsonLike({ group: "main" }) });
    const event = fc.oneof(
      progress.map((one) => ({ progress: one })),
      outcome.map((one) => ({ outcome: encodeOutcome(one) })),
      fc.record({}),
    );
    const command = { kind: "switchover", group: "main", to: null } as const;
    const request = { requestId: "r", by: "x", forwarded: true, command };
    for (const bytes of sampled(bytesOf(event, service.Operate.responseSerialize), 80)) {
      liar.next = bytes;
      const told: object[] = [];
      const { kind } = await client.operate(request, (one) => told.push(one), LIMIT_MS);
      expect(["ok", "refused", "failed", "unknown", "not-leader"]).toContain(kind);
      // A follower hands it on to whoever asked.
      expect(() => JSON.stringify(told)).not.toThrow();
    }
  });

  it("that go on and on are shown, or end the watching with a reason", async () => {
    for (const bytes of sampled(bytesOf(status, service.Watch.responseSerialize), 40)) {
      liar.next = bytes;
      const why = await new Promise<string>((settle) => {
        client.watch(1_000, () => undefined, settle);
      });
      expect(why).not.toBe("");
    }
  });

  it("of a peer that is examined spoil nothing of what the others found", async () => {
    const doctor = new Doctor({
      name: "mon1",
      version: "2",
      look: () => Promise.resolve(REPORT.findings),
      digest: () => "abc",
      peers: () => [{ name: "mon2", address: "x" }],
      clientOf: () =>
        ({
          identify: () => Promise.resolve({}),
          doctor: () => client.doctor({ group: "", node: "" }, true, LIMIT_MS),
          close: () => undefined,
        }) as unknown as ControlClient,
    });
    for (const bytes of sampled(bytesOf(json(EXAMINATION), service.Doctor.responseSerialize), 80)) {
      liar.next = bytes;
      const examination = await doctor.examine({ group: "", node: "" }, false);
      expect(examination.reports.length + examination.unreachable.length).toBe(2);
      expect(showFound(examination).join("\n")).toContain("make it larger");
    }
  });

  it("of a peer to what is said to it are not kept at any length", async () => {
    const refusals = ["REFUSAL_UNSPECIFIED", "REFUSAL_MALFORMED", "REFUSAL_BUSY"] as const;
    const ack = fc.record({
      name: fc.oneof(fc.constant("mon2"), text),
      version: text,
      refusal: fc.constantFrom(...refusals),
      reason: fc.oneof(text, fc.constant("y".repeat(2 ** 20))),
      read: fc.nat(),
    });
    const sent = { from: "mon1", clusterId: null, version: "2", fileDiffers: "" };
    for (const bytes of sampled(bytesOf(ack, PeerService.service.Exchange.responseSerialize), 20)) {
      liar.next = bytes;
      const link = new PeerLink("mon2", {
        address: { host: "127.0.0.1", port: liar.port },
        self: () => sent,
        now: () => performance.now(),
        tls: () => null,
        diskOf: () => null,
        onGone: () => undefined,
      });
      try {
        link.send(healthMessage());
        await eventually(
          () => link.standing.kind,
          (kind) => kind !== "new",
        );
        expect(JSON.stringify(link.standing).length).toBeLessThan(8_000);
      } finally {
        link.close();
      }
    }
  });
});

describe("what a peer tells of the past", { timeout: FUZZ_LIMIT_MS }, () => {
  it("is kept if it can be shown, and hides nothing else", async () => {
    await using dir = await tempDir();
    const journal = new FileJournal(dir.path, { write: () => undefined, event: () => undefined });
    tryAll(
      deformed(HISTORY),
      (told) => {
        try {
          const entries = (told as HistoryEntry[]).flatMap((entry) => journalEntry(entry) ?? []);
          journal.record(entries);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError); // As a whole it is no history: nothing of it was kept.
        }
        JSON.stringify(journal.read().map(historyEntry));
      },
      { runs: 60 },
    );
  });
});
