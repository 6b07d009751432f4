/** Messages and events of consensus in a few words, for transcripts. */
import type {
  ConsensusEvent,
  ConsensusMessage,
  Durable,
  SlotDelta,
} from "../../src/core/consensus/types.ts";
import { type Stamp, showStamp } from "../../src/core/stamp.ts";

function stamp(value: Stamp | null): string {
  return value === null ? "nothing" : showStamp(value);
}

export function showSlot(durable: Durable): string {
  const vote = durable.votedFor === null ? "" : ` voted ${durable.votedFor}`;
  return `term ${durable.term}${vote} slot ${stamp(durable.slot?.stamp ?? null)}`;
}

/** An append without news, and the answer to one: counted, not shown. */
export function isHeartbeat(message: ConsensusMessage): boolean {
  if (message.kind === "append") return message.delta === null;
  return message.kind === "append-reply";
}

function delta(value: SlotDelta): string {
  const parts = Object.keys(value.parts).sort().join(" ");
  const base = value.base === null ? "whole" : `since ${showStamp(value.base)}`;
  return `${showStamp(value.stamp)} ${base}: ${parts}`;
}

function granted(value: boolean, yes: string, no: string): string {
  return value ? yes : no;
}

function voteRequest(message: Extract<ConsensusMessage, { kind: "vote" }>): string {
  const transfer = message.transfer ? " (handed over)" : "";
  return `vote for me in term ${message.term}${transfer}, I have ${stamp(message.slot)}`;
}

function hello(message: Extract<ConsensusMessage, { kind: "hello" }>): string {
  const cluster = message.clusterId === null ? "empty" : `cluster ${message.clusterId}`;
  return `${message.answer ? "hello back" : "hello"}, ${cluster}, ${message.peers} peers`;
}

export function describeMessage(message: ConsensusMessage): string {
  const { term } = message;
  switch (message.kind) {
    case "hello":
      return hello(message);
    case "genesis":
      return `genesis ${delta(message.delta)}`;
    case "pre-vote":
      return `would you vote for me in term ${message.candidateTerm}? I have ${stamp(message.slot)}`;
    case "pre-vote-reply":
      return granted(message.granted, "I would", `no, I am in term ${term}`);
    case "vote":
      return voteRequest(message);
    case "vote-reply":
      return granted(message.granted, `my vote in term ${term}`, `no vote in term ${term}`);
    case "append":
      return `term ${term} round ${message.round}, ${message.delta === null ? "" : delta(message.delta)}`;
    case "append-reply":
      return `term ${term} round ${message.round} heard`;
    case "timeout-now":
      return "take over now";
    case "farewell":
      return `you are no member of ${delta(message.delta)}`;
  }
}

export function describeEvent(event: ConsensusEvent): string {
  switch (event.kind) {
    case "genesis":
      return `genesis of ${event.clusterId}: ${event.members.join(" ")}`;
    case "role":
      return `${event.role} in term ${event.term}: ${event.reason}`;
    case "leader":
      return `leader ${event.leader ?? "none"} in term ${event.term}`;
    case "committed":
      return `committed ${showStamp(event.stamp)}`;
    case "removed":
      return `removed from ${event.clusterId}, whose members are ${event.members.join(" ")}`;
    case "peer-refused": {
      const { kind, ...rest } = event.why;
      return `${event.peer} refused: ${kind} ${JSON.stringify(rest)}`;
    }
  }
}
