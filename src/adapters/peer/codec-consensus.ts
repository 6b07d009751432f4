/** The agreement protocol's messages, between the core's words and the wire's. */
import type { ConsensusMessage, Part, Sender, SlotDelta } from "../../core/consensus/types.ts";
import type { Stamp } from "../../core/stamp.ts";
import type {
  Consensus as WireConsensus,
  Consensus__Output as ReadConsensus,
} from "../gen/mmm/v1/Consensus.ts";
import type { Part__Output as ReadPart } from "../gen/mmm/v1/Part.ts";
import type { PartStamp__Output as ReadPartStamp } from "../gen/mmm/v1/PartStamp.ts";
import type {
  SlotDelta as WireDelta,
  SlotDelta__Output as ReadDelta,
} from "../gen/mmm/v1/SlotDelta.ts";
import type { Stamp__Output as ReadStamp } from "../gen/mmm/v1/Stamp.ts";
import { checkPart, checkWhole } from "../state-shape.ts";
import {
  clusterId,
  count,
  json,
  Malformed,
  mark,
  name,
  optional,
  present,
  text,
} from "./fields.ts";

export function encodeConsensus(message: ConsensusMessage): WireConsensus {
  const { storageId, term, slot } = message;
  return { storageId, term, slot, ...encodeKind(message) };
}

function encodeKind(message: ConsensusMessage): WireConsensus {
  switch (message.kind) {
    case "hello": {
      const { schema, address, peers, answer, met, clusterId: cluster, bequest } = message;
      const known = { ...some("clusterId", cluster), ...some("bequest", bequest) };
      return { hello: { schema, address, peers, answer, met, ...known } };
    }
    case "genesis":
      return { genesis: { delta: encodeDelta(message.delta) } };
    case "pre-vote":
      return { preVote: { candidateTerm: message.candidateTerm } };
    case "pre-vote-reply": {
      const { candidateTerm, granted, asker } = message;
      return { preVoteReply: { candidateTerm, granted, ...some("asker", asker) } };
    }
    case "vote":
      return { vote: { transfer: message.transfer } };
    case "vote-reply":
      return { voteReply: { granted: message.granted, ...some("asker", message.asker) } };
    case "append": {
      const { round, version, commit, delta, note } = message;
      return {
        append: {
          round,
          version,
          commit,
          delta: delta === null ? null : encodeDelta(delta),
          note: Buffer.from(JSON.stringify(note)),
        },
      };
    }
    case "append-reply":
      return { appendReply: { round: message.round, version: message.version } };
    case "timeout-now":
      return { timeoutNow: {} };
    case "farewell":
      return { farewell: { delta: encodeDelta(message.delta) } };
  }
}

function encodeDelta(delta: SlotDelta): WireDelta {
  return {
    base: delta.base,
    stamp: delta.stamp,
    parts: Object.entries(delta.parts).map(([part, value]) => ({
      name: part,
      json: Buffer.from(JSON.stringify(value)),
    })),
    changed: Object.entries(delta.changed).map(([part, stamp]) => ({ name: part, stamp })),
  };
}

/** A field that is only sent when it has a value. */
export function some<K extends string, V>(key: K, value: V | null): { [P in K]?: V } {
  return value === null ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** @throws Malformed */
export function decodeConsensus(wire: ReadConsensus): ConsensusMessage {
  const sender: Sender = {
    storageId: name(wire.storageId, "storage_id"),
    term: mark(wire.term, "term"),
    slot: optional(wire.slot, "slot", decodeStamp),
  };
  return { ...sender, ...decodeKind(wire) };
}

type Kind = ConsensusMessage extends infer M
  ? M extends Sender
    ? Omit<M, keyof Sender>
    : never
  : never;

const DECODERS: Readonly<Record<string, (wire: ReadConsensus) => Kind>> = {
  hello: decodeHello,
  genesis: ({ genesis }) => ({
    kind: "genesis",
    delta: decodeDelta(genesis?.delta, "genesis.delta"),
  }),
  preVote: (wire) => {
    const { candidateTerm } = present(wire.preVote, "pre_vote");
    return { kind: "pre-vote", candidateTerm: mark(candidateTerm, "candidate_term") };
  },
  preVoteReply: (wire) => {
    const { candidateTerm, granted, asker } = present(wire.preVoteReply, "pre_vote_reply");
    return {
      kind: "pre-vote-reply",
      candidateTerm: mark(candidateTerm, "candidate_term"),
      granted,
      asker: optional(asker, "asker", name),
    };
  },
  vote: (wire) => ({ kind: "vote", transfer: present(wire.vote, "vote").transfer }),
  voteReply: (wire) => {
    const { granted, asker } = present(wire.voteReply, "vote_reply");
    return { kind: "vote-reply", granted, asker: optional(asker, "asker", name) };
  },
  append: decodeAppend,
  appendReply: (wire) => {
    const { round, version } = present(wire.appendReply, "append_reply");
    return {
      kind: "append-reply",
      round: count(round, "round"),
      version: mark(version, "version"),
    };
  },
  timeoutNow: () => ({ kind: "timeout-now" }),
  farewell: ({ farewell }) => ({
    kind: "farewell",
    delta: decodeDelta(farewell?.delta, "farewell.delta"),
  }),
};

function decodeKind(wire: ReadConsensus): Kind {
  const decode = wire.message === undefined ? undefined : DECODERS[wire.message];
  if (decode === undefined) throw new Malformed("consensus", "no message that this version knows");
  return decode(wire);
}

function decodeHello(wire: ReadConsensus): Kind {
  const hello = present(wire.hello, "hello");
  return {
    kind: "hello",
    clusterId: optional(hello.clusterId, "hello.cluster_id", clusterId),
    schema: count(hello.schema, "hello.schema"),
    address: text(hello.address, "hello.address"),
    peers: count(hello.peers, "hello.peers"),
    bequest: optional(hello.bequest, "hello.bequest", text),
    met: hello.met,
    answer: hello.answer,
  };
}

function decodeAppend(wire: ReadConsensus): Kind {
  const append = present(wire.append, "append");
  return {
    kind: "append",
    round: count(append.round, "append.round"),
    version: mark(append.version, "append.version"),
    delta: append.delta === null ? null : decodeDelta(append.delta, "append.delta"),
    commit: optional(append.commit, "append.commit", decodeStamp),
    note: json(append.note, "append.note"),
  };
}

function decodeDelta(wire: ReadDelta | null | undefined, path: string): SlotDelta {
  const delta = present(wire, path);
  const base = optional(delta.base, `${path}.base`, decodeStamp);
  const parts = byName(delta.parts, `${path}.parts`, decodePart);
  if (base === null) checkWhole(parts, `${path}.parts`);
  return {
    base,
    stamp: decodeStamp(present(delta.stamp, `${path}.stamp`), `${path}.stamp`),
    parts,
    changed: byName(delta.changed, `${path}.changed`, decodePartStamp),
  };
}

function decodeStamp(wire: ReadStamp, path: string): Stamp {
  return {
    term: mark(wire.term, `${path}.term`),
    version: mark(wire.version, `${path}.version`),
  };
}

function byName<T extends { name: string }, R>(
  entries: readonly T[],
  path: string,
  read: (entry: T, path: string) => R,
): Record<string, R> {
  const result: Record<string, R> = {};
  for (const [index, entry] of entries.entries()) {
    const at = `${path}[${index}]`;
    const key = name(entry.name, `${at}.name`);
    if (Object.hasOwn(result, key)) throw new Malformed(`${at}.name`, "given twice");
    result[key] = read(entry, at);
  }
  return result;
}

function decodePart(part: ReadPart, path: string): Part {
  const value = json(part.json, `${path}.json`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Malformed(`${path}.json`, "not an object");
  }
  checkPart(part.name, value as Part, `${path}.json`);
  return value as Part;
}

function decodePartStamp(entry: ReadPartStamp, path: string): Stamp {
  return decodeStamp(present(entry.stamp, `${path}.stamp`), `${path}.stamp`);
}
