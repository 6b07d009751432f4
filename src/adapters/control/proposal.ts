/**
 * A proposal on the wire: JSON, because it mirrors the replicated state and not a protocol. Each
 * field is checked by name, so that nothing senseless reaches the state that all monitors go by.
 */
import { isIPv4 } from "node:net";
import type { JsonValue } from "../../core/consensus/types.ts";
import type { FileCommand } from "../../core/messages.ts";
import type { Proposal, ProposedNode } from "../../core/reload/proposal.ts";
import type { GroupSettings } from "../../core/settings.ts";
import type { Mode } from "../../core/state.ts";
import { count, json, Malformed, name, port } from "../peer/fields.ts";

type Fields = Readonly<Record<string, JsonValue>>;
type Read<T> = (value: JsonValue | undefined, path: string) => T;
type Reads<T> = { readonly [K in keyof T]-?: Read<T[K]> };

const number: Read<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Malformed(path, "no number");
  return value;
};
const whole: Read<number> = (value, path) => count(number(value, path), path);
const flag: Read<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new Malformed(path, "neither true nor false");
  return value;
};
const words: Read<string> = (value, path) => {
  if (typeof value !== "string") throw new Malformed(path, "no text");
  return value;
};
const address: Read<string> = (value, path) => {
  const found = words(value, path);
  if (!isIPv4(found)) throw new Malformed(path, "not an IPv4 address");
  return found;
};

function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

function oneOf<T extends string>(...known: readonly T[]): Read<T> {
  return (value, path) => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new Malformed(path, `not one of ${known.join(", ")}`);
    return found;
  };
}

function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(path, "no list");
    return (value as readonly JsonValue[]).map((one, at) => read(one, `${path}[${at}]`));
  };
}

function objectOf<T>(reads: Reads<T>): Read<T> {
  return (value, path) => {
    const fields = fieldsOf(value, path);
    const entries = Object.entries(reads as Readonly<Record<string, Read<unknown>>>);
    return Object.fromEntries(
      entries.map(([key, read]) => [key, read(fields[key], `${path}.${key}`)]),
    ) as T;
  };
}

function fieldsOf(value: JsonValue | undefined, path: string): Fields {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw new Malformed(path, "no object");
  return value as Fields;
}

const settings = objectOf<GroupSettings>({
  probeIntervalMs: whole,
  downAfterMs: whole,
  leaseMs: whole,
  permitMs: whole,
  clockDrift: number,
  leaseBackend: oneOf("auto", "nft", "off"),
  onQuorumLoss: oneOf("failsafe", "drop"),
  onReboot: oneOf("auto", "failover", "wait"),
  restartGraceMs: whole,
  busyGraceMs: whole,
  maxLagBytes: whole,
  cooldownMs: whole,
  flapCount: whole,
  flapWindowMs: whole,
  fenceCommand: orNull(words),
  writeGuard: flag,
});

const bareNode = objectOf<Omit<ProposedNode, "priority">>({
  name: (value, path) => name(words(value, path), path),
  address,
  port: (value, path) => port(whole(value, path), path),
  interface: words,
  sshUser: words,
  sshPort: (value, path) => port(whole(value, path), path),
  sshHostKey: orNull(words),
});

const node: Read<ProposedNode> = (value, path) => {
  const read = bareNode(value, path);
  const { priority } = fieldsOf(value, path);
  return priority === undefined ? read : { ...read, priority: whole(priority, `${path}.priority`) };
};

const proposal = objectOf<Proposal>({
  settings,
  nodes: listOf(node),
  writer: orNull(address),
  readers: listOf(address),
  mode: orNull(oneOf<Mode>("active", "manual", "passive")),
});

export function encodeProposals(value: FileCommand["proposals"]): string {
  return value === null ? "" : JSON.stringify(value);
}

/** @throws Malformed */
export function decodeProposals(text: string): FileCommand["proposals"] {
  if (text === "") return null;
  const groups = fieldsOf(json(Buffer.from(text), "proposal"), "proposal");
  const read = Object.entries(groups).map(([group, value]) => {
    return [name(group, "proposal"), proposal(value, `proposal.${group}`)] as const;
  });
  return Object.fromEntries(read);
}

/** Empty: of the file of the monitor that is asked. */
export function encodeProposal(value: Proposal | null): string {
  return value === null ? "" : JSON.stringify(value);
}

/** @throws Malformed */
export function decodeProposal(text: string): Proposal | null {
  return text === "" ? null : proposal(json(Buffer.from(text), "proposal"), "proposal");
}
