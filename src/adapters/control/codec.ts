/** Commands and their outcomes, between the core's words and the wire's. */
import type { Asked, CommandOutcome, FileCommand, MonitorCommand } from "../../core/messages.ts";
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
import { clip, Malformed, name, optional, present } from "../peer/fields.ts";
import { decodeGroupCommand, encodeGroupCommand } from "./group-commands.ts";
import { decodeProposals, encodeProposals } from "./proposal.ts";

/** What an operator asks, and as whom. */
export interface Request {
  readonly requestId: string;
  readonly by: string;
  /** Set by a follower that hands it on to the leader. */
  readonly forwarded: boolean;
  readonly command: Asked;
}

export function encodeRequest({ command, ...rest }: Request): WireRequest {
  return { ...rest, ...encodeCommand(command) };
}

function encodeCommand(command: Asked): WireRequest {
  if (command.kind === "read-own") return { readOwn: {} };
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
  if (command === "readOwn") return { kind: "read-own" };
  if (command === "addMonitor" || command === "removeMonitor" || command === "replaceMonitor")
    return decodeMonitorCommand(wire);
  return decodeFile(wire) ?? decodeGroupCommand(wire);
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

/** null: it is about one group. */
function decodeFile(wire: ReadRequest): FileCommand | null {
  if (wire.command !== "reload") return null;
  const { group, proposal, dryRun } = present(wire.reload, "reload");
  if (group !== "") return null;
  return { kind: "reload-file", dryRun, proposals: decodeProposals(proposal) };
}

function monitorName(text: string): string {
  if (!isMonitorName(text)) throw new Malformed("name", "not the name of a monitor");
  return text;
}

function hostPort(text: string, path: string): string {
  if (parseHostPort(text) === null) throw new Malformed(path, "not HOST:PORT");
  return text;
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
