/** What monitors tell each other, and what an operator asks of one. */
import type { ConsensusMessage } from "./consensus/types.ts";
import type { HealthMessage } from "./health/types.ts";
import type { ClusterId, GroupName, Ip, MonitorName, NodeName } from "./ids.ts";
import type { Proposal } from "./reload/proposal.ts";
import type { Mode } from "./state.ts";

export type PeerMessage =
  | { readonly kind: "consensus"; readonly message: ConsensusMessage }
  | HealthMessage;

/** As it travels. A message of another cluster or of an incompatible protocol is refused and shown. */
export interface Envelope {
  readonly from: MonitorName;
  /** null: the sender is still empty. */
  readonly clusterId: ClusterId | null;
  readonly protocol: number;
  /** The sender's product version, for people. */
  readonly version: string;
  /** Keys of the sender's file that say otherwise than was agreed on, for people; empty: none. */
  readonly fileDiffers: string;
  readonly message: PeerMessage;
}

export const PROTOCOL = 1;

/** About the monitors themselves: of no group. */
export type MonitorCommand =
  | { readonly kind: "monitor-add"; readonly name: MonitorName; readonly address: string }
  | { readonly kind: "monitor-remove"; readonly name: MonitorName }
  /** null: at its former address. */
  | {
      readonly kind: "monitor-replace";
      readonly name: MonitorName;
      readonly address: string | null;
    };

export type Command = GroupCommand | MonitorCommand;

export type GroupCommand =
  | { readonly kind: "switchover"; readonly group: GroupName; readonly to: NodeName | null }
  /** What that would do now; changes nothing. */
  | { readonly kind: "plan-switchover"; readonly group: GroupName; readonly to: NodeName | null }
  | {
      readonly kind: "failover";
      readonly group: GroupName;
      readonly to: NodeName | null;
      readonly acceptDataLoss: boolean;
    }
  | { readonly kind: "set-online"; readonly group: GroupName; readonly node: NodeName }
  | { readonly kind: "set-offline"; readonly group: GroupName; readonly node: NodeName }
  | { readonly kind: "set-mode"; readonly group: GroupName; readonly mode: Mode }
  /** null: until somebody resumes. */
  | {
      readonly kind: "pause";
      readonly group: GroupName;
      readonly forMs: number | null;
      readonly reason: string | null;
    }
  | { readonly kind: "resume"; readonly group: GroupName }
  /** Who serves a reader VIP from now on. */
  | {
      readonly kind: "move-reader";
      readonly group: GroupName;
      readonly ip: Ip;
      readonly node: NodeName;
    }
  /** null: of every node. */
  | { readonly kind: "acknowledge"; readonly group: GroupName; readonly node: NodeName | null }
  /** Take over nodes whose registers carry another cluster's id, or vouch that a node serves nothing. */
  | {
      readonly kind: "adopt";
      readonly group: GroupName;
      readonly cluster: ClusterId | null;
      readonly empty: NodeName | null;
      /** Of what that cluster knew of the data, if its state was imported. */
      readonly acceptDataLoss: boolean;
    }
  /** null: what the file of the monitor that is asked says, which its shell reads. */
  | {
      readonly kind: "reload";
      readonly group: GroupName;
      readonly proposal: Proposal | null;
      readonly dryRun: boolean;
    }
  /** Takes its virtual IPs away, and watches it no longer. */
  | { readonly kind: "drop-group"; readonly group: GroupName };

/**
 * All groups of a file at once. A shell takes it apart: the core sees one `reload` for each, so that
 * none waits for another. null: of the file of the monitor that is asked.
 */
export interface FileCommand {
  readonly kind: "reload-file";
  readonly proposals: Readonly<Record<GroupName, Proposal>> | null;
  readonly dryRun: boolean;
}

/** A monitor reads again what its own file says of it alone. A reload makes each of them do so. */
export interface OwnCommand {
  readonly kind: "read-own";
}

/** What an operator may ask. */
export type Asked = Command | FileCommand | OwnCommand;

/** `ok` is done; `refused` is certain not to happen; `failed` was tried; `unknown` may have happened. */
export type CommandOutcome =
  | { readonly kind: "ok"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string }
  | { readonly kind: "not-leader"; readonly leader: MonitorName | null };
