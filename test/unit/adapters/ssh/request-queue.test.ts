import { expect, test } from "vitest";
import { RequestQueue } from "../../../../src/adapters/ssh/request-queue.ts";
import type { GuardRequest, GuardResult } from "../../../../src/core/vip/types.ts";

const LONG_MS = 60_000;
const epoch = { term: 1, version: 1 };
const DONE: GuardResult = { kind: "ok", view: null };

function queue(): RequestQueue {
  return new RequestQueue(({ op }) => ({ kind: "unsent", problem: "timeout", text: op }));
}

function renewal(vip: string, permit = 5): GuardRequest {
  const times = { ttlMs: 400, leaseMs: 1000 };
  return {
    op: "claim",
    vip,
    cluster: "00c0ffee",
    epoch,
    permit,
    next: 6,
    ...times,
    interface: "e0",
  };
}

function release(vip: string): GuardRequest {
  return { op: "release", vip, cluster: "00c0ffee", epoch, seen: null };
}

function vipsOf(taken: ReturnType<RequestQueue["take"]>): readonly string[] {
  return taken.map(({ request }) => request.vip);
}

function filled(...requests: readonly GuardRequest[]): RequestQueue {
  const made = queue();
  for (const request of requests) void made.put(request, LONG_MS);
  return made;
}

test("renewals and looks that wait are taken together, up to as many as the guard takes", () => {
  const waiting = filled(renewal("a"), { op: "show", vip: "b" }, renewal("c"), renewal("d"));
  expect(vipsOf(waiting.take(3))).toEqual(["a", "b", "c"]);
  expect(vipsOf(waiting.take(3))).toEqual(["d"]);
  expect(waiting.isEmpty).toBe(true);
  waiting.dismiss(DONE);
});

test("a guard that takes each request alone gets each alone", () => {
  const waiting = filled(renewal("a"), renewal("b"));
  expect(vipsOf(waiting.take(1))).toEqual(["a"]);
  expect(vipsOf(waiting.take(1))).toEqual(["b"]);
});

test("what changes who may serve goes alone, and nothing overtakes it", () => {
  const waiting = filled(renewal("a"), release("b"), renewal("c"));
  expect(vipsOf(waiting.take(9))).toEqual(["a"]);
  expect(vipsOf(waiting.take(9))).toEqual(["b"]);
  expect(vipsOf(waiting.take(9))).toEqual(["c"]);
});

test("a claim of a group without leases goes alone", () => {
  const waiting = filled(renewal("a"), renewal("b", 0));
  expect(vipsOf(waiting.take(9))).toEqual(["a"]);
});

test("two requests about one VIP are never taken together", () => {
  const waiting = filled(renewal("a"), renewal("b"), { op: "show", vip: "a" });
  expect(vipsOf(waiting.take(9))).toEqual(["a", "b"]);
  expect(vipsOf(waiting.take(9))).toEqual(["a"]);
});

test("each request gets its own answer", async () => {
  const waiting = queue();
  const answers = [waiting.put(renewal("a"), LONG_MS), waiting.put(renewal("b"), LONG_MS)];
  const refused: GuardResult = { kind: "refused", code: "stale", text: "gone" };
  const [first, second] = waiting.take(2);
  second?.settle(DONE);
  first?.settle(Promise.resolve(refused));
  expect(await Promise.all(answers)).toEqual([refused, DONE]);
});

test("what is not taken in time is answered so, and not taken later", async () => {
  const waiting = queue();
  const answer = waiting.put(renewal("a"), 1);
  expect(await answer).toMatchObject({ kind: "unsent", problem: "timeout" });
  expect(waiting.isEmpty).toBe(true);
});
