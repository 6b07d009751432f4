/** Probes against real redis-servers: what each way of being unwell looks like to a monitor. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { credentialsFor } from "../../src/adapters/redis/credentials.ts";
import type { Credentials } from "../../src/adapters/redis/connection.ts";
import { RedisProbes } from "../../src/adapters/redis/probe.ts";
import type { ProbeResult } from "../../src/core/health/types.ts";
import type { Target } from "../../src/core/io.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { RedisServer } from "../helpers/redis-server.ts";
import { tempDir } from "../helpers/temp-dir.ts";

/** An address that Redis does not hold for its own host's. */
const outside =
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find((entry) => entry.family === "IPv4" && !entry.internal)?.address ?? null;

let probes: RedisProbes;
let credentials: Credentials;
let ownInfoCalls = 0;
let lost: { readonly node: string; readonly at: number }[];

beforeEach(() => {
  credentials = {};
  ownInfoCalls = 0;
  lost = [];
  probes = new RedisProbes(() => credentials);
  probes.onLost((_group, node) => lost.push({ node, at: performance.now() }));
});

afterEach(() => probes.close());

function targetOf(server: { readonly host: string; readonly port: number }): Target {
  const { host: address, port } = server;
  const ssh = { sshUser: "nobody", sshPort: 22, sshHostKey: null };
  return { group: "main", node: "db1", address, port, ...ssh };
}

function probe(server: { readonly host: string; readonly port: number }, deadlineMs = 500) {
  return probes.probe(targetOf(server), "full", deadlineMs);
}

/** How often INFO was called on the probe's behalf; reading that is one call of another section. */
async function infoCalls(server: RedisServer): Promise<number> {
  const monitor = String(await server.client.call("INFO", "commandstats"));
  const all = Number(/^cmdstat_info:calls=(\d+)/m.exec(monitor)?.[1] ?? 0);
  ownInfoCalls += 1;
  return all - ownInfoCalls + 1;
}

async function probeConnections(server: RedisServer): Promise<number> {
  const list = String(await server.client.call("CLIENT", "LIST"));
  return list.split("\n").filter((line) => line.includes(" name=mmm-probe ")).length;
}

function expectInfo(result: ProbeResult) {
  if (result.kind !== "info") throw new Error(`not info: ${JSON.stringify(result)}`);
  return result.info;
}

describe("a healthy node", () => {
  test("a master shows who it is, over one kept and named connection", async () => {
    await using server = await RedisServer.start();
    const first = expectInfo(await probe(server));
    const second = expectInfo(await probe(server));

    expect(first).toMatchObject({
      role: "master",
      masterHost: null,
      link: null,
      appliedOffset: null,
      readOffset: null,
      replId2: null,
      secondOffset: -1,
      priority: 100,
      loading: false,
      aof: false,
      replicas: [],
    });
    expect(first.runId).toMatch(/^[0-9a-f]{40}$/);
    expect(second.runId).toBe(first.runId);
    expect(await probeConnections(server)).toBe(1);
  });

  test("answers a pulse with a pong, and with all that there is on a new connection", async () => {
    await using server = await RedisServer.start();
    const pulse = () => probes.probe(targetOf(server), "pulse", 500);

    expect(await pulse()).toMatchObject({ kind: "info", info: { role: "master" } });
    expect(await pulse()).toMatchObject({ kind: "pong" });
    const calls = await infoCalls(server);
    expect(await pulse()).toMatchObject({ kind: "pong" });
    expect(await infoCalls(server)).toBe(calls);
  });

  test("is asked for all sections at once as soon as it is known to understand that", async () => {
    await using server = await RedisServer.start();
    const first = expectInfo(await probe(server));
    const before = await infoCalls(server);
    const { runId, replId, version } = expectInfo(await probe(server));
    expect({ runId, replId }).toEqual({ runId: first.runId, replId: first.replId });
    expect((await infoCalls(server)) - before).toBe(Number.parseInt(version, 10) >= 7 ? 1 : 4);
  });

  test("a replica shows its master, its link and its place; the master shows the replica", async () => {
    await using master = await RedisServer.start();
    await using replica = await RedisServer.start({
      replicaOf: master,
      config: ["replica-priority 7"],
    });
    await master.client.set("key", "value");

    const target: Target = { ...targetOf(replica), node: "db2" };
    const info = await eventually(
      async () => expectInfo(await probes.probe(target, "full", 500)),
      (seen) => seen.link === "up" && (seen.appliedOffset ?? 0) > 0,
    );
    expect(info).toMatchObject({
      role: "replica",
      masterHost: "127.0.0.1",
      masterPort: master.port,
      linkDownSinceS: null,
      syncing: false,
      priority: 7,
      readOnly: true,
    });
    expect(info.readOffset).toBe(info.appliedOffset);

    const ofMaster = await eventually(
      async () => expectInfo(await probe(master)),
      (seen) => seen.replicas[0]?.state === "online",
    );
    expect(ofMaster.replicas[0]).toMatchObject({ host: "127.0.0.1", port: replica.port });
    expect(ofMaster.replId).toBe(info.replId);
  });
});

describe("a dead process", () => {
  test("its kept connection tells at once, and the next probe is refused", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));

    const killedAt = performance.now();
    const gone = server.kill();
    const [event] = await eventually(
      () => lost,
      (seen) => seen.length > 0,
      { everyMs: 1 },
    );
    await gone;
    expect(event?.node).toBe("db1");
    expect((event?.at ?? 0) - killedAt).toBeLessThan(50);

    const askedAt = performance.now();
    expect(await probe(server)).toMatchObject({ kind: "refused" });
    expect(performance.now() - askedAt).toBeLessThan(50);
  });

  test("dying during a probe is refused as well, not silence", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    server.pause();
    const probing = probe(server, 2_000);
    await server.kill();
    expect(await probing).toMatchObject({ kind: "refused" });
  });

  test("it is seen again when it is back", async () => {
    await using server = await RedisServer.start();
    const before = expectInfo(await probe(server));
    await server.kill();
    expect((await probe(server)).kind).toBe("refused");
    await server.restart();
    expect(expectInfo(await probe(server)).runId).not.toBe(before.runId);
  });
});

describe("silence", () => {
  test("a stopped process is silent until the deadline, and no late answer is believed", async () => {
    await using server = await RedisServer.start();
    await using replica = await RedisServer.start({ replicaOf: server });
    expectInfo(await probe(server));

    server.pause();
    const askedAt = performance.now();
    expect(await probe(server, 100)).toEqual({ kind: "timeout", stage: "reply" });
    expect(performance.now() - askedAt).toBeLessThan(200);
    expect(await probe(server, 100)).toEqual({ kind: "timeout", stage: "reply" });

    server.resume();
    // The question that was put during the silence is answered while it still was a master.
    await server.client.call("REPLICAOF", replica.host, String(replica.port));
    expect(expectInfo(await probe(server)).role).toBe("replica");
    expect(lost).toEqual([]);
  });

  test("a stopped node costs few connections, and its kept one is asked again", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    server.pause();
    for (let count = 0; count < 12; count += 1) {
      expect(await probe(server, 30)).toEqual({ kind: "timeout", stage: "reply" });
    }
    server.resume();
    expectInfo(await probe(server));
    await eventually(
      () => probeConnections(server),
      (count) => count === 1,
    );
    const stats = String(await server.client.call("INFO", "stats"));
    // The test's own, the kept one, and one rival.
    expect(/total_connections_received:(\d+)/.exec(stats)?.[1]).toBe("3");
    expect(lost).toEqual([]);
  });

  test("a rival that answers takes over from a half-open connection", async () => {
    await using server = await RedisServer.start();
    await using forwarder = await forwarderTo(server);
    expectInfo(await probe(forwarder, 100));
    forwarder.muteAll();
    const results: ProbeResult[] = [];
    for (let count = 0; count < 4; count += 1) results.push(await probe(forwarder, 100));
    expect(results.map(({ kind }) => kind)).toEqual(["timeout", "timeout", "timeout", "info"]);
    expectInfo(await probe(forwarder, 100));
    expect(lost).toEqual([]);
  });

  test("a rival that is turned away does not cost the kept connection its place", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    await server.client.call("CONFIG", "SET", "maxclients", "1");
    server.pause();
    for (let count = 0; count < 5; count += 1) await probe(server, 30);
    server.resume();
    expectInfo(await probe(server));
    expectInfo(await probe(server));
  });

  test("a silent node stays silent when there are no credentials for a rival: its kept one needs none", async () => {
    await using server = await RedisServer.start();
    let isThere = true;
    const unsure = new RedisProbes(() => {
      if (!isThere) throw new Error("no such file");
      return {};
    });
    expectInfo(await unsure.probe(targetOf(server), "full", 500));
    isThere = false;
    server.pause();
    for (let count = 0; count < 9; count += 1)
      expect(await unsure.probe(targetOf(server), "full", 30)).toEqual({
        kind: "timeout",
        stage: "reply",
      });
    server.resume();
    expectInfo(await unsure.probe(targetOf(server), "full", 500));
    unsure.close();
  });

  test("a dead node refuses, also when there are no credentials to speak to it with", async () => {
    const server = await RedisServer.start();
    const unsure = new RedisProbes(() => {
      throw new Error("no such file");
    });
    const living = await unsure.probe(targetOf(server), "full", 500);
    expect(living).toEqual({ kind: "garbled", text: "probe failed: Error: no such file" });
    await server[Symbol.asyncDispose]();
    expect((await unsure.probe(targetOf(server), "full", 500)).kind).toBe("refused");
    unsure.close();
  });

  test("a silent node whose new connections are refused stays silent: its kept one still stands", async () => {
    await using server = await RedisServer.start({ host: "127.0.0.1" });
    expectInfo(await probe(server));
    await server.client.call("CONFIG", "SET", "bind", "127.0.0.9");
    server.pause();
    for (let count = 0; count < 6; count += 1) {
      expect(await probe(server, 30)).toEqual({ kind: "timeout", stage: "reply" });
    }
    server.resume();
    expectInfo(await probe(server));
  });

  test("this monitor's own stall is not the node's silence", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    const probing = probe(server, 30);
    const until = performance.now() + 150;
    while (performance.now() < until);
    expectInfo(await probing);
  });

  test("no answer to connecting is a timeout of connecting", async () => {
    await using server = await RedisServer.start({ config: ["tcp-backlog 1"] });
    server.pause();
    const queue = await fillBacklog(server);
    expect(await probe(server, 100)).toEqual({ kind: "timeout", stage: "connect" });
    for (const socket of queue) socket.destroy();
  });
});

describe("alive, whatever the operator did", () => {
  test("new connections are refused after CONFIG SET bind, and the kept one still answers", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    await server.client.call("CONFIG", "SET", "bind", "127.0.0.9");

    const other = new Redis({
      host: server.host,
      port: server.port,
      lazyConnect: true,
      retryStrategy: null,
    });
    other.on("error", () => {});
    await expect(other.connect()).rejects.toThrow();
    expectInfo(await probe(server));
  });

  test("a rotated password: the kept connection works on, a new one tells NOAUTH", async () => {
    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    await server.client.call("CONFIG", "SET", "requirepass", "secret");
    expectInfo(await probe(server));

    probes.close();
    probes = new RedisProbes(() => credentials);
    expect(await probe(server)).toMatchObject({ kind: "error-reply", code: "NOAUTH", info: null });
    credentials = { password: "wrong-one" };
    const refused = await probe(server);
    expect(refused).toMatchObject({ kind: "error-reply", code: "WRONGPASS" });
    expect(JSON.stringify(refused)).not.toContain("wrong-one");
    credentials = { password: "secret" };
    expectInfo(await probe(server));
  });

  test("a needless password does no harm", async () => {
    await using server = await RedisServer.start();
    credentials = { password: "needless" };
    expectInfo(await probe(server));
  });

  test("a user without the right to INFO is told by NOPERM", async () => {
    await using server = await RedisServer.start({
      config: ["user probe on >secret -@all +ping +client|setname"],
    });
    credentials = { username: "probe", password: "secret" };
    expect(await probe(server)).toMatchObject({ kind: "error-reply", code: "NOPERM" });
  });

  test("too many clients: a new connection is told, a kept one answers", async () => {
    await using server = await RedisServer.start();
    await server.client.ping();
    await server.client.call("CONFIG", "SET", "maxclients", "1");
    expect(await probe(server)).toMatchObject({ kind: "error-reply", code: "MAXCLIENTS" });
    expect(await probe(server)).toMatchObject({ kind: "error-reply", code: "MAXCLIENTS" });
    expect(lost).toEqual([]);

    await server.client.call("CONFIG", "SET", "maxclients", "100");
    expectInfo(await probe(server));
    await server.client.call("CONFIG", "SET", "maxclients", "1");
    expectInfo(await probe(server));
  });

  test.skipIf(outside === null)("protected mode is told by DENIED", async () => {
    await using server = await RedisServer.start({ config: ["protected-mode yes", "bind * -::*"] });
    const result = await probe({ host: outside ?? "", port: server.port });
    expect(result).toMatchObject({ kind: "error-reply", code: "DENIED" });
  });

  test("a running script: BUSY, then well again", async () => {
    await using server = await RedisServer.start({ config: ["busy-reply-threshold 20"] });
    expectInfo(await probe(server));
    const other = server.client.duplicate();
    other.on("error", () => {});
    const script = other.call("EVAL", "while true do end", "0").catch(() => "killed");
    const busy = await eventually(
      () => probe(server, 100),
      (seen) => seen.kind === "error-reply",
    );
    expect(busy).toMatchObject({ code: "BUSY", info: null });
    await server.client.call("SCRIPT", "KILL");
    expect(await script).toBe("killed");
    other.disconnect();
    await eventually(
      () => probe(server),
      (seen) => seen.kind === "info",
    );
  });

  test("a master that cannot save tells MISCONF, with INFO", async () => {
    await using server = await RedisServer.start({ config: ["save 3600 1"] });
    await server.client.set("key", "value");
    // A directory in the place of the file makes the last rename of the save fail.
    await mkdir(`${server.dir}/dump.rdb/in-the-way`, { recursive: true });
    await server.client.call("BGSAVE");
    const result = await eventually(
      () => probe(server),
      (seen) => seen.kind === "error-reply",
    );
    expect(result).toMatchObject({ code: "MISCONF", info: { role: "master" } });
  });

  test("a node that loads its data tells LOADING, with INFO", async () => {
    const slowly = [
      "save 3600 1",
      "key-load-delay 5000",
      "loading-process-events-interval-bytes 1024",
    ];
    await using server = await RedisServer.start({ config: slowly });
    const keys = Array.from({ length: 300 }, (_, index) => [`key:${index}`, "x".repeat(100)]);
    await server.client.mset(...keys.flat());
    await server.client.call("SAVE");
    await server.kill();
    await server.startProcess();
    const result = await eventually(
      () => probe(server, 1_000),
      (seen) => seen.kind === "error-reply",
    );
    expect(result).toMatchObject({ code: "LOADING", info: { loading: true, role: "master" } });
    expect(
      await eventually(
        () => probe(server),
        (seen) => seen.kind === "info",
      ),
    ).toMatchObject({
      info: { loading: false },
    });
  });

  test("a replica that lost its master and must not serve stale data tells MASTERDOWN, with INFO", async () => {
    await using server = await RedisServer.start({ replicaOf: { host: "127.0.0.1", port: 1 } });
    await server.client.call("CONFIG", "SET", "replica-serve-stale-data", "no");
    expect(await probe(server)).toMatchObject({
      kind: "error-reply",
      code: "MASTERDOWN",
      info: { role: "replica", link: "down", linkDownSinceS: -1 },
    });
  });
});

describe("something else", () => {
  test("another protocol is garbled", async () => {
    await using other = await listener((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(await probe(other)).toMatchObject({ kind: "garbled" });
  });

  test("a stranger that hangs up is garbled; a node that answered before is refused", async () => {
    await using other = await listener((socket) => socket.end());
    expect(await probe(other)).toMatchObject({ kind: "garbled" });

    await using server = await RedisServer.start();
    expectInfo(await probe(server));
    await server.kill();
    await using _forwarder = await listener((socket) => socket.resetAndDestroy(), server.port);
    expect(await probe(server)).toMatchObject({ kind: "refused" });
  });

  test("TLS that is not answered is garbled from a stranger: it may expect plain text", async () => {
    await using server = await RedisServer.start();
    credentials = { tls: {} };
    expect(await probe(server, 100)).toMatchObject({ kind: "garbled" });
    // Of a node that answered before, the same is silence.
    credentials = {};
    expectInfo(await probe(server));
    await server.restart();
    credentials = { tls: {} };
    await eventually(
      () => lost.length,
      (count) => count > 0,
    );
    expect(await probe(server, 100)).toEqual({ kind: "timeout", stage: "reply" });
  });

  test("a trouble of this monitor is no testimony", async () => {
    await using server = await RedisServer.start();
    probes = new RedisProbes(() => {
      throw new Error("the password file cannot be read");
    });
    expect(await probe(server)).toMatchObject({ kind: "garbled" });
  });
});

describe("TLS", () => {
  test("is spoken and checked; plain text to that port is garbled", async () => {
    await using dir = await tempDir();
    const { cert, lines } = await selfSigned(dir.path);
    const port = await freePort();
    await using server = await RedisServer.start({ config: [`tls-port ${port}`, ...lines] });
    const secure = { host: server.host, port };

    expect(await probe(secure)).toMatchObject({ kind: "garbled" });
    credentials = { tls: {} };
    expect(await probe(secure)).toMatchObject({ kind: "garbled" });
    credentials = { tls: { ca: cert } };
    expectInfo(await probe(secure, 2_000));
    await server.kill();
    expect(await probe(secure)).toMatchObject({ kind: "refused" });
  });
});

test("a Redis that asks for a certificate, as it does by default, is shown the one of the configuration", async () => {
  await using dir = await tempDir();
  const { lines, certFile, keyFile } = await selfSigned(dir.path);
  const port = await freePort();
  const asking = lines.filter((line) => !line.startsWith("tls-auth-clients"));
  await using server = await RedisServer.start({ config: [`tls-port ${port}`, ...asking] });
  const secure = { host: server.host, port };
  const login = {
    redisUser: null,
    redisPassword: null,
    redisTls: { kind: "ca", file: certFile },
  } as const;
  credentials = credentialsFor({ ...LOGIN, ...login, redisCertificate: null });
  expect(await probe(secure, 2_000)).toMatchObject({ kind: "garbled" });
  const redisCertificate = { cert: certFile, key: keyFile };
  credentials = credentialsFor({ ...LOGIN, ...login, redisCertificate });
  expectInfo(await probe(secure, 2_000));
});

const LOGIN = {
  redisPasswordFile: null,
  sshKey: "",
  sshPassphrase: null,
  sshPassphraseFile: null,
} as const;

async function selfSigned(dir: string) {
  const [certFile, keyFile] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const name = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  const files = ["-keyout", keyFile, "-out", certFile];
  await promisify(execFile)("openssl", ["req", "-x509", "-days", "1", ...key, ...name, ...files]);
  const lines = [
    `tls-cert-file ${certFile}`,
    `tls-key-file ${keyFile}`,
    `tls-ca-cert-file ${certFile}`,
    "tls-auth-clients no",
  ];
  return { cert: await readFile(certFile, "utf8"), lines, certFile, keyFile };
}

/** Passes connections on, until those that exist are muted: like a path to a host that is gone. */
async function forwarderTo(server: RedisServer) {
  const sockets: Socket[] = [];
  const base = await listener((socket) => {
    const onward = connect(server.port, server.host);
    onward.on("error", () => {});
    sockets.push(socket, onward);
    socket.pipe(onward).pipe(socket);
  });
  return {
    ...base,
    muteAll() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await base[Symbol.asyncDispose]();
    },
  };
}

async function listener(
  serve: (socket: Socket) => void,
  port = 0,
): Promise<AsyncDisposable & { host: string; port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
    serve(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    host: "127.0.0.1",
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** Connects until the kernel takes no more for a process that does not accept. */
async function fillBacklog(server: RedisServer): Promise<readonly Socket[]> {
  const queue: Socket[] = [];
  for (;;) {
    const socket = connect(server.port, server.host);
    socket.on("error", () => {});
    queue.push(socket);
    const isTaken = once(socket, "connect").then(() => true);
    if (!(await Promise.race([isTaken, pause(100, false)]))) return queue;
  }
}
