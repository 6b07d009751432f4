/**
 * What whoever has a monitor's certificate and key may write: the agreed state itself. So a check of the commands that
 * monitors hand on would hold nobody (docs/security.md). This test is here to be known, not wished for: should it fail,
 * something holds such a thief now, and docs/security.md may promise more.
 */
import { describe, expect, it } from "vitest";
import { admit } from "../../../../src/adapters/peer/admission.ts";
import type { Envelope__Output } from "../../../../src/adapters/gen/mmm/v1/Envelope.ts";
import { PeerService } from "../../../../src/adapters/grpc.ts";
import { decodeEnvelope, encodeEnvelope } from "../../../../src/adapters/peer/codec.ts";
import type { Part } from "../../../../src/core/consensus/types.ts";
import type { Envelope } from "../../../../src/core/messages.ts";
import { decide } from "../../../../src/core/monitor.ts";
import { aCluster } from "../../core/consensus/a-monitor.ts";
import { settings } from "../../core/health/build.ts";
import { at, fullGroup, fullMonitor } from "../../fuzz/state.ts";

const STAMP = { term: 7, version: 99 };
const wire = PeerService.service.Exchange;

/** Of no leader, and with what the thief wants. The cluster's id is told to whoever may ask (Identify). */
function forged(storageId: string): Envelope {
  const cluster = aCluster();
  const members = cluster.members.map((one) => (one.name === "mon2" ? { ...one, storageId } : one));
  const parts = {
    cluster: { ...cluster, members } as unknown as Part,
    "group:main": fullGroup({ settings: settings({ fenceCommand: "thief" }) }) as unknown as Part,
  };
  const changed = { cluster: STAMP, "group:main": STAMP };
  const delta = { base: null, stamp: STAMP, parts, changed };
  const append = {
    kind: "append",
    round: 1,
    version: 99,
    commit: STAMP,
    note: null,
    delta,
  } as const;
  const message = { ...append, storageId, term: STAMP.term, slot: STAMP };
  const self = { from: "mon2", clusterId: "0000abcd", protocol: 1, version: "2", fileDiffers: "" };
  return { ...self, message: { kind: "consensus", message } };
}

function receivedFrom(certificate: string, storageId: string) {
  const sent = encodeEnvelope({ to: "mon1", envelope: forged(storageId) });
  const read = wire.requestDeserialize(wire.requestSerialize(sent)) as Envelope__Output;
  const knows = (name: string) => ["mon2", "mon3"].includes(name);
  return admit(
    decodeEnvelope(read),
    { name: "mon1", clusterId: "0000abcd", term: 5, knows },
    certificate,
  );
}

describe("the certificate of a monitor, in the wrong hands", () => {
  it.each([
    ["that monitor's disk", "disk-mon2"],
    ["no disk that anybody knows", "disk-of-thief"],
  ])("writes the agreed state, in the name of %s", (_, storageId) => {
    const admission = receivedFrom("mon2", storageId);
    if (admission.kind === "refused") throw new Error(admission.reason);
    const { from, version, message } = admission.addressed.envelope;
    const { state } = decide(fullMonitor(), { kind: "message", from, version, message }, at(10));
    const [group] = state.committed!.groups;
    expect(state.committed!.stamp).toEqual(STAMP);
    expect(group!.settings.fenceCommand).toBe("thief");
  });

  it("speaks for no other monitor", () => {
    expect(receivedFrom("mon3", "disk-mon2")).toMatchObject({ refusal: "REFUSAL_WRONG_NAME" });
  });
});
