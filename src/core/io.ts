/**
 * The one door between the core and the world: inputs come in, effects go out.
 *
 * Ordering contract of one turn's effects: a `persist` must be durable (file and directory synced)
 * before any effect that follows it starts, or the next input is taken in. Everything else is *started* in order; its outcome
 * comes back as a `finished` input, once, or never. Every effect has a deadline that its adapter
 * keeps; the core keeps a longer one of its own.
 */
import type { ConsensusEvent, Durable } from "./consensus/types.ts";
import type { Event } from "./events.ts";
import type { OwnNetwork } from "./health/own-network.ts";
import type { ProbeDepth, ProbeResult } from "./health/types.ts";
import type { At, GroupName, Ip, MonitorName, NodeName } from "./ids.ts";
import type { Command, CommandOutcome, PeerMessage } from "./messages.ts";
import type { ActionConnection, RedisAction, RedisActionResult } from "./operation/action.ts";
import type { GuardRequest, GuardResult } from "./vip/types.ts";

/** How to reach a node; replicated, so that every monitor means the same host. */
export interface Target {
  readonly group: GroupName;
  readonly node: NodeName;
  readonly address: Ip;
  readonly port: number;
  readonly sshUser: string;
  readonly sshPort: number;
  readonly sshHostKey: string | null;
}

export type Input =
  | { readonly kind: "tick" }
  | {
      readonly kind: "message";
      readonly from: MonitorName;
      readonly version: string;
      readonly message: PeerMessage;
    }
  /** The transport learned who answers at a configured address. */
  | { readonly kind: "peer-found"; readonly name: MonitorName; readonly address: string }
  /** A peer's host says that nobody listens there any more: it refused a connection. */
  | { readonly kind: "peer-gone"; readonly name: MonitorName }
  /** A kept probe connection closed: probe now rather than at the next interval. */
  | { readonly kind: "connection-lost"; readonly group: GroupName; readonly node: NodeName }
  | Finished
  /** Several that came together, in their order: taken in by one turn, which costs as much as one of them. */
  | { readonly kind: "all-finished"; readonly all: readonly Finished[] }
  | {
      readonly kind: "command";
      readonly requestId: string;
      readonly by: string;
      readonly command: Command;
    }
  /** What the pings of this monitor's own network say, whenever that is another thing than before. */
  | { readonly kind: "own-network"; readonly pings: OwnNetwork }
  /** Hand leadership over, then end: SIGTERM. */
  | { readonly kind: "shutdown" };

/** What an effect came to. */
export interface Finished {
  readonly kind: "finished";
  readonly id: number;
  readonly result: Outcome;
}

export type Outcome =
  | { readonly kind: "probe"; readonly result: ProbeResult }
  | { readonly kind: "guard"; readonly result: GuardResult }
  | { readonly kind: "redis"; readonly result: RedisActionResult }
  | { readonly kind: "fence"; readonly exitCode: number | null; readonly text: string }
  | { readonly kind: "hook"; readonly exitCode: number | null; readonly text: string }
  /** Connecting to VIP:port: which Redis answers there. */
  | { readonly kind: "vip-check"; readonly runId: string | null; readonly text: string };

export type HookFacts =
  | {
      readonly hook: "pre_failover";
      readonly group: GroupName;
      readonly from: NodeName;
      readonly reason: string;
      readonly votes: Readonly<Record<MonitorName, string>>;
    }
  | {
      readonly hook: "pre_switchover";
      readonly group: GroupName;
      readonly from: NodeName;
      readonly to: NodeName;
      /** Who ordered it. */
      readonly by: string;
    };

export type Effect =
  | { readonly kind: "persist"; readonly durable: Durable; readonly isUrgent: boolean }
  | { readonly kind: "send"; readonly to: MonitorName; readonly message: PeerMessage }
  | {
      readonly kind: "probe";
      readonly id: number;
      readonly target: Target;
      readonly depth: ProbeDepth;
      readonly deadlineMs: number;
    }
  | {
      readonly kind: "guard";
      readonly id: number;
      readonly target: Target;
      readonly request: GuardRequest;
      readonly deadlineMs: number;
    }
  | {
      readonly kind: "redis";
      readonly id: number;
      readonly target: Target;
      readonly connection: ActionConnection;
      readonly action: RedisAction;
      readonly deadlineMs: number;
    }
  | {
      readonly kind: "fence";
      readonly id: number;
      readonly target: Target;
      readonly command: string;
      readonly deadlineMs: number;
    }
  /** A question to the operator's own command, about a node. */
  | {
      readonly kind: "hook";
      readonly id: number;
      readonly target: Target;
      readonly command: string;
      /** For its standard input, as JSON. */
      readonly facts: HookFacts;
      readonly deadlineMs: number;
    }
  | {
      readonly kind: "vip-check";
      readonly id: number;
      readonly target: Target;
      readonly vip: Ip;
      readonly deadlineMs: number;
    }
  /** Talk to a monitor there, too, from now on. */
  | { readonly kind: "meet"; readonly name: MonitorName; readonly address: string }
  | { readonly kind: "reply"; readonly requestId: string; readonly outcome: CommandOutcome }
  | { readonly kind: "report"; readonly event: Event | ConsensusEvent };

export type { At };
