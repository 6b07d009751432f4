import { describe, expect, it } from "vitest";
import { granted, parseCounters } from "../../bench/resyncs.ts";
import { inOrder } from "../../bench/roles.ts";

const counters = (runId: string, full: number, partial: number) => ({ runId, full, partial });

describe("resyncs", () => {
  it("are read from INFO; of a node that is silent nothing is known", () => {
    const info = "run_id:abc\r\nsync_full:2\r\nsync_partial_ok:3\r\nsync_partial_err:4\r\n";
    expect(parseCounters(info)).toEqual(counters("abc", 2, 3));
    expect(parseCounters(undefined)).toBeNull();
  });

  it("are what was granted between the looks, by a restarted process since its start", () => {
    const before = [counters("a", 2, 0), counters("b", 1, 1), null];
    const after = [counters("new", 1, 0), counters("b", 1, 3), counters("c", 0, 1)];
    expect(granted(before, after)).toEqual({ full: 1, partial: 3 });
  });

  it("of a node that died are unknown, and not negative", () => {
    expect(granted([counters("a", 5, 5)], [null])).toEqual({ full: 0, partial: 0 });
  });
});

describe("everybody stands where they must", () => {
  const order = { survivors: ["db1", "db2"], moves: true };
  const master = { node: "db2", said: ["master", "10"] };

  it("when one is master and the other is connected to it", () => {
    const follower = { node: "db1", said: ["slave", "10.77.0.12", "6379", "connected", "10"] };
    expect(inOrder([follower, master], order)).toBe(true);
    expect(inOrder([follower, master], { ...order, moves: false })).toBe(false);
  });

  it.each([
    ["there are two masters", ["master", "5"]],
    ["it follows another one", ["slave", "10.77.0.13", "6379", "connected", "10"]],
    ["its link is down", ["slave", "10.77.0.12", "6379", "connect", "-1"]],
    ["it does not answer", []],
  ])("not when %s", (_why, said) => {
    expect(inOrder([{ node: "db1", said }, master], order)).toBe(false);
  });
});
