/**
 * A real HAProxy with the lines of docs/http.md sends clients to whom the HTTP door calls primary, ends
 * the connections to whom it calls so no more, and sends nobody anywhere while the monitor does not know.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Streams } from "../../src/adapters/http/page/streams.ts";
import { respond } from "../../src/adapters/http/routes.ts";
import { HttpServer } from "../../src/adapters/http/server.ts";
import type { Snapshot } from "../../src/adapters/http/snapshot.ts";
import type { Status } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { hasProgram } from "../helpers/programs.ts";
import { aSnapshot } from "../helpers/snapshots.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { aStatus } from "../unit/cli/fixtures.ts";

/** The backend as the page has it, with the places of this test. */
function backendOf(ports: Readonly<Record<"db1" | "db2" | "door", number>>): string {
  const page = readFileSync(join(import.meta.dirname, "../../docs/http.md"), "utf8");
  const [block = ""] = /( {4}backend redis-writer\n(?: {8}.*\n)+)/.exec(page) ?? [];
  return block
    .replace("192.168.10.1:6379", `127.0.0.1:${ports.db1}`)
    .replace("192.168.10.2:6379", `127.0.0.1:${ports.db2}`)
    .replaceAll("192.168.10.11 port 9401", `127.0.0.1 port ${ports.door}`);
}

/** A server that says who it is. */
async function saying(name: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(`${name}\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

interface Client {
  readonly socket: Socket;
  heard: string;
}

function clientAt(port: number): Client {
  const client: Client = { socket: connect(port, "127.0.0.1"), heard: "" };
  client.socket.on("data", (data: Buffer) => (client.heard += data.toString()));
  client.socket.on("error", () => undefined);
  return client;
}

/** Whom a new client is sent to; empty: its connection is closed. */
async function whoAnswers(port: number): Promise<string> {
  const client = clientAt(port);
  const heard = once(client.socket, "data").then(([data]) => String(data).trim());
  const closed = once(client.socket, "close").then(() => "");
  const first = await Promise.race([heard, closed]).catch(() => "");
  client.socket.destroy();
  return first;
}

/** Whom four new clients are sent to: it takes turns between those that it believes in. */
async function allAnswer(port: number): Promise<string> {
  const four = await Promise.all([1, 2, 3, 4].map(() => whoAnswers(port)));
  return [...new Set(four)].join(" and ");
}

async function ended(haproxy: ChildProcess): Promise<void> {
  const exit = once(haproxy, "exit");
  haproxy.kill("SIGKILL");
  await exit;
}

function masterIs(master: string): Status {
  const status = aStatus();
  const [group] = status.groups;
  if (group === undefined) throw new Error("it has one");
  const writer = group.writer && { ...group.writer, holder: master };
  const nodes = group.nodes.map((node) => ({
    ...node,
    role: node.name === master ? ("master" as const) : ("replica" as const),
  }));
  return { ...status, groups: [{ ...group, master, writer, nodes }] };
}

describe.skipIf(!hasProgram("haproxy"))("HAProxy with the lines of docs/http.md", () => {
  it("goes where the primary is, and nowhere while nobody knows", async () => {
    await using dir = await tempDir();
    let snapshot: Snapshot = aSnapshot(masterIs("db1"));
    const streams = new Streams(() => Promise.resolve(snapshot));
    const sources = { snapshot: () => Promise.resolve(snapshot), streams };
    const door = new HttpServer({
      host: "127.0.0.1",
      port: 0,
      secret: null,
      respond: (ask) => respond(ask, sources),
    });
    const [db1, db2] = [await saying("db1"), await saying("db2")];
    const ports = { db1: db1.port, db2: db2.port, door: await door.listen() };
    const front = await freePort();
    const config = join(dir.path, "haproxy.cfg");
    const defaults = "defaults\n  timeout connect 1s\n  timeout client 1m\n  timeout server 1m\n";
    const frontend = `frontend f\n  mode tcp\n  bind 127.0.0.1:${front}\n  default_backend redis-writer\n`;
    writeFileSync(config, defaults + frontend + backendOf(ports));
    const haproxy = spawn("haproxy", ["-db", "-f", config], { stdio: "ignore" });
    try {
      const answering = (name: string) =>
        eventually(
          () => allAnswer(front),
          (who) => who === name,
          { withinMs: 15_000, everyMs: 100, what: `the way to ${name === "" ? "nobody" : name}` },
        );
      await answering("db1");
      const kept = clientAt(front);
      await eventually(
        () => kept.heard,
        (heard) => heard === "db1\n",
      );
      const cut = once(kept.socket, "close");
      snapshot = aSnapshot(masterIs("db2"));
      await answering("db2");
      await cut;
      const { cluster, ...rest } = masterIs("db2");
      snapshot = aSnapshot({ ...rest, cluster: { ...cluster, leader: null } });
      await answering("");
      expect(haproxy.exitCode).toBeNull();
    } finally {
      await ended(haproxy);
      door.close();
      db1.server.close();
      db2.server.close();
    }
  });
});
