/** Commands about one group, between the core's words and the wire's: two tables, one each way. */
import { isIPv4 } from "node:net";
import type { GroupCommand } from "../../core/messages.ts";
import type { Mode } from "../../core/state.ts";
import type {
  OperateRequest as WireRequest,
  OperateRequest__Output as ReadRequest,
} from "../gen/mmm/v1/OperateRequest.ts";
import { some } from "../peer/codec-consensus.ts";
import { clusterId, count, Malformed, name, oneOf, optional, present } from "../peer/fields.ts";
import { decodeProposal, encodeProposal } from "./proposal.ts";

type Kind = GroupCommand["kind"];
type CommandOf<K extends Kind> = Extract<GroupCommand, { readonly kind: K }>;

const TO_MODE = {
  active: "MODE_ACTIVE",
  manual: "MODE_MANUAL",
  passive: "MODE_PASSIVE",
  wait: "MODE_WAIT",
} as const satisfies Record<Mode, string>;
const FROM_MODE: Readonly<Record<string, Mode>> = {
  MODE_ACTIVE: "active",
  MODE_MANUAL: "manual",
  MODE_PASSIVE: "passive",
  MODE_WAIT: "wait",
};

const ENCODERS: { readonly [K in Kind]: (command: CommandOf<K>) => WireRequest } = {
  switchover: ({ group, to }) => ({ switchover: { group, ...some("to", to) } }),
  "plan-switchover": ({ group, to }) => ({ planSwitchover: { group, ...some("to", to) } }),
  failover: ({ group, to, acceptDataLoss }) => ({
    failover: { group, acceptDataLoss, ...some("to", to) },
  }),
  "set-online": ({ group, node }) => ({ setOnline: { group, node } }),
  "set-offline": ({ group, node }) => ({ setOffline: { group, node } }),
  "set-mode": ({ group, mode }) => ({ setMode: { group, mode: TO_MODE[mode] } }),
  pause: ({ group, forMs, reason }) => ({
    pause: { group, ...some("forMs", forMs), ...some("reason", reason) },
  }),
  resume: ({ group }) => ({ resume: { group } }),
  acknowledge: ({ group, node }) => ({ acknowledge: { group, ...some("node", node) } }),
  "move-reader": ({ group, ip, node }) => ({ moveReader: { group, ip, node } }),
  adopt: ({ group, cluster, empty, acceptDataLoss }) => ({
    adopt: { group, acceptDataLoss, ...some("cluster", cluster), ...some("empty", empty) },
  }),
  reload: ({ group, dryRun, proposal }) => ({
    reload: { group, dryRun, proposal: encodeProposal(proposal) },
  }),
  "drop-group": ({ group }) => ({ dropGroup: { group } }),
};

export function encodeGroupCommand(command: GroupCommand): WireRequest {
  const encode = ENCODERS[command.kind] as (command: GroupCommand) => WireRequest;
  return encode(command);
}

type Decoder = (wire: ReadRequest) => GroupCommand;

const DECODERS: Partial<Record<NonNullable<ReadRequest["command"]>, Decoder>> = {
  switchover: (wire) => {
    const { group, to } = present(wire.switchover, "switchover");
    return { kind: "switchover", group: groupOf(group), to: optional(to, "to", name) };
  },
  planSwitchover: (wire) => {
    const { group, to } = present(wire.planSwitchover, "plan_switchover");
    return { kind: "plan-switchover", group: groupOf(group), to: optional(to, "to", name) };
  },
  failover: (wire) => {
    const { group, to, acceptDataLoss } = present(wire.failover, "failover");
    const asked = { to: optional(to, "to", name), acceptDataLoss };
    return { kind: "failover", group: groupOf(group), ...asked };
  },
  setOnline: (wire) => ({ kind: "set-online", ...nodeRef(wire.setOnline) }),
  setOffline: (wire) => ({ kind: "set-offline", ...nodeRef(wire.setOffline) }),
  setMode: (wire) => {
    const { group, mode } = present(wire.setMode, "set_mode");
    return { kind: "set-mode", group: groupOf(group), mode: oneOf(FROM_MODE, mode, "mode") };
  },
  pause: (wire) => {
    const { group, forMs, reason } = present(wire.pause, "pause");
    const asked = { forMs: optional(forMs, "for_ms", count), reason: reason ?? null };
    return { kind: "pause", group: groupOf(group), ...asked };
  },
  resume: (wire) => ({ kind: "resume", group: groupOf(present(wire.resume, "resume").group) }),
  acknowledge: (wire) => {
    const { group, node } = present(wire.acknowledge, "acknowledge");
    return { kind: "acknowledge", group: groupOf(group), node: optional(node, "node", name) };
  },
  moveReader: (wire) => {
    const { ip, ...ref } = present(wire.moveReader, "move_reader");
    return { kind: "move-reader", ip: ipv4(ip, "ip"), ...nodeRef(ref) };
  },
  adopt: (wire) => {
    const { group, cluster, empty, acceptDataLoss } = present(wire.adopt, "adopt");
    const asked = {
      acceptDataLoss,
      cluster: optional(cluster, "cluster", clusterId),
      empty: optional(empty, "empty", name),
    };
    return { kind: "adopt", group: groupOf(group), ...asked };
  },
  reload: (wire) => {
    const { group, proposal, dryRun } = present(wire.reload, "reload");
    const asked = { dryRun, proposal: decodeProposal(proposal) };
    return { kind: "reload", group: groupOf(group), ...asked };
  },
  dropGroup: (wire) => ({
    kind: "drop-group",
    group: groupOf(present(wire.dropGroup, "drop_group").group),
  }),
};

/** @throws Malformed */
export function decodeGroupCommand(wire: ReadRequest): GroupCommand {
  const decode = wire.command === undefined ? undefined : DECODERS[wire.command];
  if (decode === undefined) throw new Malformed("command", "none that this version knows");
  return decode(wire);
}

function groupOf(group: string): string {
  return name(group, "group");
}

function nodeRef(wire: { group: string; node: string } | null | undefined) {
  const { group, node } = present(wire, "node");
  return { group: groupOf(group), node: name(node, "node") };
}

function ipv4(text: string, path: string): string {
  if (!isIPv4(text)) throw new Malformed(path, "not an IPv4 address");
  return text;
}
