import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GuardRequest } from "../../../../src/core/vip/types.ts";
import {
  encodeRequest,
  parseAnswer,
  requestLine,
} from "../../../../src/adapters/ssh/guard-protocol.ts";

const vip = "10.0.0.70";
const cluster = "0a1b2c3d";
const epoch = { term: 3, version: 9 };

const REQUESTS: readonly (readonly [string, GuardRequest])[] = [
  ["show i 10.0.0.70", { op: "show", vip }],
  [
    "install i 10.0.0.70 0a1b2c3d 4294967295",
    { op: "install", vip, cluster, instance: 2 ** 32 - 1 },
  ],
  [
    "mark i 10.0.0.70 0a1b2c3d 0 5 0a1b2c3d 3 9 1 77 400",
    {
      op: "mark",
      vip,
      cluster,
      seen: { kind: "instance", cluster, id: 5 },
      epoch,
      gate: true,
      permit: { id: 77, ttlMs: 400 },
    },
  ],
  [
    "mark i 10.0.0.70 ffffffff 2 8 0a1b2c3d 3 9 0 0 0",
    {
      op: "mark",
      vip,
      cluster,
      seen: { kind: "epoch", cluster: "ffffffff", epoch: { term: 2, version: 8 } },
      epoch,
      gate: false,
      permit: null,
    },
  ],
  [
    "permit i 10.0.0.70 0a1b2c3d 3 9 77 400",
    { op: "permit", vip, cluster, epoch, permit: 77, ttlMs: 400 },
  ],
  [
    "claim i 10.0.0.70 0a1b2c3d 3 9 77 78 400 2000 enP2p1s0.100",
    {
      op: "claim",
      vip,
      cluster,
      epoch,
      permit: 77,
      next: 78,
      ttlMs: 400,
      leaseMs: 2000,
      interface: "enP2p1s0.100",
    },
  ],
  ["release i 10.0.0.70 0a1b2c3d 3 9", { op: "release", vip, cluster, epoch, seen: null }],
  [
    "release i 10.0.0.70 0a1b2c3d 3 9 0a1b2c3d 2 8",
    {
      op: "release",
      vip,
      cluster,
      epoch,
      seen: { kind: "epoch", cluster, epoch: { term: 2, version: 8 } },
    },
  ],
];

function lineOf(request: GuardRequest): string {
  const encoded = encodeRequest(request);
  return encoded.kind === "line" ? requestLine("i", request.op, encoded.words) : encoded.text;
}

describe("a request", () => {
  test.each(REQUESTS)("is written as %s", (line, request) => {
    expect(lineOf(request)).toBe(`${line}\n`);
  });

  test.each([
    ["an interface with a space", { interface: "eth0 x" }],
    ["an interface with a shell's characters", { interface: "$(reboot)" }],
    ["an empty interface", { interface: "" }],
    ["a next permit of 0, which means none", { next: 0 }],
    ["a permit above 32 bits", { next: 2 ** 32 }],
    ["a lease of no time", { leaseMs: 0 }],
    ["a fraction of a millisecond", { ttlMs: 0.5 }],
    ["not a number", { leaseMs: Number.NaN }],
    ["a cluster id of capitals", { cluster: "DEADBEEF" }],
    ["term 0, which means an instance", { epoch: { term: 0, version: 1 } }],
    ["a line break in the VIP", { vip: "10.0.0.70\nrelease" }],
  ])("with %s is not sent", (_, change) => {
    const request = {
      op: "claim",
      vip,
      cluster,
      epoch,
      permit: 1,
      next: 2,
      ttlMs: 400,
      leaseMs: 2000,
      interface: "eth0",
    };
    expect(encodeRequest({ ...request, ...change } as GuardRequest).kind).toBe("invalid");
  });

  test("has at most 200 characters even with the largest values", () => {
    const most = 2 ** 32 - 1;
    const request: GuardRequest = {
      op: "mark",
      vip: "255.255.255.255",
      cluster,
      seen: { kind: "epoch", cluster, epoch: { term: most, version: most } },
      epoch: { term: most, version: most },
      gate: true,
      permit: { id: most, ttlMs: 3_600_000 },
    };
    const encoded = encodeRequest(request);
    if (encoded.kind !== "line") throw new Error(encoded.text);
    expect(requestLine("f".repeat(32), "install", encoded.words).length).toBeLessThanOrEqual(200);
  });
});

describe("an answer", () => {
  test.each([
    ["ok a-1", { kind: "ok", id: "a-1", rest: "" }],
    ["ok a-1 gate=absent boot=x", { kind: "ok", id: "a-1", rest: "gate=absent boot=x" }],
    [
      "err a-1 stale the register holds -\r",
      { kind: "err", id: "a-1", code: "stale", text: "the register holds -" },
    ],
    [
      "err a-1 surprise of a newer guard",
      { kind: "err", id: "a-1", code: "failed", text: "of a newer guard" },
    ],
    ["err a-1", { kind: "err", id: "a-1", code: "failed", text: "" }],
  ])("%j is read", (line, answer) => {
    expect(parseAnswer(line)).toEqual(answer);
  });

  test.each(["", "ok", "okay a-1", " ok a-1", "Last login: today", "err"])("%j is none", (line) => {
    expect(parseAnswer(line)).toBeNull();
  });

  test("garbage never throws", () => {
    fc.assert(fc.property(fc.string(), (line) => void parseAnswer(line)));
    fc.assert(fc.property(fc.string(), (tail) => void parseAnswer(`err x ${tail}`)));
  });
});
