import { describe, expect, it } from "vitest";
import { answerOf, plainAnswer } from "../../../../src/adapters/sentinel/answers.ts";
import { type Known, newsOf } from "../../../../src/adapters/sentinel/news.ts";
import { Subscriptions } from "../../../../src/adapters/sentinel/subscriptions.ts";
import { encode, type Value } from "../../../../src/adapters/sentinel/values.ts";
import type { Status } from "../../../../src/core/status-types.ts";
import { aNode, anOperation, aStatus, DOWN_NODE } from "../../cli/fixtures.ts";

const VIEW = { host: "0.0.0.0", port: 26_379, answer: "node" } as const;
const WELL = aStatus();
const MINORITY = aStatus({ cluster: { has_quorum: false } });
const MOVED = aStatus({
  group: { master: "db2", nodes: [aNode("db1", { role: "replica" }), aNode("db2")] },
});

function ask(text: string, status: Status = WELL, view: typeof VIEW | { answer: "vip" } = VIEW) {
  return answerOf(text.split(" "), status, { ...VIEW, ...view });
}

function field(entry: Value | undefined, name: string): Value | undefined {
  if (typeof entry !== "object" || entry === null || !("kind" in entry)) return undefined;
  if (entry.kind !== "map") return undefined;
  return entry.entries.find(([key]) => key === name)?.[1];
}

describe("where the master is", () => {
  it("is its own address, or the virtual one if so configured", () => {
    const question = "sentinel get-master-addr-by-name main";
    expect(ask(question)).toEqual(["192.168.10.1", "6379"]);
    expect(ask(question, WELL, { answer: "vip" })).toEqual(["192.168.10.70", "6379"]);
  });

  it.each([
    ["of an unknown name", WELL, "other"],
    ["in a minority", MINORITY, "main"],
    ["without a leader", aStatus({ cluster: { leader: null } }), "main"],
    ["between two masters", aStatus({ group: { operation: anOperation() } }), "main"],
  ])("is not told %s", (_, status, name) => {
    expect(ask(`SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`, status)).toBeNull();
  });
});

describe("a monitor in a minority", () => {
  it("knows no masters, and refuses what is asked of one", () => {
    expect(ask("sentinel masters", MINORITY)).toEqual([]);
    expect(ask("role", MINORITY)).toEqual(["sentinel", []]);
    for (const what of ["master", "replicas", "slaves", "sentinels"]) {
      const text = expect.stringMatching(/^IDONTKNOW mon1 reaches fewer than 2 of 3/) as string;
      expect(ask(`sentinel ${what} main`, MINORITY)).toEqual({ kind: "error", text });
    }
    expect(ask("sentinel ckquorum main", MINORITY)).toMatchObject({
      text: expect.stringMatching(/^NOQUORUM /) as string,
    });
  });
});

describe("what clients decide by", () => {
  it("shows a master that is down, or about to be another, as down", () => {
    expect(field(ask("sentinel master main"), "flags")).toBe("master");
    const down = aStatus({
      group: { verdict: "master-down", nodes: [aNode("db1", DOWN_NODE), aNode("db2")] },
    });
    expect(field(ask("sentinel master main", down), "flags")).toBe("master,s_down,o_down");
    const moving = aStatus({ group: { operation: anOperation() } });
    expect(field(ask("sentinel master main", moving), "flags")).toContain("failover_in_progress");
  });

  it("lists replicas, those that cannot be read as down", () => {
    const nodes = [aNode("db1"), aNode("db2"), aNode("db3", DOWN_NODE)];
    const replicas = ask("sentinel replicas main", aStatus({ group: { nodes } }));
    expect((replicas as readonly Value[]).map((one) => field(one, "flags"))).toEqual([
      "slave",
      "s_down,slave,disconnected",
    ]);
  });

  it("lists the other monitors at this door's port, unless that is on loopback", () => {
    const others = ask("sentinel sentinels main") as readonly Value[];
    expect(others.map((one) => [field(one, "ip"), field(one, "port")])).toEqual([
      ["192.168.10.12", "26379"],
      ["192.168.10.13", "26379"],
    ]);
    const local = answerOf(["sentinel", "sentinels", "main"], WELL, { ...VIEW, host: "127.0.0.1" });
    expect(local).toEqual([]);
  });
});

describe("everything else", () => {
  it.each([
    "sentinel failover main",
    "sentinel set main quorum 1",
    "sentinel monitor x 1.2.3.4 6379 2",
    "sentinel reset *",
    "sentinel remove main",
    "set a b",
    "config set dir /",
    "shutdown",
    "sentinel",
    "sentinel master",
    "sentinel master nobody",
  ])("is refused: %s", (text) => {
    expect(ask(text)).toMatchObject({ kind: "error" });
  });

  it("answers a password as a Redis without one does", () => {
    expect(plainAnswer(["AUTH", "secret"], 1)).toMatchObject({ kind: "error" });
    expect(plainAnswer(["AUTH", "default", "secret"], 1)).toMatchObject({ text: "OK" });
    expect(plainAnswer(["AUTH", "ann", "secret"], 1)).toMatchObject({ kind: "error" });
    expect(JSON.stringify(plainAnswer(["AUTH", "ann", "secret"], 1))).not.toContain("secret");
  });
});

describe("replies as bytes", () => {
  const map: Value = { kind: "map", entries: [["a", ["b", 1, null]]] };
  it("differ between the versions of the protocol", () => {
    expect(encode(map, 2)).toBe("*2\r\n$1\r\na\r\n*3\r\n$1\r\nb\r\n:1\r\n*-1\r\n");
    expect(encode(map, 3)).toBe("%1\r\n$1\r\na\r\n*3\r\n$1\r\nb\r\n:1\r\n_\r\n");
  });

  it("hold no line break in an error", () => {
    expect(encode({ kind: "error", text: "ERR a\r\n+OK\r\n" }, 2)).toBe("-ERR a +OK \r\n");
  });
});

describe("news for subscribers", () => {
  function told(before: Known | null, status: Status) {
    return newsOf(before, status, "node");
  }

  it("is none at first, and a switch when the master is another", () => {
    const first = told(null, WELL);
    expect(first.messages).toEqual([]);
    expect(told(first.known, MOVED).messages).toEqual([
      { channel: "+switch-master", text: "main 192.168.10.1 6379 192.168.10.2 6379" },
    ]);
  });

  it("is kept over a time in which nothing is known", () => {
    const { known } = told(null, WELL);
    const moving = told(known, aStatus({ group: { operation: anOperation() } }));
    const away = told(moving.known, MINORITY);
    expect([...moving.messages, ...away.messages]).toEqual([]);
    expect(told(away.known, MOVED).messages).toHaveLength(1);
  });

  it("tells of nodes that go down and come back", () => {
    const { known } = told(null, WELL);
    const down = told(
      known,
      aStatus({ group: { nodes: [aNode("db1"), aNode("db2", DOWN_NODE)] } }),
    );
    const text = "slave 192.168.10.2:6379 192.168.10.2 6379 @ main 192.168.10.1 6379";
    expect(down.messages).toEqual([{ channel: "+sdown", text }]);
    expect(told(down.known, WELL).messages).toEqual([{ channel: "-sdown", text }]);
  });
});

describe("subscriptions", () => {
  it("match names and patterns with stars", () => {
    const some = new Subscriptions();
    some.change(["SUBSCRIBE", "+switch-master"]);
    some.change(["PSUBSCRIBE", "*", "+s*ch*", "-sdown"]);
    const sent = some.deliver({ channel: "+switch-master", text: "t" });
    expect(sent.map((one) => (one as { items: readonly Value[] }).items[1])).toEqual([
      "+switch-master",
      "*",
      "+s*ch*",
    ]);
  });

  it("are bounded", () => {
    const some = new Subscriptions();
    const names = Array.from({ length: 65 }, (_, index) => `c${index}`);
    expect(some.change(["SUBSCRIBE", ...names])?.[0]).toMatchObject({ kind: "error" });
    expect(some.count).toBe(0);
  });

  it("end one by one, or all at once", () => {
    const some = new Subscriptions();
    some.change(["SUBSCRIBE", "a", "b", "c"]);
    expect(some.change(["UNSUBSCRIBE", "a"])).toHaveLength(1);
    expect(some.change(["UNSUBSCRIBE"])).toHaveLength(2);
    expect(some.change(["UNSUBSCRIBE"])).toEqual([
      { kind: "push", items: ["unsubscribe", null, 0] },
    ]);
  });
});
