import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseView } from "../../../../src/adapters/ssh/register-view.ts";

const BOOT = "boot=7dd5492c-fdb9-40a7-98e8-be4dc181fb76";
const EMPTY = `gate=absent gated=0 token=- permits=- lease=0 addr=- ${BOOT}`;
const FULL = `gate=present gated=1 token=0a1b2c3d.3.9 permits=3.9.77,2.8.4294967295 lease=1984 addr=eth0.5/32/14,lo/24/- ${BOOT}`;

describe("a register's view", () => {
  test("of a host without a table is empty", () => {
    expect(parseView(EMPTY)).toEqual({
      gate: "absent",
      gated: false,
      token: null,
      permits: [],
      leaseMs: 0,
      addresses: [],
      boot: "7dd5492c-fdb9-40a7-98e8-be4dc181fb76",
      lacks: null,
    });
  });

  test("has the epoch, permits, lease and every form of the address", () => {
    expect(parseView(FULL)).toEqual({
      gate: "present",
      gated: true,
      token: { kind: "epoch", cluster: "0a1b2c3d", epoch: { term: 3, version: 9 } },
      permits: [
        { epoch: { term: 3, version: 9 }, id: 77 },
        { epoch: { term: 2, version: 8 }, id: 4294967295 },
      ],
      leaseMs: 1984,
      addresses: [
        { device: "eth0.5", prefix: 32, lifetimeS: 14 },
        { device: "lo", prefix: 24, lifetimeS: null },
      ],
      boot: "7dd5492c-fdb9-40a7-98e8-be4dc181fb76",
      lacks: null,
    });
  });

  test("with term 0 holds an instance id", () => {
    const view = parseView(FULL.replace("0a1b2c3d.3.9", "0a1b2c3d.0.9"));
    expect(view?.token).toEqual({ kind: "instance", cluster: "0a1b2c3d", id: 9 });
  });

  test("names a program that is gone from the host", () => {
    expect(parseView(`${FULL} lacks=arping`)?.lacks).toBe("arping");
  });

  test("may have words of a newer guard", () => {
    expect(parseView(`${FULL} color=blue`)).toEqual(parseView(FULL));
  });

  test.each([
    ["gate=present", "gate=perhaps"],
    // Only a host without a guard has no backend; a guard never says so.
    ["gate=present", "gate=none"],
    ["gated=1", "gated=2"],
    ["token=0a1b2c3d.3.9", "token=0a1b2c3d.3"],
    ["token=0a1b2c3d.3.9", "token=0a1b2c3d.3.9.1"],
    ["token=0a1b2c3d.3.9", "token=0a1b2c3d.3.4294967296"],
    ["token=0a1b2c3d.3.9", "token=xyz.3.9"],
    ["token=0a1b2c3d.3.9", "token="],
    ["permits=3.9.77", "permits=3.9"],
    ["permits=3.9.77", "permits=3.9.-1"],
    ["lease=1984", "lease=1e3"],
    ["lease=1984", "lease=-"],
    ["lo/24/-", "lo/33/-"],
    ["lo/24/-", "lo/24"],
    ["lo/24/-", "/24/-"],
    [BOOT, "boot="],
  ])("is unreadable as a whole with %s replaced by %s", (from, to) => {
    expect(parseView(FULL.replace(from, to))).toBeNull();
  });

  test.each(FULL.split(" "))("is unreadable without %s", (word) => {
    expect(parseView(FULL.replace(word, ""))).toBeNull();
  });

  test("garbage never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseView(text)));
    const words = fc.constantFrom(...FULL.split(" "), "token=..", "addr=//", "permits=,", "lease=");
    fc.assert(fc.property(fc.array(words), (some) => void parseView(some.join(" "))));
  });
});
