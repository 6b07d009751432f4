/**
 * An envelope, between the core's words and the wire's.
 *
 * What comes from the wire was written by somebody else: every field is checked, and what this
 * version does not understand is refused as a whole with the reason. The protocol's version is
 * read before anything else, so that a newer monitor gets a sentence and not a puzzle.
 */
import type { MonitorName } from "../../core/ids.ts";
import { type Envelope, PROTOCOL, type PeerMessage } from "../../core/messages.ts";
import type {
  Envelope as WireEnvelope,
  Envelope__Output as ReadEnvelope,
} from "../gen/mmm/v1/Envelope.ts";
import { decodeConsensus, encodeConsensus, some } from "./codec-consensus.ts";
import { decodeHealth, encodeHealth } from "./codec-health.ts";
import { clip, clusterId, Malformed, name, optional, present, text } from "./fields.ts";

/** An envelope and the monitor that it is meant for. */
export interface Addressed {
  readonly to: MonitorName;
  readonly envelope: Envelope;
}

export type Decoded =
  | { readonly kind: "understood"; readonly addressed: Addressed }
  | { readonly kind: "malformed"; readonly reason: string }
  | {
      readonly kind: "other-protocol";
      readonly from: MonitorName;
      readonly theirs: number;
      readonly version: string;
    };

export function encodeEnvelope({ to, envelope }: Addressed): WireEnvelope {
  const { from, protocol, version, fileDiffers, message } = envelope;
  return {
    from,
    to,
    protocol,
    version,
    ...(fileDiffers === "" ? {} : { fileDiffers: clip(fileDiffers) }),
    ...some("clusterId", envelope.clusterId),
    ...encodeBody(message),
  };
}

function encodeBody(message: PeerMessage): WireEnvelope {
  return message.kind === "health"
    ? { health: encodeHealth(message) }
    : { consensus: encodeConsensus(message.message) };
}

export function decodeEnvelope(wire: ReadEnvelope): Decoded {
  try {
    const from = name(wire.from, "from");
    const version = text(wire.version, "version");
    if (wire.protocol !== PROTOCOL) {
      return { kind: "other-protocol", from, theirs: wire.protocol, version };
    }
    const envelope: Envelope = {
      from,
      clusterId: optional(wire.clusterId, "cluster_id", clusterId),
      protocol: wire.protocol,
      version,
      fileDiffers: text(wire.fileDiffers, "file_differs"),
      message: decodeBody(wire),
    };
    return { kind: "understood", addressed: { to: name(wire.to, "to"), envelope } };
  } catch (error) {
    if (error instanceof Malformed) return { kind: "malformed", reason: error.message };
    throw error;
  }
}

function decodeBody(wire: ReadEnvelope): PeerMessage {
  switch (wire.body) {
    case "health":
      return decodeHealth(present(wire.health, "health"));
    case "consensus":
      return { kind: "consensus", message: decodeConsensus(present(wire.consensus, "consensus")) };
    case undefined:
    default:
      throw new Malformed("body", "no message that this version knows");
  }
}
