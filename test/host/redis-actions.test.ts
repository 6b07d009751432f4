/** Action connections against real redis-servers: what takes effect, and what surely does not. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RedisActions } from "../../src/adapters/redis/actions.ts";
import type { Credentials } from "../../src/adapters/redis/connection.ts";
import { checkVip, VipChecks } from "../../src/adapters/redis/vip-check.ts";
import type { Target } from "../../src/core/io.ts";
import type { ActionConnection, RedisAction } from "../../src/core/operation/action.ts";
import { eventually } from "../helpers/eventually.ts";
import { RedisServer } from "../helpers/redis-server.ts";

const OK = { kind: "ok" };
const older: ActionConnection = { term: 9, seq: 12 };
const newer: ActionConnection = { term: 10, seq: 1 };

let credentials: Credentials;
let mine: RedisActions;
let theirs: RedisActions;

beforeEach(() => {
  credentials = {};
  mine = new RedisActions(() => credentials);
  theirs = new RedisActions(() => credentials);
});

afterEach(() => {
  mine.close();
  theirs.close();
});

function targetOf({ host: address, port }: { host: string; port: number }): Target {
  const ssh = { sshUser: "nobody", sshPort: 22, sshHostKey: null };
  return { group: "main", node: "db1", address, port, ...ssh };
}

/** Runs actions of one monitor on one connection to one server. */
function actor(actions: RedisActions, server: RedisServer, connection: ActionConnection) {
  return (action: RedisAction, deadlineMs = 500) =>
    actions.run(targetOf(server), connection, action, deadlineMs);
}

async function actionNames(server: RedisServer): Promise<readonly string[]> {
  const list = String(await server.client.call("CLIENT", "LIST"));
  return [...list.matchAll(/ name=(mmm-act:\S+)/g)].map((match) => match[1] ?? "");
}

describe("cutting off", () => {
  test("a newer connection kills the older, whose later commands do not run", async () => {
    await using server = await RedisServer.start();
    const before = actor(mine, server, older);
    const after = actor(theirs, server, newer);
    expect(await before({ kind: "open" })).toEqual(OK);
    expect(await before({ kind: "cut-off" })).toEqual({ kind: "cut-off", killed: 0, newer: null });
    expect(await after({ kind: "open" })).toEqual(OK);
    expect(await after({ kind: "cut-off" })).toEqual({ kind: "cut-off", killed: 1, newer: null });

    const late = await before({ kind: "set-min-replicas", value: "7" });
    expect(late.kind).toBe("unknown");
    expect(await after({ kind: "get-min-replicas" })).toEqual({ kind: "value", value: "0" });
    expect(await actionNames(server)).toEqual(["mmm-act:10.1"]);
  });

  test("a newer one is reported, and then nothing is killed", async () => {
    await using server = await RedisServer.start();
    const oldest = actor(mine, server, { term: 2, seq: 99 });
    const late = actor(mine, server, older);
    expect(await oldest({ kind: "open" })).toEqual(OK);
    expect(await actor(theirs, server, newer)({ kind: "open" })).toEqual(OK);
    expect(await late({ kind: "open" })).toEqual(OK);
    expect(await late({ kind: "cut-off" })).toEqual({
      kind: "cut-off",
      killed: 0,
      newer: "mmm-act:10.1",
    });
    expect(await actionNames(server)).toHaveLength(3);
  });

  test("a left-over of the same name is killed as well, other clients are not", async () => {
    await using server = await RedisServer.start();
    const leftOver = server.client.duplicate({
      connectionName: "mmm-act:10.1",
      retryStrategy: null,
    });
    leftOver.on("error", () => {});
    await leftOver.ping();
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    expect(await act({ kind: "cut-off" })).toEqual({ kind: "cut-off", killed: 1, newer: null });
    await eventually(
      () => leftOver.status,
      (status) => status === "end",
    );
    expect(await server.client.ping()).toBe("PONG");
  });

  test("no command of the older connection runs once the kill is answered", async () => {
    await using server = await RedisServer.start();
    for (let round = 0; round < 50; round += 1) {
      const before = actor(mine, server, { term: 1, seq: round });
      const after = actor(theirs, server, { term: 2, seq: round });
      await Promise.all([before({ kind: "open" }), after({ kind: "open" })]);
      const write = () => before({ kind: "set-min-replicas", value: "1" });
      const isFirst = round % 2 === 0;
      const early = isFirst ? write() : null;
      const cutting = after({ kind: "cut-off" });
      const racing = early ?? write();
      const cut = await cutting;
      expect(cut.kind).toBe("cut-off");
      expect(await after({ kind: "set-min-replicas", value: "0" })).toEqual(OK);
      await racing;
      expect(await after({ kind: "get-min-replicas" })).toEqual({ kind: "value", value: "0" });
      await Promise.all([before({ kind: "close" }), after({ kind: "close" })]);
    }
  });
});

describe("acting", () => {
  test("a replica is promoted, follows, and is sent into the black hole with its data kept", async () => {
    await using master = await RedisServer.start();
    await using replica = await RedisServer.start({ replicaOf: master });
    await master.client.set("key", "value");
    await eventually(
      () => replica.client.get("key"),
      (value) => value === "value",
    );

    const act = actor(mine, replica, newer);
    await act({ kind: "open" });
    const before = await act({ kind: "info" });
    expect(before).toMatchObject({ kind: "info", info: { role: "replica", link: "up" } });

    expect(await act({ kind: "follow", host: "127.77.1.2", port: 1 })).toMatchObject({
      info: { role: "replica", masterHost: "127.77.1.2", masterPort: 1, link: "down" },
    });
    expect(await replica.client.get("key")).toBe("value");

    const promoted = await act({ kind: "promote" });
    const replId = before.kind === "info" ? before.info.replId : "";
    expect(promoted).toMatchObject({ info: { role: "master", replId2: replId } });
    expect(await act({ kind: "promote" })).toMatchObject({ info: { role: "master" } });
    expect(await act({ kind: "rewrite" })).toEqual(OK);

    const follow = { kind: "follow", host: master.host, port: master.port } as const;
    expect(await act(follow)).toMatchObject({ info: { role: "replica" } });
  });

  test("writes are paused, and resume", async () => {
    await using server = await RedisServer.start();
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    expect(await act({ kind: "pause-writes", ms: 30_000 })).toMatchObject({ kind: "info" });
    let isWritten = false;
    const writing = server.client.set("key", "value").then(() => {
      isWritten = true;
    });
    expect(await act({ kind: "info" })).toMatchObject({ kind: "info" });
    expect(isWritten).toBe(false);
    expect(await act({ kind: "unpause" })).toEqual(OK);
    await writing;
  });

  test("min-replicas is read, set and given back", async () => {
    await using server = await RedisServer.start({ config: ["min-replicas-to-write 0"] });
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    expect(await act({ kind: "get-min-replicas" })).toEqual({ kind: "value", value: "0" });
    expect(await act({ kind: "set-min-replicas", value: "1000000" })).toEqual(OK);
    await expect(server.client.set("key", "value")).rejects.toThrow("NOREPLICAS");
    expect(await act({ kind: "set-min-replicas", value: "0" })).toEqual(OK);
    expect(await server.client.set("key", "value")).toBe("OK");
  });

  test("an error reply means that it was not done", async () => {
    await using server = await RedisServer.start();
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    expect(await act({ kind: "set-min-replicas", value: "many" })).toMatchObject({
      kind: "error",
      code: "ERR",
    });
    expect(await act({ kind: "get-min-replicas" })).toEqual({ kind: "value", value: "0" });
  });

  test("a user without a right is told which", async () => {
    await using server = await RedisServer.start({
      config: ["user act on >secret -@all +client|setname +info"],
    });
    credentials = { username: "act", password: "secret" };
    const act = actor(mine, server, newer);
    expect(await act({ kind: "open" })).toEqual(OK);
    expect(await act({ kind: "promote" })).toMatchObject({ kind: "error", code: "NOPERM" });
    expect(await act({ kind: "cut-off" })).toMatchObject({ kind: "error", code: "NOPERM" });
    expect(await act({ kind: "info" })).toMatchObject({ kind: "info" });
  });
});

describe("not knowing", () => {
  test("silence ends the connection, and nothing more is sent over it", async () => {
    await using server = await RedisServer.start();
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    server.pause();
    const late = act({ kind: "set-min-replicas", value: "7" }, 100);
    const behind = act({ kind: "set-min-replicas", value: "8" }, 5_000);
    expect((await late).kind).toBe("unknown");
    expect((await behind).kind).toBe("unknown");
    server.resume();
    expect(await act({ kind: "get-min-replicas" })).toMatchObject({ kind: "unknown" });

    expect(await act({ kind: "open" })).toEqual(OK);
    expect(await act({ kind: "cut-off" })).toMatchObject({ kind: "cut-off", newer: null });
  });

  test("a dead node: what was under way is unknown, and so is opening", async () => {
    await using server = await RedisServer.start();
    const act = actor(mine, server, newer);
    await act({ kind: "open" });
    server.pause();
    const under = act({ kind: "promote" }, 5_000);
    await server.kill();
    expect(await under).toMatchObject({ kind: "unknown" });
    expect(await act({ kind: "open" })).toMatchObject({ kind: "unknown" });
    await server.restart();
    expect(await act({ kind: "promote" })).toMatchObject({ kind: "unknown" });
  });

  test("nothing is sent without an open connection of that name", async () => {
    await using server = await RedisServer.start();
    expect((await actor(mine, server, newer)({ kind: "promote" })).kind).toBe("unknown");
    await actor(mine, server, newer)({ kind: "open" });
    expect((await actor(mine, server, older)({ kind: "promote" })).kind).toBe("unknown");
    expect(await actor(mine, server, newer)({ kind: "close" })).toEqual(OK);
    expect((await actor(mine, server, newer)({ kind: "promote" })).kind).toBe("unknown");
    await eventually(
      () => actionNames(server),
      (names) => names.length === 0,
    );
  });

  test("a wrong password is an error without the password, and leaves no connection", async () => {
    await using server = await RedisServer.start({
      config: ["requirepass right"],
      password: "right",
    });
    credentials = { password: "wrong-one" };
    const opened = await actor(mine, server, newer)({ kind: "open" });
    expect(opened).toMatchObject({ kind: "error", code: "WRONGPASS" });
    expect(JSON.stringify(opened)).not.toContain("wrong-one");
    credentials = {};
    expect(await actor(mine, server, newer)({ kind: "open" })).toMatchObject({ code: "NOAUTH" });
    await eventually(
      () => actionNames(server),
      (names) => names.length === 0,
    );
  });

  test("a renamed AUTH, whose error repeats its words, does not tell the password", async () => {
    await using server = await RedisServer.start({ config: ['rename-command AUTH ""'] });
    credentials = { password: "wrong-one" };
    const opened = await actor(mine, server, newer)({ kind: "open" });
    expect(opened.kind).toBe("error");
    expect(JSON.stringify(opened)).not.toContain("wrong-one");
  });
});

describe("the VIP check", () => {
  test("tells which Redis answers", async () => {
    await using server = await RedisServer.start();
    const info = String(await server.client.call("INFO", "server"));
    const runId = /run_id:(\w+)/.exec(info)?.[1];
    expect(await checkVip("127.0.0.1", server.port, {}, 500)).toMatchObject({ runId });
  });

  test("takes the node's port and credentials", async () => {
    await using server = await RedisServer.start({
      config: ["requirepass right"],
      password: "right",
    });
    const checks = new VipChecks(() => ({ password: "right" }));
    const outcome = await checks.check(
      targetOf({ host: "192.0.2.1", port: server.port }),
      "127.0.0.1",
      500,
    );
    expect(outcome).toMatchObject({ kind: "vip-check", runId: expect.stringMatching(/^\w{40}$/) });
  });

  test("tells why nobody does", async () => {
    await using server = await RedisServer.start({
      config: ["requirepass right"],
      password: "right",
    });
    expect(await checkVip("127.0.0.1", server.port, {}, 500)).toMatchObject({
      runId: null,
      text: expect.stringContaining("NOAUTH"),
    });
    server.pause();
    expect(await checkVip("127.0.0.1", server.port, { password: "right" }, 100)).toEqual({
      runId: null,
      text: "no answer",
    });
    await server.kill();
    expect(await checkVip("127.0.0.1", server.port, {}, 500)).toMatchObject({
      runId: null,
      text: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
