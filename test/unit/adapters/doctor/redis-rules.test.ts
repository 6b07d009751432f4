import { describe, expect, it } from "vitest";
import { type Finding, Subject } from "../../../../src/adapters/doctor/finding.ts";
import { redisFindings } from "../../../../src/adapters/doctor/redis-rules.ts";
import {
  lookAtRedis,
  type RedisSight,
  type SeenRedis,
  type Setting,
} from "../../../../src/adapters/doctor/redis-sight.ts";
import { parseInfo } from "../../../../src/adapters/redis/info.ts";
import { FakeRedis, type FakeReply } from "../../../helpers/fake-redis.ts";
import { aGroup, aRedis, infoText, NODE } from "./fixtures.ts";

function find(sight: RedisSight, group = aGroup()): readonly Finding[] {
  return redisFindings(new Subject("db1"), NODE, group, sight).filter(
    ({ level }) => level !== "ok",
  );
}

describe("a Redis", () => {
  it("of which nothing is to be said", () => {
    expect(find(aRedis())).toEqual([]);
  });

  const SETTINGS: readonly (readonly [id: string, Partial<Record<Setting, string>>])[] = [
    ["error redis-empty-restart", { appendonly: "no", save: "", "repl-diskless-sync-delay": "0" }],
    ["error redis-empty-restart", { appendonly: "no", save: "", "repl-diskless-sync": "no" }],
    ["error redis-bind", { bind: "10.0.0.1 -::1" }],
    ["error redis-masterauth", { requirepass: "(set)" }],
    ["warning redis-ping-period", { "repl-ping-replica-period": "10" }],
    ["hint redis-busy", { "lua-time-limit": "5000" }],
    ["hint redis-busy", { "lua-time-limit": "0" }],
    ["warning redis-min-replicas", { "min-replicas-to-write": "2" }],
    ["hint redis-min-replicas", { "min-replicas-to-write": "0" }],
    ["warning redis-writable-replica", { "replica-read-only": "no" }],
    ["warning redis-clients", { maxclients: "12" }],
    ["hint redis-backlog", { "repl-backlog-size": "1048576" }],
    ["warning redis-backlog-ttl", { "repl-backlog-ttl": "60" }],
    ["hint redis-priority", { "replica-priority": "0" }],
  ];
  it.each(SETTINGS)("%s: %j", (expected, settings) => {
    expect(find(aRedis(settings)).map(({ id, level }) => `${level} ${id}`)).toEqual([expected]);
  });

  const HARMLESS: readonly Partial<Record<Setting, string>>[] = [
    { appendonly: "no", save: "" },
    { bind: "* -::*" },
    { "repl-backlog-ttl": "0" },
    { bind: "10.0.0.70" },
    { bind: "" },
    { requirepass: "(set)", masterauth: "(set)" },
    { "min-replicas-to-write": "1000000" },
  ];
  it.each(HARMLESS)("nothing: %j", (settings) => {
    expect(find(aRedis(settings))).toEqual([]);
  });

  it("that was started without a file cannot keep what it became", () => {
    const found = find(aRedis({}, { configFile: "" }));
    expect(found).toMatchObject([{ id: "redis-config-file", level: "error" }]);
  });

  it("need not keep min-replicas where the monitors do", () => {
    const group = aGroup({ writeGuard: true });
    expect(find(aRedis({ "min-replicas-to-write": "0" }), group)).toEqual([]);
  });

  it("of an old version says so", () => {
    const info = parseInfo(infoText().replace("7.0.15", "5.0.14"));
    expect(find(aRedis({}, { info }))).toMatchObject([{ id: "redis-version", level: "hint" }]);
  });

  it.each([
    ["connect: refused", "systemctl status"],
    ["NOAUTH Authentication required.", "redis_password_file"],
    ["ERR AUTH was refused", "redis_password_file"],
    ["DENIED Redis is running in protected mode", "protected-mode no"],
  ])("that cannot be asked (%s) comes with what to do", (text, fix) => {
    const [found, ...more] = find({ kind: "none", text });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: "redis-answers", level: "error" });
    expect(found?.fix).toContain(fix);
  });
});

describe("what it would refuse", () => {
  const refusal = (text: string): Partial<SeenRedis> => ({
    refused: [{ command: "CONFIG REWRITE", purpose: "to last", text }],
  });

  it("by its ACL, or because it was renamed", () => {
    const [denied] = find(aRedis({}, refusal("This user has no permissions to run 'config'")));
    expect(denied).toMatchObject({ id: "redis-command", level: "error" });
    expect(denied?.fix).toContain("--print acl");
    const [renamed] = find(aRedis({}, refusal("ERR Command 'CONFIG' not found")));
    expect(renamed?.fix).toContain("rename-command of CONFIG");
  });

  it("is told apart from not knowing", () => {
    const found = find(aRedis({}, { unasked: "it may not ask (ACL DRYRUN)" }));
    expect(found).toMatchObject([{ id: "redis-rights", level: "hint" }]);
  });

  async function look(answer: (words: readonly string[]) => FakeReply): Promise<RedisSight> {
    await using redis = await FakeRedis.start((words) => {
      if (words[0] === "PING") return "+PONG";
      if (words[0] === "INFO") return { text: infoText() };
      return answer(words);
    });
    return await lookAtRedis({ host: "127.0.0.1", port: redis.port }, () => ({}), 5_000);
  }

  it("is asked of itself, and secrets stay there", async () => {
    const sight = await look((words) => {
      if (words[1] === "WHOAMI") return { text: "monitor" };
      if (words[1] === "DRYRUN")
        return words[3] === "REPLICAOF" ? { text: "User monitor has no permissions" } : "+OK";
      return { list: [words[2] ?? "", "hidden"] };
    });
    expect(sight).toMatchObject({
      user: "monitor",
      refused: [{ command: "REPLICAOF" }],
      unasked: null,
    });
    if (sight.kind !== "seen") throw new Error("not seen");
    expect(sight.settings.get("requirepass")).toBe("(set)");
    expect(sight.settings.get("masterauth")).toBe("(set)");
    expect(sight.settings.get("bind")).toBe("hidden");
  });

  it("is not known where neither the user nor the settings may be asked for", async () => {
    const sight = await look(() => "-NOPERM this user has no permissions");
    expect(sight).toMatchObject({ kind: "seen", user: null, refused: [], settings: new Map() });
    expect(find(sight).map(({ id }) => id)).toEqual(["redis-rights", "redis-settings"]);
  });

  it("with another AUTH says back what it was sent, and that is not shown", async () => {
    await using redis = await FakeRedis.start((words) => {
      const said = words.slice(1).map((word) => `'${word}'`);
      return words[0] === "AUTH"
        ? `-ERR unknown command 'AUTH', with args beginning with: ${said.join(" ")}`
        : "-NOAUTH Authentication required.";
    });
    const login = () => ({ username: "mmm", password: "s3cret" });
    const sight = await lookAtRedis({ host: "127.0.0.1", port: redis.port }, login, 5_000);
    expect(redis.asked[0]).toEqual(["AUTH", "mmm", "s3cret"]);
    expect(sight).toEqual({ kind: "none", text: "ERR AUTH was refused" });
  });

  it("does not matter where it lets nobody in", async () => {
    const sight = await lookAtRedis(
      { host: "127.0.0.1", port: 1 },
      () => {
        throw new Error("ca.pem: no such file");
      },
      1_000,
    );
    expect(sight).toEqual({ kind: "none", text: "ca.pem: no such file" });
  });
});
