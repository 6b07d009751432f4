/** Commands and their outcomes, between the core's words and the wire's. */
import type {
  Asked,
  CommandOutcome,
  FileCommand,
  GroupCommand,
  MonitorCommand,
} from "../../core/messages.ts";
import type { Mode } from "../../core/state.ts";
import type {
  OperateRequest as WireRequest,
  OperateRequest__Output as ReadRequest,
} from "../gen/mmm/v1/OperateRequest.ts";
import type {
  Outcome as WireOutcome,
  Outcome__Output as ReadOutcome,
} from "../gen/mmm/v1/Outcome.ts";
import { isMonitorName, parseHostPort } from "../peer/address.ts";
import { some } from "../peer/codec-consensus.ts";
import {
  clip,
  clusterId,
  count,
  Malformed,
  name,
  oneOf,
  optional,
  present,
} from "../peer/fields.ts";
import { decodeProposal, decodeProposals, encodeProposal, encodeProposals } from "./proposal.ts";

/** What an operator asks, and as whom. */
export interface Request {
  readonly requestId: string;
  readonly by: string;
  /** Set by a follower that hands it on to the leader. */
  readonly forwarded: boolean;
  readonly command: Asked;
}

const TO_MODE = {
  active: "MODE_ACTIVE",
  manual: "MODE_MANUAL",
  passive: "MODE_PASSIVE",
} as const satisfies Record<Mode, string>;
const FROM_MODE: Readonly<Record<string, Mode>> = {
  MODE_ACTIVE: "active",
  MODE_MANUAL: "manual",
  MODE_PASSIVE: "passive",
};

export function encodeRequest({ command, ...rest }: Request): WireRequest {
  return { ...rest, ...encodeCommand(command) };
}

function encodeCommand(command: Asked): WireRequest {
  if (command.kind === "reload-file") {
    const { dryRun, proposals } = command;
    return { reload: { group: "", dryRun, proposal: encodeProposals(proposals) } };
  }
  return "group" in command ? encodeGroupCommand(command) : encodeMonitorCommand(command);
}

function encodeMonitorCommand(command: MonitorCommand): WireRequest {
  const { name: monitor } = command;
  switch (command.kind) {
    case "monitor-add":
      return { addMonitor: { name: monitor, address: command.address } };
    case "monitor-remove":
      return { removeMonitor: { name: monitor } };
    case "monitor-replace":
      return { replaceMonitor: { name: monitor, ...some("address", command.address) } };
  }
}

function encodeGroupCommand(command: GroupCommand): WireRequest {
  const { group } = command;
  switch (command.kind) {
    case "switchover":
      return { switchover: { group, ...some("to", command.to) } };
    case "failover": {
      const { acceptDataLoss } = command;
      return { failover: { group, acceptDataLoss, ...some("to", command.to) } };
    }
    case "set-online":
      return { setOnline: { group, node: command.node } };
    case "set-offline":
      return { setOffline: { group, node: command.node } };
    case "set-mode":
      return { setMode: { group, mode: TO_MODE[command.mode] } };
    case "pause": {
      const { forMs, reason } = command;
      return { pause: { group, ...some("forMs", forMs), ...some("reason", reason) } };
    }
    case "resume":
      return { resume: { group } };
    case "acknowledge":
      return { acknowledge: { group, ...some("node", command.node) } };
    case "adopt":
      return {
        adopt: { group, ...some("cluster", command.cluster), ...some("empty", command.empty) },
      };
    case "reload":
      return {
        reload: { group, dryRun: command.dryRun, proposal: encodeProposal(command.proposal) },
      };
    case "drop-group":
      return { dropGroup: { group } };
  }
}

/** @throws Malformed */
export function decodeRequest(wire: ReadRequest): Request {
  return {
    requestId: name(wire.requestId, "request_id"),
    by: clip(wire.by),
    forwarded: wire.forwarded,
    command: decodeCommand(wire),
  };
}

function decodeCommand(wire: ReadRequest): Asked {
  const { command } = wire;
  if (command === "reload" || command === "dropGroup") return decodeReload(wire);
  if (command === "addMonitor" || command === "removeMonitor" || command === "replaceMonitor")
    return decodeMonitorCommand(wire);
  return decodeGroupCommand(wire, command);
}

function decodeMonitorCommand(wire: ReadRequest): MonitorCommand {
  if (wire.command === "removeMonitor") {
    const { name: monitor } = present(wire.removeMonitor, "remove_monitor");
    return { kind: "monitor-remove", name: monitorName(monitor) };
  }
  if (wire.command === "addMonitor") {
    const { name: monitor, address } = present(wire.addMonitor, "add_monitor");
    const at = hostPort(address, "address");
    return { kind: "monitor-add", name: monitorName(monitor), address: at };
  }
  const { name: monitor, address } = present(wire.replaceMonitor, "replace_monitor");
  const at = optional(address, "address", hostPort);
  return { kind: "monitor-replace", name: monitorName(monitor), address: at };
}

type OfOneGroup = Exclude<
  ReadRequest["command"],
  "reload" | "dropGroup" | "addMonitor" | "removeMonitor" | "replaceMonitor"
>;

function decodeGroupCommand(wire: ReadRequest, command: OfOneGroup): GroupCommand {
  switch (command) {
    case "switchover": {
      const { group, to } = present(wire.switchover, "switchover");
      return { kind: "switchover", group: groupOf(group), to: optional(to, "to", name) };
    }
    case "failover": {
      const { group, to, acceptDataLoss } = present(wire.failover, "failover");
      return {
        kind: "failover",
        group: groupOf(group),
        to: optional(to, "to", name),
        acceptDataLoss,
      };
    }
    case "setOnline":
      return { kind: "set-online", ...nodeRef(wire.setOnline) };
    case "setOffline":
      return { kind: "set-offline", ...nodeRef(wire.setOffline) };
    case "setMode": {
      const { group, mode } = present(wire.setMode, "set_mode");
      return { kind: "set-mode", group: groupOf(group), mode: oneOf(FROM_MODE, mode, "mode") };
    }
    case "pause": {
      const { group, forMs, reason } = present(wire.pause, "pause");
      const asked = { forMs: optional(forMs, "for_ms", count), reason: reason ?? null };
      return { kind: "pause", group: groupOf(group), ...asked };
    }
    case "resume":
      return { kind: "resume", group: groupOf(present(wire.resume, "resume").group) };
    case "acknowledge": {
      const { group, node } = present(wire.acknowledge, "acknowledge");
      return { kind: "acknowledge", group: groupOf(group), node: optional(node, "node", name) };
    }
    case "adopt": {
      const { group, cluster, empty } = present(wire.adopt, "adopt");
      return {
        kind: "adopt",
        group: groupOf(group),
        cluster: optional(cluster, "cluster", clusterId),
        empty: optional(empty, "empty", name),
      };
    }
    case undefined:
    default:
      throw new Malformed("command", "none that this version knows");
  }
}

/** Which groups there are, and what they are like. */
function decodeReload(wire: ReadRequest): GroupCommand | FileCommand {
  if (wire.command === "dropGroup") {
    const { group } = present(wire.dropGroup, "drop_group");
    return { kind: "drop-group", group: groupOf(group) };
  }
  const { group, proposal, dryRun } = present(wire.reload, "reload");
  if (group === "") return { kind: "reload-file", dryRun, proposals: decodeProposals(proposal) };
  return { kind: "reload", group: groupOf(group), dryRun, proposal: decodeProposal(proposal) };
}

function monitorName(text: string): string {
  if (!isMonitorName(text)) throw new Malformed("name", "not the name of a monitor");
  return text;
}

function hostPort(text: string, path: string): string {
  if (parseHostPort(text) === null) throw new Malformed(path, "not HOST:PORT");
  return text;
}

function groupOf(group: string): string {
  return name(group, "group");
}

function nodeRef(wire: { group: string; node: string } | null | undefined) {
  const { group, node } = present(wire, "node");
  return { group: groupOf(group), node: name(node, "node") };
}

const TO_KIND = {
  ok: "OUTCOME_KIND_OK",
  refused: "OUTCOME_KIND_REFUSED",
  failed: "OUTCOME_KIND_FAILED",
  unknown: "OUTCOME_KIND_UNKNOWN",
  "not-leader": "OUTCOME_KIND_NOT_LEADER",
} as const satisfies Record<CommandOutcome["kind"], string>;

export function encodeOutcome(outcome: CommandOutcome): WireOutcome {
  const kind = TO_KIND[outcome.kind];
  if (outcome.kind === "not-leader") return { kind, ...some("leader", outcome.leader) };
  return { kind, message: outcome.message };
}

export function decodeOutcome(wire: ReadOutcome): CommandOutcome {
  const { message } = wire;
  switch (wire.kind) {
    case "OUTCOME_KIND_OK":
      return { kind: "ok", message };
    case "OUTCOME_KIND_REFUSED":
      return { kind: "refused", message };
    case "OUTCOME_KIND_FAILED":
      return { kind: "failed", message };
    case "OUTCOME_KIND_NOT_LEADER":
      return { kind: "not-leader", leader: wire.leader ?? null };
    case "OUTCOME_KIND_UNKNOWN":
    case "OUTCOME_KIND_UNSPECIFIED":
    default:
      return { kind: "unknown", message };
  }
}
