/** Clients that speak Sentinel's protocol, as they are: they find the master here, and follow it. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SentinelServer } from "../../src/adapters/sentinel/server.ts";
import type { Status } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { RedisServer } from "../helpers/redis-server.ts";
import { aNode, aStatus } from "../unit/cli/fixtures.ts";

const execute = promisify(execFile);
const PYTHON = "/usr/bin/python3";
const hasRedisPy = succeeds(PYTHON, ["-c", "import redis.sentinel"]);
if (!hasRedisPy) process.stderr.write("skipped: Debian's python3-redis is not installed\n");

let one: RedisServer;
let other: RedisServer;
let status: Status;
let server: SentinelServer;
let port = 0;

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A status in which `master` is the master, of two. */
function ledBy(master: "db1" | "db2"): Status {
  const nodes = [
    aNode("db1", {
      address: `127.0.0.1:${one.port}`,
      role: master === "db1" ? "master" : "replica",
    }),
    aNode("db2", {
      address: `127.0.0.1:${other.port}`,
      role: master === "db2" ? "master" : "replica",
      link: "up",
    }),
  ].map((node) => (node.role === "replica" ? { ...node, link: "up" as const } : node));
  return aStatus({ group: { master, nodes } });
}

beforeAll(async () => {
  one = await RedisServer.start();
  other = await RedisServer.start({ replicaOf: { host: "127.0.0.1", port: one.port } });
  status = ledBy("db1");
  const view = { host: "127.0.0.1", port: 0, answer: "node", secret: null } as const;
  server = new SentinelServer({ ...view, status: () => Promise.resolve(status) });
  port = await server.listen();
});

afterAll(async () => {
  server.close();
  await one.stop();
  await other.stop();
});

async function switchTo(master: "db1" | "db2"): Promise<void> {
  const [to, from] = master === "db1" ? [one, other] : [other, one];
  await to.client.call("REPLICAOF", "NO", "ONE");
  await from.client.call("REPLICAOF", "127.0.0.1", String(to.port));
  status = ledBy(master);
  await server.look();
}

async function raw(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let answer = "";
  socket.on("data", (data: Buffer) => (answer += data.toString()));
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("ioredis", () => {
  it.each([2, 3] as const)("asks in version %i of the protocol", async (protocol) => {
    const client = new Redis({ host: "127.0.0.1", port, protocol, enableReadyCheck: false });
    expect(await client.call("SENTINEL", "get-master-addr-by-name", "main")).toEqual([
      "127.0.0.1",
      String(one.port),
    ]);
    expect(await client.call("ROLE")).toEqual(["sentinel", ["main"]]);
    await expect(client.call("SENTINEL", "failover", "main")).rejects.toThrow("nothing is changed");
    client.disconnect();
  });

  it("finds the master, and follows it when it is told of a switch", async () => {
    const client = new Redis({
      sentinels: [{ host: "127.0.0.1", port }],
      name: "main",
      failoverDetector: true,
      sentinelRetryStrategy: () => 50,
    });
    client.on("error", () => undefined);
    await client.set("before", "1");
    expect(await one.client.get("before")).toBe("1");
    await eventually(
      () => other.client.get("before"),
      (value) => value === "1",
    );
    await switchTo("db2");
    await eventually(
      async () => {
        await client.set("after", "1");
        return await other.client.get("after");
      },
      (value) => value === "1",
      { what: "a write at the new master" },
    );
    client.disconnect();
    await switchTo("db1");
  });

  it("reads from a replica", async () => {
    const sentinels = [{ host: "127.0.0.1", port }];
    const client = new Redis({ sentinels, name: "main", role: "slave" });
    client.on("error", () => undefined);
    const [role] = (await client.call("ROLE")) as [string];
    expect(role).toBe("slave");
    client.disconnect();
  });
});

describe("redis-cli", () => {
  async function cli(...args: readonly string[]): Promise<string> {
    return (await execute("redis-cli", ["-p", String(port), ...args])).stdout;
  }

  it("asks in both versions", async () => {
    expect(await cli("sentinel", "get-master-addr-by-name", "main")).toBe(
      `127.0.0.1\n${one.port}\n`,
    );
    expect(await cli("-3", "sentinel", "master", "main")).toContain("role-reported");
    expect(await cli("ping")).toBe("PONG\n");
    expect(await cli("info")).toContain("redis_mode:sentinel");
    expect(await cli("flushall")).toContain("unknown command");
  });

  it("is told of a switch", async () => {
    const waiting = spawn("redis-cli", ["-p", String(port), "psubscribe", "*"]);
    let text = "";
    waiting.stdout.on("data", (data: Buffer) => (text += data.toString()));
    await eventually(
      () => text,
      (seen) => seen.includes("psubscribe"),
    );
    await server.look();
    await switchTo("db2");
    const line = `main 127.0.0.1 ${one.port} 127.0.0.1 ${other.port}`;
    await eventually(
      () => text,
      (seen) => seen.includes("+switch-master") && seen.includes(line),
    );
    waiting.kill();
    await once(waiting, "close");
    await switchTo("db1");
  });
});

describe.skipIf(!hasRedisPy)("redis-py", () => {
  const PROGRAM = `
import sys, redis.sentinel
found = redis.sentinel.Sentinel([("127.0.0.1", int(sys.argv[1]))], socket_timeout=2)
try:
    print(found.discover_master("main"), found.discover_slaves("main"))
    found.master_for("main").set("from-python", 1)
except redis.sentinel.MasterNotFoundError as error:
    print("not found")
`;
  async function python(): Promise<string> {
    const program = spawn(PYTHON, ["-c", PROGRAM, String(port)]);
    let text = "";
    program.stdout.on("data", (data: Buffer) => (text += data.toString()));
    program.stderr.on("data", (data: Buffer) => (text += data.toString()));
    await once(program, "close");
    return text.trim();
  }

  it("finds master and replicas, and writes", async () => {
    expect(await python()).toBe(`('127.0.0.1', ${one.port}) [('127.0.0.1', ${other.port})]`);
    expect(await one.client.get("from-python")).toBe("1");
  });

  it("is told of no master by a monitor in a minority", async () => {
    const before = status;
    status = { ...before, cluster: { ...before.cluster, has_quorum: false } };
    expect(await python()).toBe("not found");
    status = before;
  });
});

describe("anybody else", () => {
  it("is answered in order, however many commands come at once", async () => {
    const master = "SENTINEL get-master-addr-by-name main\r\n";
    const answer = await raw(`PING\r\n${master}PING a\r\nQUIT\r\n`);
    expect(answer).toBe(
      `+PONG\r\n*2\r\n$9\r\n127.0.0.1\r\n$${String(one.port).length}\r\n${one.port}\r\n$1\r\na\r\n+OK\r\n`,
    );
  });

  it("is let go with a reason when it speaks another protocol", async () => {
    expect(await raw("*99999\r\n")).toMatch(/^-ERR Protocol error/);
  });

  it("may ask nothing but for its subscriptions while it waits in version 2", async () => {
    expect(await raw("SUBSCRIBE a\r\nINFO\r\nPING\r\nQUIT\r\n")).toBe(
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n-ERR Can't execute 'info' while subscribed\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n+OK\r\n",
    );
  });
});
