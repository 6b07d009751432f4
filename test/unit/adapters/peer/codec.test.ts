import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerService } from "../../../../src/adapters/grpc.ts";
import { decodeEnvelope, encodeEnvelope } from "../../../../src/adapters/peer/codec.ts";
import { TEXT_LIMIT } from "../../../../src/adapters/peer/fields.ts";
import type { Envelope__Output } from "../../../../src/adapters/gen/mmm/v1/Envelope.ts";
import type { Part } from "../../../../src/core/consensus/types.ts";
import type { Envelope } from "../../../../src/core/messages.ts";
import { aCluster } from "../../core/consensus/a-monitor.ts";
import { anEnvelope } from "./arbitrary.ts";
import { healthMessage } from "../../../helpers/health-message.ts";

const { requestSerialize, requestDeserialize } = PeerService.service.Exchange;

function overTheWire(envelope: Envelope) {
  return requestSerialize(encodeEnvelope({ to: "mon2", envelope }));
}

function read(bytes: Buffer) {
  return decodeEnvelope(requestDeserialize(bytes) as Envelope__Output);
}

const voteReply: Envelope = {
  from: "mon1",
  clusterId: "0123abcd",
  protocol: 1,
  version: "2.0.0",
  fileDiffers: "",
  message: {
    kind: "consensus",
    message: {
      kind: "vote-reply",
      storageId: "s1",
      term: 3,
      slot: null,
      granted: true,
      asker: null,
    },
  },
};

describe("the codec of envelopes", () => {
  it("gives back every message as it was sent", () => {
    fc.assert(
      fc.property(anEnvelope, (envelope) => {
        expect(read(overTheWire(envelope))).toEqual({
          kind: "understood",
          addressed: { to: "mon2", envelope },
        });
      }),
      { numRuns: 200 },
    );
  });

  it("answers garbage with a refusal or a wire error, never with a crash or a message", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let wire: Envelope__Output;
        try {
          wire = requestDeserialize(Buffer.from(bytes)) as Envelope__Output;
        } catch {
          return; // gRPC itself answers such bytes with an error.
        }
        expect(decodeEnvelope(wire).kind).not.toBe("understood");
      }),
      { numRuns: 300 },
    );
  });

  it("survives any single changed byte", () => {
    fc.assert(
      fc.property(anEnvelope, fc.nat(), fc.nat(255), (envelope, at, byte) => {
        const bytes = Buffer.from(overTheWire(envelope));
        bytes[at % bytes.length] = byte;
        let wire: Envelope__Output;
        try {
          wire = requestDeserialize(bytes) as Envelope__Output;
        } catch {
          return;
        }
        expect(() => decodeEnvelope(wire)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it("names another protocol before it looks at anything else", () => {
    const bytes = requestSerialize({ from: "mon9", protocol: 7, version: "9.1.0" });
    expect(read(bytes)).toEqual({
      kind: "other-protocol",
      from: "mon9",
      theirs: 7,
      version: "9.1.0",
    });
  });

  it.each([
    ["no sender", { from: "" }, "from: not a name"],
    ["a sender that is no key", { from: "__proto__" }, "from: not a name"],
    ["no body", { health: null, consensus: null }, "body: no message that this version knows"],
    ["a cluster id of the wrong form", { clusterId: "zz" }, "cluster_id: not a cluster id"],
    [
      "a consensus message without a kind",
      { consensus: { storageId: "s" } },
      "consensus: no message that this version knows",
    ],
    ["a missing storage id", { consensus: { vote: {} } }, "storage_id: not a name"],
    [
      "a stamp that is not exact",
      { consensus: { storageId: "s", term: "9007199254740993", vote: {} } },
      "term: not an exact whole number",
    ],
    [
      "a genesis without a state",
      { consensus: { storageId: "s", genesis: {} } },
      "genesis.delta: missing",
    ],
    [
      "an append whose note is no JSON",
      { consensus: { storageId: "s", append: { note: Buffer.from("{") } } },
      /^append\.note: /,
    ],
    [
      "a note that is too deep",
      {
        consensus: {
          storageId: "s",
          append: { note: Buffer.from("[".repeat(1e5) + "]".repeat(1e5)) },
        },
      },
      "append.note: deeper than 32 levels",
    ],
    [
      "a part that is no object",
      {
        consensus: {
          storageId: "s",
          genesis: {
            delta: { stamp: { term: 1 }, parts: [{ name: "cluster", json: Buffer.from("[]") }] },
          },
        },
      },
      "genesis.delta.parts[0].json: not an object",
    ],
    [
      "a whole state without a cluster",
      { consensus: { storageId: "s", genesis: { delta: { stamp: { term: 1 } } } } },
      "genesis.delta.parts: lacks cluster",
    ],
    [
      "a part that lacks what is read of it",
      {
        consensus: {
          storageId: "s",
          genesis: {
            delta: { stamp: { term: 1 }, parts: [{ name: "group:a", json: Buffer.from("{}") }] },
          },
        },
      },
      "genesis.delta.parts[0].json.name: no text",
    ],
    [
      "a term that no register has room for",
      { consensus: { storageId: "s", term: 2 ** 32, vote: {} } },
      "term: does not fit into 32 bits",
    ],
    [
      "a part given twice",
      {
        consensus: {
          storageId: "s",
          genesis: {
            delta: {
              stamp: { term: 1 },
              parts: [
                { name: "cluster", json: Buffer.from(JSON.stringify(aCluster())) },
                { name: "cluster", json: Buffer.from(JSON.stringify(aCluster())) },
              ],
            },
          },
        },
      },
      "genesis.delta.parts[1].name: given twice",
    ],
    [
      "a vote of no kind",
      { health: { votes: [{ group: "g", node: "n", guard: { gate: "GATE_ABSENT" } }] } },
      "votes[0].vote: unknown value VOTE_KIND_UNSPECIFIED",
    ],
    [
      "a vote of a kind from the future",
      { health: { votes: [{ group: "g", node: "n", vote: 77, guard: { gate: "GATE_ABSENT" } }] } },
      "votes[0].vote: unknown value 77",
    ],
    [
      "an age that is not a number",
      {
        health: {
          votes: [
            {
              group: "g",
              node: "n",
              vote: "VOTE_KIND_UP",
              sinceMs: Number.NaN,
              guard: { gate: "GATE_ABSENT" },
            },
          ],
        },
      },
      "votes[0].since_ms: not an age",
    ],
    [
      "a vote without a guard view",
      { health: { votes: [{ group: "g", node: "n", vote: "VOTE_KIND_UP" }] } },
      "votes[0].guard: missing",
    ],
    [
      "a text that is too long",
      { version: "x".repeat(TEXT_LIMIT + 1) },
      "version: longer than 1000 characters",
    ],
  ])("refuses %s, and says which field", (_what, change, reason) => {
    const wire = { ...encodeEnvelope({ to: "mon2", envelope: voteReply }), ...change };
    if ("health" in change && change.health !== null)
      delete (wire as { consensus?: unknown }).consensus;
    const decoded = read(requestSerialize(wire as never));
    expect(decoded).toEqual({
      kind: "malformed",
      reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
    });
  });

  it("cuts a long reason rather than have the message refused", () => {
    const long = {
      ...voteReply,
      message: healthMessage({ votes: [aVote("é".repeat(5_000))] }),
    };
    const decoded = read(overTheWire(long));
    expect(decoded.kind).toBe("understood");
  });

  it("keeps fields of a part that this version does not know", () => {
    const message = {
      kind: "genesis" as const,
      storageId: "s1",
      term: 1,
      slot: null,
      delta: {
        base: null,
        stamp: { term: 1, version: 1 },
        parts: { cluster: { ...aCluster(), future: { deep: [1] } } as unknown as Part },
        changed: {},
      },
    };
    const envelope: Envelope = { ...voteReply, message: { kind: "consensus", message } };
    expect(read(overTheWire(envelope))).toMatchObject({ addressed: { envelope } });
  });
});

function aVote(reason: string) {
  return {
    group: "main",
    node: "db1",
    vote: "abstain" as const,
    reason,
    sinceMs: 1,
    lastGoodMs: null,
    latencyMs: null,
    info: null,
    infoAgeMs: null,
    grewMs: null,
    linkSeenUpFor: null,
    guard: { heardMs: null, problem: null, gate: "unknown" as const },
  };
}
