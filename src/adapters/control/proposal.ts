/**
 * A proposal on the wire: JSON, because it mirrors the replicated state and not a protocol. Each
 * field is checked by name, so that nothing senseless reaches the state that all monitors go by.
 */
import type { FileCommand } from "../../core/messages.ts";
import type { Proposal, ProposedNode } from "../../core/reload/proposal.ts";
import {
  DEFAULT_PARALLEL_SYNCS,
  DEFAULT_WAIT_FOR_OTHER_MASTER_MS,
  type GroupSettings,
  type AskedHook,
} from "../../core/settings.ts";
import type { Mode } from "../../core/state.ts";
import {
  address,
  fieldsOf,
  listOf,
  named,
  objectOf,
  oneOf,
  orNull,
  type Read,
  whole,
  words,
} from "../json-reads.ts";
import { SETTINGS_READS } from "../settings-reads.ts";
import { json, name, port } from "../peer/fields.ts";

/** A file that an older `mmm` read does not say it. */
const wholeOr =
  (standard: number): Read<number> =>
  (value, path) =>
    value === undefined ? standard : whole(value, path);

const askedHook = objectOf<AskedHook>({
  command: words,
  timeoutMs: whole,
  onFailure: oneOf("go-on", "stop"),
});

const settings = objectOf<GroupSettings>(
  {
    ...SETTINGS_READS,
    leaseBackend: oneOf("auto", "nft", "off"),
    onQuorumLoss: oneOf("failsafe", "drop"),
    onReboot: oneOf("auto", "failover", "wait"),
    parallelSyncs: wholeOr(DEFAULT_PARALLEL_SYNCS),
    waitForOtherMasterMs: wholeOr(DEFAULT_WAIT_FOR_OTHER_MASTER_MS),
    preFailover: askedHook,
    preSwitchover: askedHook,
  },
  ["preFailover", "preSwitchover", "prefer"],
);

const aPort: Read<number> = (value, path) => port(whole(value, path), path);

const node = objectOf<ProposedNode>(
  {
    name: named,
    address,
    port: aPort,
    interface: words,
    sshUser: words,
    sshPort: aPort,
    sshHostKey: orNull(words),
    priority: whole,
  },
  ["priority"],
);

const proposal = objectOf<Proposal>({
  settings,
  nodes: listOf(node),
  writer: orNull(address),
  readers: listOf(address),
  mode: orNull(oneOf<Mode>("active", "manual", "passive", "wait")),
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
