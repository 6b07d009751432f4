/**
 * Whole clusters under faults, whose messages travel as they do in earnest, and whose states are read
 * back as from disk: what is checked where it comes in refuses nothing that a monitor ever says.
 */
import { expect, test } from "vitest";
import type { Envelope__Output } from "../../src/adapters/gen/mmm/v1/Envelope.ts";
import { PeerService } from "../../src/adapters/grpc.ts";
import { decodeEnvelope, encodeEnvelope } from "../../src/adapters/peer/codec.ts";
import { decodeFile, encodeRecord } from "../../src/adapters/store/state-records.ts";
import type { Input } from "../../src/core/io.ts";
import { realCore } from "./real-core.ts";
import { PROFILE_NAMES } from "./world/profiles.ts";
import { run } from "./world/run.ts";

const { requestSerialize, requestDeserialize } = PeerService.service.Exchange;
const FILE_SIZE = 256 * 1024;
const IS_LONG = process.env["MMM_LONG"] === "1";
const PROFILES = IS_LONG ? PROFILE_NAMES : (["operations", "membership"] as const);
const MINUTES = IS_LONG ? 1 : 0.2;

let messages = 0;
let states = 0;

function overTheWire(input: Input): Input {
  if (input.kind !== "message") return input;
  messages += 1;
  const { from, version, message } = input;
  const envelope = { from, clusterId: null, protocol: 1, version, fileDiffers: "", message };
  const bytes = requestSerialize(encodeEnvelope({ to: "mon1", envelope }));
  const read = decodeEnvelope(requestDeserialize(bytes) as Envelope__Output);
  if (read.kind !== "understood")
    throw new Error(`${JSON.stringify(read)}: ${JSON.stringify(input)}`);
  return { ...input, message: read.addressed.envelope.message };
}

const core: typeof realCore = {
  ...realCore,
  decide: (state, input, at) => {
    const decision = realCore.decide(state, overTheWire(input), at);
    for (const effect of decision.effects) {
      if (effect.kind !== "persist") continue;
      states += 1;
      const found = decodeFile(Buffer.concat([encodeRecord(effect.durable, FILE_SIZE)], FILE_SIZE));
      expect(found.kind === "state" ? null : found.why).toBeNull();
    }
    return decision;
  },
};

test.each(PROFILES)("%s: every message and every state is read", (profile) => {
  const { failure } = run({ seed: 3, core, minutes: MINUTES, profile });
  expect(failure?.text ?? null).toBeNull();
  expect(messages).toBeGreaterThan(100);
  expect(states).toBeGreaterThan(0);
});
