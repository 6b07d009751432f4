/**
 * What a peer or a client may send, through the codecs and into the core: nothing of it ends the
 * monitor, or makes it keep more and more.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRequest } from "../../../src/adapters/control/codec.ts";
import type { Envelope__Output } from "../../../src/adapters/gen/mmm/v1/Envelope.ts";
import type { OperateRequest__Output } from "../../../src/adapters/gen/mmm/v1/OperateRequest.ts";
import { ControlService, PeerService } from "../../../src/adapters/grpc.ts";
import { admit } from "../../../src/adapters/peer/admission.ts";
import { decodeEnvelope, encodeEnvelope } from "../../../src/adapters/peer/codec.ts";
import { Malformed } from "../../../src/adapters/peer/fields.ts";
import type { ConsensusMessage, Part } from "../../../src/core/consensus/types.ts";
import type { Input } from "../../../src/core/io.ts";
import type { Envelope } from "../../../src/core/messages.ts";
import { decide, type MonitorState, nextWakeAt } from "../../../src/core/monitor.ts";
import type { Stamp } from "../../../src/core/stamp.ts";
import { statusOf } from "../../../src/core/status.ts";
import { deformed, FUZZ_LIMIT_MS, tryAll } from "../../helpers/fuzz.ts";
import { anEnvelope } from "../adapters/peer/arbitrary.ts";
import { at, fullDurable, fullMonitor, fullParts, PEERS } from "./state.ts";

const peerWire = PeerService.service.Exchange;
const controlWire = ControlService.service.Operate;

function toInput(bytes: Buffer): Input | null {
  let wire: Envelope__Output;
  try {
    wire = peerWire.requestDeserialize(bytes) as Envelope__Output;
  } catch {
    return null; // gRPC itself answers such bytes with an error.
  }
  const receiver = { name: "mon1", clusterId: "0000abcd", term: 5, knows: () => true };
  const admission = admit(decodeEnvelope(wire), receiver, null);
  if (admission.kind === "refused") {
    expect(admission.reason).not.toBe("");
    return null;
  }
  const { from, version, message } = admission.addressed.envelope;
  return { kind: "message", from, version, message };
}

/** Takes the inputs in, one each 50 ms, with a tick behind each. */
function live(inputs: readonly (Input | null)[], start = fullMonitor()): MonitorState {
  let state = start;
  let now = 10;
  for (const input of inputs) {
    if (input === null) continue;
    state = decide(state, input, at(now)).state;
    state = decide(state, { kind: "tick" }, at(now + 20)).state;
    expect(nextWakeAt(state, now)).toBeGreaterThanOrEqual(now);
    now += 50;
  }
  JSON.stringify(statusOf(state, at(now)));
  return state;
}

/** Near those that the monitor has: of any others nearly none would reach the core, or be believed there. */
const nearTerm = fc.integer({ min: 3, max: 8 });
const nearVersion = fc.integer({ min: 8, max: 13 });
const nearStamp = fc.record({ term: nearTerm, version: nearVersion });
const near = fc.record({ term: nearTerm, slot: nearStamp, before: nearStamp });
const sender = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...PEERS) },
  { weight: 1, arbitrary: fc.constantFrom("mon1", "stranger", "constructor", "toString") },
);
const usually = (usual: boolean) => fc.constantFrom(usual, usual, usual, usual, !usual);

const asPeer = fc
  .tuple(anEnvelope, sender, fc.constantFrom("0000abcd", null))
  .map(([envelope, from, clusterId]): Envelope => ({ ...envelope, from, clusterId }));
const bound = fc
  .tuple(asPeer, usually(true), usually(true), near)
  .map(([envelope, isBound, isNear, numbers]): Envelope => {
    if (envelope.message.kind === "health") return envelope;
    const { message } = envelope.message;
    const storageId = isBound ? `disk-${envelope.from}` : message.storageId;
    const said = { ...(isNear ? broughtNear(message, numbers) : message), storageId };
    return { ...envelope, message: { kind: "consensus", message: said } };
  });

interface Near {
  readonly term: number;
  readonly slot: Stamp;
  readonly before: Stamp;
}

/** What the message has of such numbers. */
function broughtNear(message: ConsensusMessage, { term, slot, before }: Near): ConsensusMessage {
  const now: Record<string, unknown> = { ...message, term, slot: message.slot && slot };
  if ("candidateTerm" in message) now["candidateTerm"] = term;
  if ("version" in message) now["version"] = slot.version;
  if ("commit" in message) now["commit"] = message.commit && before;
  if ("delta" in message && message.delta !== null) {
    const changed = Object.fromEntries(Object.keys(message.delta.parts).map((key) => [key, slot]));
    now["delta"] = { ...message.delta, stamp: slot, base: message.delta.base && before, changed };
  }
  return now as unknown as ConsensusMessage;
}

const toBytes = (envelope: Envelope) =>
  Buffer.from(peerWire.requestSerialize(encodeEnvelope({ to: "mon1", envelope })));

function append(parts: Readonly<Record<string, unknown>>, whole: boolean): Envelope {
  const stamp = { term: 6, version: 11 };
  const message: ConsensusMessage = {
    kind: "append",
    storageId: "disk-mon2",
    term: 6,
    slot: stamp,
    round: 1,
    version: 11,
    commit: stamp,
    note: { "main/10.0.0.70": 3 },
    delta: {
      base: whole ? null : { term: 6, version: 10 },
      stamp,
      parts: parts as Readonly<Record<string, Part>>,
      changed: Object.fromEntries(Object.keys(parts).map((name) => [name, stamp])),
    },
  };
  const consensus = { kind: "consensus" as const, message };
  return {
    from: "mon2",
    clusterId: "0000abcd",
    protocol: 1,
    version: "2",
    fileDiffers: "",
    message: consensus,
  };
}

describe("messages of peers", { timeout: FUZZ_LIMIT_MS }, () => {
  it("that are well formed and make no sense end no monitor", () => {
    let [sent, taken] = [0, 0];
    tryAll(
      fc.array(bound, { maxLength: 8 }),
      (envelopes) => {
        const inputs = envelopes.map((envelope) => toInput(toBytes(envelope)));
        const isTaken = envelopes
          .map(({ message }, index) => (message.kind === "consensus" ? inputs[index] : undefined))
          .flatMap((input) => (input === undefined ? [] : [input !== null]));
        sent += isTaken.length;
        taken += isTaken.filter(Boolean).length;
        live(inputs);
      },
      { runs: 30 },
    );
    // Of those that are refused at the door the core learns nothing.
    expect(taken / sent).toBeGreaterThan(0.5);
  });

  it("that were changed on their way, or cut short, end no monitor", () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.nat(40));
    tryAll(
      fc.tuple(bound, fc.array(change, { maxLength: 4 }), fc.nat(1_000)),
      ([envelope, changes, cut]) => {
        const bytes = toBytes(envelope);
        for (const [where, byte] of changes) bytes[where % bytes.length] = byte;
        live([toInput(cut < 900 ? bytes : bytes.subarray(0, cut % bytes.length))]);
      },
      { runs: 60 },
    );
  });

  it("with a deformed state are refused, or are harmless now and after a restart", () => {
    const input = fc.tuple(deformed(fullParts()), fc.boolean());
    tryAll(
      input,
      ([parts, whole]) => {
        if (typeof parts !== "object" || parts === null || Array.isArray(parts)) return;
        const first = toInput(toBytes(append(fullParts(), true)));
        expect(first).not.toBeNull();
        const state = live([
          first,
          toInput(toBytes(append(parts as Record<string, unknown>, whole))),
        ]);
        live([{ kind: "tick" }, { kind: "tick" }], fullMonitor(state.consensus.durable));
      },
      { runs: 60 },
    );
  });

  it("with any note do no harm", () => {
    tryAll(
      deformed({ "main/10.0.0.70": 3, "main/10.0.0.71": 4 }),
      (note) => {
        const envelope = append({}, false);
        const { message } = envelope.message as Extract<Envelope["message"], { kind: "consensus" }>;
        const odd = { ...message, delta: null, note: note ?? null } as ConsensusMessage;
        const inputs = [
          append(fullParts(), true),
          { ...envelope, message: { kind: "consensus" as const, message: odd } },
        ];
        live(inputs.map((one) => toInput(toBytes(one))));
      },
      { runs: 60, known: [{ "main/10.0.0.70": { toString: "" } }] },
    );
  });

  it("of ever new names and numbers are not kept for ever", () => {
    let state = fullMonitor();
    const before = JSON.stringify(state).length;
    for (let index = 0; index < 500; index += 1) {
      const hello: ConsensusMessage = {
        kind: "hello",
        storageId: `disk-${index}`,
        term: 0,
        slot: null,
        clusterId: null,
        schema: 1,
        address: "10.0.0.9:7400",
        peers: 2,
        bequest: null,
        met: false,
        answer: true,
      };
      const message = { kind: "consensus" as const, message: hello };
      state = decide(
        state,
        { kind: "message", from: `m${index}`, version: "2", message },
        at(index),
      ).state;
    }
    expect(JSON.stringify(state).length).toBeLessThan(before + 20_000);
  });
});

describe("requests of clients", { timeout: FUZZ_LIMIT_MS }, () => {
  it("of any bytes are understood, or refused by name", () => {
    tryAll(
      fc.uint8Array({ maxLength: 120 }),
      (bytes) => {
        let wire: OperateRequest__Output;
        try {
          wire = controlWire.requestDeserialize(Buffer.from(bytes)) as OperateRequest__Output;
        } catch {
          return;
        }
        expectUnderstoodOrRefused(wire);
      },
      { runs: 150 },
    );
  });

  it("with a deformed proposal are refused by name", () => {
    const { settings, nodes } = fullDurable().slot!.parts["group:main"] as never as {
      settings: object;
      nodes: object[];
    };
    const proposal = { settings, nodes, writer: "10.0.0.70", readers: [], mode: null };
    tryAll(
      deformed(proposal),
      (odd) => {
        const reload = { group: "main", dryRun: false, proposal: JSON.stringify(odd) ?? "" };
        const bytes = controlWire.requestSerialize({ requestId: "r", by: "x", reload });
        expectUnderstoodOrRefused(controlWire.requestDeserialize(bytes) as OperateRequest__Output);
      },
      { runs: 60 },
    );
  });
});

function expectUnderstoodOrRefused(wire: OperateRequest__Output): void {
  try {
    const { command, requestId, by } = decodeRequest(wire);
    if (command.kind === "reload-file" || command.kind === "read-own") return;
    live([{ kind: "command", requestId, by, command }]);
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
  }
}
