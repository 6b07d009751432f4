import { describe, expect, it } from "vitest";
import { Subject } from "../../../../src/adapters/doctor/finding.ts";
import { type SeenNode, vipFindings } from "../../../../src/adapters/doctor/vip-rules.ts";
import { parseInfo } from "../../../../src/adapters/redis/info.ts";
import { aHost, aRedis, infoText, NODE } from "./fixtures.ts";

const VIP = "10.0.0.70";

function aSeen(name: string, change: Partial<SeenNode> = {}): SeenNode {
  const redis = aRedis({}, { info: parseInfo(infoText(name.repeat(10))) });
  const mac = `52:54:00:00:00:0${name.slice(2)}`;
  const host = aHost({ interfaces: new Map([["eth1", mac]]) });
  return { node: { ...NODE, name }, redis, host, serves: name === "db1", ...change };
}

function find(
  runId: string | null,
  nodes: readonly SeenNode[] = [aSeen("db1"), aSeen("db2")],
  isWatched = false,
  text = "no answer",
) {
  const answer = { runId, text };
  return vipFindings({ subject: new Subject(VIP), vip: VIP, nodes, answer, isWatched }).map(
    ({ id, level, what }) => `${level} ${id}: ${what}`,
  );
}

describe("a virtual IP", () => {
  it("is answered by whoever serves it", () => {
    expect(find("db1".repeat(10))).toEqual(["ok vip-answer: db1 answers here, and serves it"]);
  });

  it("is answered by another, or by a stranger", () => {
    expect(find("db2".repeat(10))).toEqual([
      "error vip-stranger: db2 answers here, but db1 serves it",
    ]);
    expect(find("x".repeat(40))).toEqual([
      `error vip-stranger: a Redis of none of its nodes answers at ${VIP}`,
    ]);
  });

  it("is no stranger's where a node could not be looked at", () => {
    const dark = aSeen("db2", { redis: { kind: "none", text: "timeout" } });
    expect(find("x".repeat(40), [aSeen("db1"), dark])).toEqual([]);
  });

  it("is mute although it is served", () => {
    expect(find(null)).toEqual([
      "warning vip-answer: db1 serves it, but nothing answers here: no answer",
    ]);
  });

  it("is a stranger's where a Redis answers that lets nobody in, though its own would", () => {
    const nodes = [aSeen("db1"), aSeen("db2")];
    expect(find(null, nodes, true, "DENIED protected mode")).toEqual([
      "error vip-stranger: what answers is not the Redis of db1, which serves it: DENIED protected mode",
    ]);
    const dark = aSeen("db1", { redis: { kind: "none", text: "DENIED protected mode" } });
    expect(find(null, [dark], true, "DENIED protected mode")).toEqual([
      "warning vip-answer: db1 serves it, but nothing answers here: DENIED protected mode",
    ]);
  });

  it("is an ordinary address before the first start, or nowhere", () => {
    const idle = [aSeen("db1", { serves: false }), aSeen("db2")];
    expect(find("db1".repeat(10), idle)).toEqual([
      "hint vip-answer: db1 answers, though no monitor gave it a lease",
    ]);
    expect(find(null, idle)).toEqual([]);
    expect(find("db1".repeat(10), idle, true)).toEqual([]);
  });

  it("is found by the hosts at one of their own MAC addresses, else somewhere else", () => {
    const sees = (mac: string) =>
      aSeen("db2", {
        host: aHost({
          interfaces: new Map([["eth1", "52:54:00:00:00:02"]]),
          neighbours: [{ vip: VIP, mac }],
        }),
      });
    expect(find("db1".repeat(10), [aSeen("db1"), sees("52:54:00:00:00:01")])).toHaveLength(1);
    expect(find("db1".repeat(10), [aSeen("db1"), sees("52:54:00:99:99:99")])).toContain(
      `error vip-stranger: db2 finds ${VIP} at 52:54:00:99:99:99, which is none of its hosts`,
    );
  });
});
