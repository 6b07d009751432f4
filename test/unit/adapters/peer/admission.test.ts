import { describe, expect, it } from "vitest";
import { admit, type Receiver, Refusals } from "../../../../src/adapters/peer/admission.ts";
import {
  isLoopback,
  parseHostPort,
  parsePeer,
  showAddress,
} from "../../../../src/adapters/peer/address.ts";
import type { Decoded } from "../../../../src/adapters/peer/codec.ts";
import { Outbox } from "../../../../src/adapters/peer/outbox.ts";
import type { SlotDelta } from "../../../../src/core/consensus/types.ts";
import type { PeerMessage } from "../../../../src/core/messages.ts";
import { healthMessage } from "../../../helpers/health-message.ts";

const mon2: Receiver = {
  name: "mon2",
  clusterId: "aaaaaaaa",
  term: 7,
  knows: (name) => name === "mon1",
};
const health = (seq: number): PeerMessage => healthMessage({ seq });

function from(name: string, clusterId: string | null, to = "mon2"): Decoded {
  const self = { from: name, clusterId, protocol: 1, version: "2", fileDiffers: "" };
  const envelope = { ...self, message: health(1) };
  return { kind: "understood", addressed: { to, envelope } };
}

describe("which messages reach the core", () => {
  it.each([
    ["of the same cluster", from("mon1", "aaaaaaaa"), mon2],
    ["of a sender that is still empty", from("mon1", null), mon2],
    ["while the receiver is still empty", from("mon1", "bbbbbbbb"), { ...mon2, clusterId: null }],
  ])("those %s", (_what, decoded, receiver) => {
    expect(admit(decoded, receiver, null).kind).toBe("admitted");
  });

  it.each([
    ["of another cluster", from("mon1", "bbbbbbbb"), "REFUSAL_FOREIGN_CLUSTER"],
    ["for another monitor", from("mon1", "aaaaaaaa", "mon3"), "REFUSAL_WRONG_NAME"],
    ["of a twin", from("mon2", "aaaaaaaa"), "REFUSAL_WRONG_NAME"],
    ["of a stranger", from("mon9", "aaaaaaaa"), "REFUSAL_UNKNOWN_SENDER"],
    ["that make no sense", { kind: "malformed", reason: "term: missing" }, "REFUSAL_MALFORMED"],
    [
      "of another protocol",
      { kind: "other-protocol", from: "mon1", theirs: 2, version: "3" },
      "REFUSAL_PROTOCOL",
    ],
  ] as const)("not those %s", (_what, decoded, refusal) => {
    expect(admit(decoded, mon2, null)).toMatchObject({ kind: "refused", refusal });
  });

  it("of a stranger the state of this cluster alone, and nothing of its file", () => {
    const brings = (clusterId: string | null): Decoded => {
      const stamp = { term: 7, version: 3 };
      const delta: SlotDelta = { base: null, stamp, parts: {}, changed: {} };
      const state = { kind: "genesis", storageId: "s", term: 7, slot: stamp, delta } as const;
      const self = { from: "mon9", clusterId, protocol: 1, version: "2", fileDiffers: "mode" };
      const envelope = { ...self, message: { kind: "consensus", message: state } as const };
      return { kind: "understood", addressed: { to: "mon2", envelope } };
    };
    const refused = { kind: "refused", refusal: "REFUSAL_UNKNOWN_SENDER" };
    expect(admit(brings("bbbbbbbb"), mon2, null)).toMatchObject(refused);
    expect(admit(brings(null), mon2, null)).toMatchObject(refused);
    expect(admit(brings(null), { ...mon2, clusterId: null }, null)).toMatchObject(refused);
    expect(admit(brings("aaaaaaaa"), mon2, null)).toMatchObject({
      kind: "admitted",
      addressed: { envelope: { fileDiffers: "" } },
    });
  });

  it("not those of a term that no cluster comes to: one would use up all that are left", () => {
    const ofTerm = (term: number): Decoded => {
      const self = { clusterId: null, protocol: 1, version: "2", fileDiffers: "" };
      const vote = {
        kind: "vote-reply",
        storageId: "s",
        term,
        slot: null,
        granted: true,
        asker: null,
      } as const;
      const message = { kind: "consensus", message: vote } as const;
      const envelope = { ...self, from: "mon1", message };
      return { kind: "understood", addressed: { to: "mon2", envelope } };
    };
    expect(admit(ofTerm(1_000_000), mon2, null).kind).toBe("admitted");
    const refused = admit(ofTerm(2 ** 32 - 1), mon2, null);
    expect(refused).toMatchObject({ kind: "refused", refusal: "REFUSAL_MALFORMED" });
  });
});

describe("a certificate", () => {
  it("is the only name under which its holder may speak", () => {
    expect(admit(from("mon1", "aaaaaaaa"), mon2, "mon1").kind).toBe("admitted");
    const refusal = { kind: "refused", from: "mon3", refusal: "REFUSAL_WRONG_NAME" };
    const why = "a message of mon1 came with the certificate of mon3";
    expect(admit(from("mon1", "aaaaaaaa"), mon2, "mon3")).toEqual({ ...refusal, reason: why });
    // Whatever else is wrong with the message: its name is not believed.
    const other = { kind: "other-protocol", from: "mon1", theirs: 2, version: "3" } as const;
    expect(admit(other, mon2, "mon3")).toEqual({ ...refusal, reason: why });
  });
});

describe("recent refusals", () => {
  it("are forgotten after a while, and are few, whoever knocks", () => {
    const refusals = new Refusals();
    for (let i = 0; i < 1_000; i += 1) refusals.add(`mon${i}`, "no", 0);
    expect(refusals.list(9_000).length).toBeLessThanOrEqual(32);
    expect(refusals.list(9_000).at(-1)).toEqual({ from: "mon999", reason: "no" });
    expect(refusals.list(10_001)).toEqual([]);
  });

  it("of one who says something else each time are told of now and then, and shown as they are", () => {
    const refusals = new Refusals();
    const told = Array.from({ length: 1_000 }, (_, i) => refusals.add("mon9", `no ${i}`, i * 10));
    expect(told.filter(Boolean)).toHaveLength(2);
    expect(refusals.list(10_000)).toEqual([{ from: "mon9", reason: "no 999" }]);
    expect(refusals.add("mon9", "no 999", 10_000)).toBe(true);
    expect(refusals.add("mon9", "no 999", 19_000)).toBe(false);
  });
});

describe("a refusal", () => {
  it("is worth telling when it begins, when its reason changes, and when it comes again", () => {
    const refusals = new Refusals();
    const told = [
      refusals.add("mon1", "another cluster", 0),
      refusals.add("mon1", "another cluster", 9_000),
      refusals.add("mon2", "another cluster", 9_000),
      refusals.add("mon1", "a stranger", 9_001),
      refusals.add("mon1", "a stranger", 19_002),
    ];
    expect(told).toEqual([true, false, true, true, true]);
  });

  it("is not worth telling when they come by the dozen", () => {
    const refusals = new Refusals();
    const told = Array.from({ length: 1_000 }, (_, i) => refusals.add(`mon${i}`, "no", 0));
    expect(told.filter(Boolean).length).toBeLessThanOrEqual(32);
  });
});

describe("the outbox of a peer", () => {
  it("keeps the newest of each kind, and gives first the kind that waits longest", () => {
    const sender = { storageId: "s", term: 1, slot: null };
    const reply = (round: number): PeerMessage => ({
      kind: "consensus",
      message: { ...sender, kind: "append-reply", round, version: 1 },
    });
    const outbox = new Outbox();
    for (const message of [health(1), reply(1), health(2), reply(2), health(3)])
      outbox.put(message);
    expect(outbox.size).toBe(2);
    expect([outbox.take(), outbox.take(), outbox.take()]).toEqual([health(3), reply(2), null]);
  });

  it("lets no heartbeat take the place of what brings state, which is said only once", () => {
    const sender = { storageId: "s", term: 1, slot: null, commit: null, note: null };
    const append = (round: number, delta: SlotDelta | null): PeerMessage => ({
      kind: "consensus",
      message: { ...sender, kind: "append", round, version: 1, delta },
    });
    const delta = { base: null, stamp: { term: 1, version: 1 }, changed: {}, parts: {} };
    const outbox = new Outbox();
    for (const message of [append(1, delta), append(2, null), append(3, null)]) outbox.put(message);
    expect([outbox.take(), outbox.take()]).toEqual([append(1, delta), append(3, null)]);
    // Nor overtake it: whoever answered that first would seem not to have got the state.
    for (const message of [append(4, null), append(5, delta), append(6, null), health(1)])
      outbox.put(message);
    expect([outbox.take(), outbox.take()]).toEqual([append(5, delta), append(6, null)]);
  });
});

describe("addresses", () => {
  it.each([
    ["mon1=10.0.0.1:7400", { name: "mon1", host: "10.0.0.1", port: 7400 }],
    ["10.0.0.1:7400", { name: null, host: "10.0.0.1", port: 7400 }],
    ["m=[::1]:7400", { name: "m", host: "::1", port: 7400 }],
    ["host.example.org:1", { name: null, host: "host.example.org", port: 1 }],
    ["10.0.0.1", null],
    ["10.0.0.1:0", null],
    ["10.0.0.1:65536", null],
    ["=10.0.0.1:1", null],
    ["a b=10.0.0.1:1", null],
    ["__proto__=10.0.0.1:1", null],
    ["http://x:1", null],
  ])("%s is read as %j", (text, expected) => {
    expect(parsePeer(text)).toEqual(expected);
  });

  it("are shown as they are read", () => {
    for (const text of ["10.0.0.1:7400", "[::1]:7400", "localhost:1"]) {
      expect(showAddress(parseHostPort(text)!)).toBe(text);
    }
  });

  it("of this host only are told apart", () => {
    expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
    expect(["128.0.0.1", "0.0.0.0", "127.0.0.1.example.org"].some(isLoopback)).toBe(false);
  });
});
