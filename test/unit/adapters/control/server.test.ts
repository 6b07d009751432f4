/** The control service over a real socket of the loopback address, before a backend of the test. */
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  ControlClient,
  type ProgressEvent,
  type StatusReport,
} from "../../../../src/adapters/control/client.ts";
import type { Request } from "../../../../src/adapters/control/codec.ts";
import { type ControlBackend, ControlServer } from "../../../../src/adapters/control/server.ts";
import { GrpcServer } from "../../../../src/adapters/grpc-server.ts";
import { PeerServer } from "../../../../src/adapters/peer/server.ts";
import type { CommandOutcome } from "../../../../src/core/messages.ts";
import { REPORT as report } from "../../../helpers/answering-monitor.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { freePort } from "../../../helpers/free-port.ts";
import { anEntry } from "../../cli/fixtures.ts";

const request: Request = {
  requestId: "r-1",
  by: "ann@host",
  forwarded: false,
  command: { kind: "switchover", group: "main", to: null },
};

const backend: ControlBackend = {
  status: () => report,
  info: (node) => ({ node: node === "db1" ? { name: "db1" } : null, nodes: ["db1", "db2"] }),
  history: (limit, group) => [anEntry({ epoch: limit, group })],
  doctor: async () => ({ reports: [], unreachable: [] }),
  operate: async () => ({ kind: "ok", message: "" }),
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Knows nobody. */
const loner = (): PeerServer =>
  new PeerServer({
    self: () => ({
      name: "mon1",
      version: "9",
      storageId: "s1",
      clusterId: "0000aaaa",
      term: 0,
      knows: () => false,
    }),
    onMessage: () => false,
    now: () => 0,
  });

async function ask(changes: Partial<ControlBackend>): Promise<ControlClient> {
  const control = new ControlServer({ ...backend, ...changes });
  const server = new GrpcServer(loner(), control);
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  closing.push(() => server.close());
  const client = new ControlClient(`127.0.0.1:${port}`);
  closing.push(() => client.close());
  return client;
}

describe("a monitor that is asked", () => {
  it("answers with its status, its history, a node and its name", async () => {
    const client = await ask({});
    expect(await client.status(1_000)).toEqual(report);
    expect(await client.history(5, "main", 1_000)).toEqual([anEntry({ epoch: 5, group: "main" })]);
    expect(await client.info("db1", "", 1_000)).toEqual({
      node: { name: "db1" },
      nodes: ["db1", "db2"],
    });
    expect(await client.info("db9", "", 1_000)).toEqual({ node: null, nodes: ["db1", "db2"] });
    expect(await client.identify(1_000)).toMatchObject({
      name: "mon1",
      clusterId: "0000aaaa",
      protocol: 1,
    });
  });

  it("tells the progress of a command, then its outcome", async () => {
    const client = await ask({
      operate: async (asked, onProgress) => {
        onProgress({ event: "operation.step", text: "db2: promote", data: { ms: 3 } });
        return { kind: "ok", message: JSON.stringify(asked) };
      },
    });
    const told: ProgressEvent[] = [];
    const outcome = await client.operate(request, (event) => told.push(event), 1_000);
    expect(outcome).toEqual({ kind: "ok", message: JSON.stringify(request) });
    expect(told).toEqual([{ event: "operation.step", text: "db2: promote", data: { ms: 3 } }]);
  });

  it("leaves an outcome unknown when the answer breaks off or is late", async () => {
    const client = await ask({ operate: () => new Promise<CommandOutcome>(() => {}) });
    const late = await client.operate(request, () => {}, 50);
    expect(late).toMatchObject({
      kind: "unknown",
      message: expect.stringContaining("no answer in time"),
    });
  });

  it("goes on with a command whose client went away", async () => {
    let finish = (_outcome: CommandOutcome) => {};
    const client = await ask({ operate: () => new Promise((settle) => (finish = settle)) });
    await client.operate(request, () => {}, 50);
    finish({ kind: "ok", message: "" });
    expect(await client.status(1_000)).toEqual(report);
  });

  it("shows its status again and again to who watches, until they go", async () => {
    let asked = 0;
    const client = await ask({
      status: () => {
        asked += 1;
        return report;
      },
    });
    const seen: StatusReport[] = [];
    let why: string | null = null;
    const stop = client.watch(
      100,
      (one) => seen.push(one),
      (text) => (why = text),
    );
    await eventually(
      () => seen.length,
      (count) => count >= 3,
      { withinMs: 2_000 },
    );
    stop();
    await eventually(
      () => why,
      (text) => text !== null,
    );
    const atEnd = asked;
    await client.status(1_000);
    expect(asked).toBe(atEnd + 1);
  });

  it("refuses a command that makes no sense", async () => {
    const client = await ask({});
    const senseless = { ...request, command: { kind: "switchover", group: "", to: null } } as const;
    expect(await client.operate(senseless, () => {}, 1_000)).toEqual({
      kind: "refused",
      message: "not understood: group: not a name",
    });
  });

  it("survives a fault in answering, and says so", async () => {
    const fail = () => {
      throw new Error("a fault");
    };
    const client = await ask({ status: fail, history: fail });
    await expect(client.status(1_000)).rejects.toThrow("could not answer: a fault");
    await expect(client.history(0, "", 1_000)).rejects.toThrow("could not answer: a fault");
    const why = await new Promise((ended) => client.watch(100, () => {}, ended));
    expect(why).toContain("a fault");
    expect(await client.identify(1_000)).toMatchObject({ name: "mon1" });
  });

  it("is told apart from one that is not there", async () => {
    const client = new ControlClient(`127.0.0.1:${await freePort()}`);
    closing.push(() => client.close());
    await expect(client.status(500)).rejects.toThrow(
      expect.objectContaining({
        code: "PEER_UNREACHABLE",
        message: expect.stringContaining("connection refused"),
      }),
    );
    expect(await client.operate(request, () => {}, 500)).toMatchObject({ kind: "unknown" });
  });

  it("is told apart from a server of something else, such as a proxy", async () => {
    const other = createServer().on("stream", (stream) =>
      stream.respond({ ":status": 404 }, { endStream: true }),
    );
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    closing.push(() => other.close());
    const client = new ControlClient(`127.0.0.1:${(other.address() as AddressInfo).port}`);
    closing.push(() => client.close());
    await expect(client.status(500)).rejects.toThrow("no monitor of redis-mmm answers there");
  });

  it("says that its port is taken", async () => {
    const client = await ask({});
    const port = Number(client.address.split(":")[1]);
    const twin = new GrpcServer(loner(), new ControlServer(backend));
    closing.push(() => twin.close());
    await expect(twin.listen({ host: "127.0.0.1", port })).rejects.toThrow(
      expect.objectContaining({
        code: "LISTEN_FAILED",
        message: expect.stringContaining("the port is in use"),
      }),
    );
    await expect(twin.listen({ host: "192.0.2.99", port })).rejects.toThrow(
      "does not have that address",
    );
  });
});
