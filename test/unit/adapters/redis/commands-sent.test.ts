/**
 * The table of commands against what the adapters really send: each of them does all it can, to a
 * Redis that remembers. Too little in the table would be an ACL that fails in a failover, too much a
 * right that nobody needs.
 */
import { expect, it } from "vitest";
import { lookAtRedis } from "../../../../src/adapters/doctor/redis-sight.ts";
import { RedisActions } from "../../../../src/adapters/redis/actions.ts";
import { nameOf, ruleOf, SENT } from "../../../../src/adapters/redis/commands-sent.ts";
import { RedisProbes } from "../../../../src/adapters/redis/probe.ts";
import { checkVip } from "../../../../src/adapters/redis/vip-check.ts";
import type { Target } from "../../../../src/core/io.ts";
import type { RedisAction } from "../../../../src/core/operation/action.ts";
import { FakeRedis, type FakeReply } from "../../../helpers/fake-redis.ts";
import { infoText } from "../doctor/fixtures.ts";

const ACTIONS: Readonly<Record<RedisAction["kind"], RedisAction>> = {
  open: { kind: "open" },
  "cut-off": { kind: "cut-off" },
  info: { kind: "info" },
  "get-min-replicas": { kind: "get-min-replicas" },
  "set-min-replicas": { kind: "set-min-replicas", value: "0" },
  unpause: { kind: "unpause" },
  "pause-writes": { kind: "pause-writes", ms: 500 },
  follow: { kind: "follow", host: "10.0.0.1", port: 6379 },
  promote: { kind: "promote" },
  rewrite: { kind: "rewrite" },
  close: { kind: "close" },
};

const ANSWERS: Readonly<Record<string, FakeReply>> = {
  PING: "+PONG",
  "CONFIG GET": { list: ["x", "1"] },
  "CLIENT LIST": { text: "id=5 addr=1 name=mmm-act:1.1\nid=6 addr=2 name=mmm-act:1.2\n" },
  "CLIENT KILL": ":1",
  "ACL WHOAMI": { text: "redis-mmm" },
};

function answer(words: readonly string[]): FakeReply {
  if (words[0] === "INFO") return { text: infoText() };
  return ANSWERS[words.slice(0, 2).join(" ")] ?? "+OK";
}

it("has every command that is sent, and none that is not", async () => {
  await using redis = await FakeRedis.start(answer);
  const credentials = { username: "redis-mmm", password: "secret" };
  const { port } = redis;
  const target = { group: "main", node: "db1", address: "127.0.0.1", port } as Target;
  const actions = new RedisActions(() => credentials);
  for (const action of Object.values(ACTIONS)) {
    const { kind } = await actions.run(target, { term: 1, seq: 2 }, action, 5_000);
    expect({ action: action.kind, kind }).not.toMatchObject({ kind: "unknown" });
  }
  const probes = new RedisProbes(() => credentials);
  await probes.probe(target, "full", 5_000);
  await probes.probe(target, "pulse", 5_000);
  await checkVip("127.0.0.1", port, credentials, 5_000);
  const sight = await lookAtRedis({ host: "127.0.0.1", port }, () => credentials, 5_000);
  actions.close();
  probes.close();

  expect(sight).toMatchObject({ kind: "seen", user: "redis-mmm", refused: [], unasked: null });
  const sent = new Set(redis.asked.map(nameIn));
  expect([...sent].toSorted()).toEqual(SENT.map(nameOf).toSorted());
});

/** Of the table, or as it was sent. */
function nameIn(words: readonly string[]): string {
  const known = SENT.find((one) => one.words.every((word, at) => words[at] === word));
  return known === undefined ? words.join(" ") : nameOf(known);
}

it("becomes the rules of an ACL", () => {
  const rules = SENT.flatMap((sent) => ruleOf(sent) ?? []);
  expect(rules).toContain("+config|rewrite");
  expect(rules).not.toContain("+auth");
  expect(rules.every((rule) => /^\+[a-z]+(\|[a-z]+)?$/.test(rule))).toBe(true);
});
