/**
 * What is worth telling. Journal and log are two projections of these; a healthy cluster emits none.
 * Events are edges: one when something becomes so, one when it stops.
 */
import type { GroupName, Ip, MonitorName, NodeName } from "./ids.ts";
import type { PastOperation, Phase, VoteRecord } from "./state.ts";
import type { Stamp } from "./stamp.ts";

export type Event =
  | {
      readonly kind: "vote.changed";
      readonly group: GroupName;
      readonly node: NodeName;
      readonly from: string;
      readonly to: string;
      readonly reason: string | null;
    }
  /** Of the monitor that tells it: `up`, `down`, `unknown` or `not checked`. */
  | {
      readonly kind: "network.changed";
      readonly from: string;
      readonly to: string;
      readonly text: string | null;
    }
  | {
      readonly kind: "verdict.changed";
      readonly group: GroupName;
      readonly from: string;
      readonly to: string;
      readonly text: string;
    }
  /** A lasting condition that a person must see; the same `id` ends it. */
  | { readonly kind: "alarm.raised"; readonly id: string; readonly text: string }
  | { readonly kind: "alarm.cleared"; readonly id: string }
  | {
      readonly kind: "operation.phase";
      readonly group: GroupName;
      readonly operation: Stamp;
      readonly op: string;
      readonly from: NodeName;
      readonly to: NodeName | null;
      readonly phase: Phase;
      readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
    }
  | {
      readonly kind: "operation.step";
      readonly group: GroupName;
      readonly operation: Stamp;
      readonly step: string;
      /** What was done, for people. */
      readonly text: string;
      /** Since the operation's work began. */
      readonly sinceMs: number;
    }
  /** It is agreed on that it ended, so that it stands in the history; told by whoever leads then. */
  | { readonly kind: "operation.finished"; readonly group: GroupName; readonly past: PastOperation }
  | {
      readonly kind: "vip.epoch";
      readonly group: GroupName;
      readonly vip: Ip;
      readonly epoch: Stamp;
      readonly change: string;
      readonly reason: string;
    }
  /** The first claim under an epoch of this leader was confirmed. Renewals are no news. */
  | {
      readonly kind: "vip.claimed";
      readonly group: GroupName;
      readonly vip: Ip;
      readonly node: NodeName;
      readonly epoch: Stamp;
    }
  | {
      readonly kind: "vip.released";
      readonly group: GroupName;
      readonly vip: Ip;
      readonly node: NodeName;
      readonly epoch: Stamp;
    }
  | {
      readonly kind: "vip.kept";
      readonly group: GroupName;
      readonly vip: Ip;
      readonly node: NodeName;
      readonly reason: string;
    }
  /** A reload was proposed: each line is one thing that it changes. */
  | {
      readonly kind: "settings.changed";
      readonly group: GroupName;
      readonly by: string;
      readonly changes: readonly string[];
    }
  | { readonly kind: "group.added"; readonly group: GroupName; readonly by: string }
  | { readonly kind: "group.leaving"; readonly group: GroupName; readonly by: string }
  | { readonly kind: "group.removed"; readonly group: GroupName }
  | {
      readonly kind: "repair";
      readonly group: GroupName;
      readonly node: NodeName;
      readonly text: string;
    }
  | { readonly kind: "stalled"; readonly ms: number };
