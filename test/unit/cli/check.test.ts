import { describe, expect, it } from "vitest";
import type { Status } from "../../../src/core/status-types.ts";
import { aGroup, aNode, aStatus, DOWN_NODE } from "./fixtures.ts";
import { anAnswer, mmm } from "./world.ts";

function check(status: Status, flags = "") {
  const monitors = { "127.0.0.1:7400": { status: () => anAnswer({ status }) } };
  return mmm(`check ${flags}`, { monitors });
}

describe("mmm check", () => {
  it("is one line of text and data", async () => {
    expect(await check(aStatus())).toMatchObject({
      code: 0,
      err: "",
      out: "REDIS-MMM OK - main: db1 is master, 192.168.10.70 on db1, 2 of 2 replicas; 3 of 3 monitors | monitors=3;;;0;3 replicas=2;;;0;2 lease=1740ms;;;0 lag_db2=14B;;;0 lag_db3=14B;;;0",
    });
  });

  it("warns of what less than a promise is lost by", async () => {
    const nodes = [aNode("db1"), aNode("db2"), aNode("db3", DOWN_NODE)];
    const { code, out } = await check(aStatus({ group: { nodes } }));
    expect(code).toBe(1);
    expect(out).toMatch(/^REDIS-MMM WARNING - db3 is down \(.*replicas=1;;;0;2 /);
  });

  it("is critical where a promise does not hold, the worst first, and of many some", async () => {
    const warnings = [1, 2, 3].map((n) => ({ level: "warning" as const, text: `w${n} a|b\nc` }));
    const group = { verdict: "master-down", verdict_text: "db1 is down" };
    const { code, out } = await check(aStatus({ group, status: { warnings } }));
    expect(code).toBe(2);
    expect(out).toMatch(
      /^REDIS-MMM CRITICAL - main: db1 is down; w1 a\/b; c; w2 a\/b; c; and 1 more \|/,
    );
  });

  it("judges the lag by its limits", async () => {
    const nodes = [aNode("db1"), aNode("db2", { lag_bytes: 2_000_000 }), aNode("db3")];
    const lagging = aStatus({ group: { nodes } });
    expect((await check(lagging)).code).toBe(0);
    const warned = await check(lagging, "--warn-lag 1mb --crit-lag 10mb");
    expect(warned.code).toBe(1);
    expect(warned.out).toContain("WARNING - db2 is 1.9mb behind");
    expect(warned.out).toContain("lag_db2=2000000B;1048576;10485760;0");
    expect((await check(lagging, "--crit-lag 1mb")).code).toBe(2);
  });

  it("tells several groups apart, or looks at one", async () => {
    const groups = [aGroup(), aGroup({ name: "other", nodes: [aNode("db1"), aNode("db2")] })];
    const both = await check(aStatus({ status: { groups } }));
    expect(both.out).toContain("lag_main_db3=14B;;;0");
    expect(both.out).toContain("replicas_other=1;;;0;1");
    const one = await check(aStatus({ status: { groups } }), "--group other");
    expect(one.out).not.toContain("main");
  });

  it("is critical when no monitor answers, and unknown when it was called wrongly", async () => {
    const silent = await mmm("check", { monitors: {}, env: { MMM_MONITORS: "10.9.9.9:1" } });
    expect(silent).toMatchObject({
      code: 2,
      out: "REDIS-MMM CRITICAL - no monitor answered (tried 1)",
    });
    for (const [line, text] of [
      ["check --warn-lag lots", '--warn-lag: "lots" is not a size'],
      ["check --wran-lag 1mb", "there is no option --wran-lag; did you mean --warn-lag?"],
      ["check --to db2", "check takes no --to"],
      ["--config /nonexistent/x.conf check", "there is no such file"],
      ["check --group x", 'there is no group "x"'],
    ] as const) {
      const { code, out, err } = await mmm(line);
      expect({ code, err }).toEqual({ code: 3, err: "" });
      expect(out).toMatch(/^REDIS-MMM UNKNOWN - [^\n]+$/);
      expect(out).toContain(text);
    }
  });
});
