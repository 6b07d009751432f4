/**
 * What one probe result means to a checker, before any memory of earlier ones.
 *
 * An operator's mistake (a rotated password, protected mode, TLS) proves that a process is alive:
 * the monitor abstains and never helps to call the node down. A process that loads, or that is at
 * its limit of clients, is alive but does not serve as it should: degraded.
 */
import type { ErrorReplyCode, NodeInfo, ProbeResult } from "./types.ts";

export type VoteReason =
  | "loading"
  | "busy"
  | "misconf"
  | "maxclients"
  | "syncing"
  | "link down"
  | "noauth"
  | "wrongpass"
  | "noperm"
  | "denied"
  | "error reply"
  | "garbled"
  | "connect timeout"
  | "reply timeout"
  | "unreachable"
  | "not probed yet"
  | "stalled";

export type Meaning =
  | {
      readonly kind: "answer";
      readonly vote: "up" | "degraded" | "abstain";
      readonly reason: VoteReason | null;
    }
  /** It lives; what else was known of it stays. */
  | { readonly kind: "pulse" }
  /** It answers that a script keeps it from answering: patience first, then silence. */
  | { readonly kind: "busy" }
  | { readonly kind: "refusal" }
  | { readonly kind: "silence"; readonly reason: VoteReason };

/** What each error reply means; BUSY and OTHER need more than the code. */
const REPLIES: Readonly<Record<Exclude<ErrorReplyCode, "BUSY" | "OTHER">, Meaning>> = {
  LOADING: { kind: "answer", vote: "degraded", reason: "loading" },
  MASTERDOWN: { kind: "answer", vote: "degraded", reason: "link down" },
  MISCONF: { kind: "answer", vote: "degraded", reason: "misconf" },
  MAXCLIENTS: { kind: "answer", vote: "degraded", reason: "maxclients" },
  NOAUTH: { kind: "answer", vote: "abstain", reason: "noauth" },
  WRONGPASS: { kind: "answer", vote: "abstain", reason: "wrongpass" },
  NOPERM: { kind: "answer", vote: "abstain", reason: "noperm" },
  DENIED: { kind: "answer", vote: "abstain", reason: "denied" },
};

export function meaningOf(result: ProbeResult): Meaning {
  switch (result.kind) {
    case "pong":
      return { kind: "pulse" };
    case "info":
      return meaningOfInfo(result.info);
    case "error-reply":
      return meaningOfReply(result.code, result.info);
    case "refused":
      return { kind: "refusal" };
    case "timeout":
      return {
        kind: "silence",
        reason: result.stage === "connect" ? "connect timeout" : "reply timeout",
      };
    case "unreachable":
      return { kind: "silence", reason: "unreachable" };
    case "garbled":
      return { kind: "answer", vote: "abstain", reason: "garbled" };
  }
}

function meaningOfInfo(info: NodeInfo): Meaning {
  const trouble = troubleIn(info);
  return { kind: "answer", vote: trouble === null ? "up" : "degraded", reason: trouble };
}

function troubleIn(info: NodeInfo): VoteReason | null {
  if (info.loading) return "loading";
  if (info.role === "master") return null;
  if (info.syncing) return "syncing";
  return info.link === "up" ? null : "link down";
}

/** An error that we do not know says nothing of the service; with INFO beside it, it answers at least. */
function meaningOfReply(code: ErrorReplyCode, info: NodeInfo | null): Meaning {
  if (code === "BUSY") return { kind: "busy" };
  if (code === "OTHER") {
    return { kind: "answer", vote: info === null ? "abstain" : "degraded", reason: "error reply" };
  }
  return REPLIES[code];
}
