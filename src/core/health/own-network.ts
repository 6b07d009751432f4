/**
 * What a monitor knows of its own network (`ping_ips`), and what its votes on nodes are worth then.
 *
 * While its own network is down, a silence says nothing of the node: such a vote becomes an abstention.
 * That, and nothing else: who answers is up or degraded, a host that refuses answers too, and so does one
 * that says BUSY. A monitor that cannot tell (`unknown`) votes as if it had not asked. So a check that errs
 * can take votes away, never make one; leases are renewed whatever it says.
 */
import type { NodeVote } from "./types.ts";

/** null: nobody asked for the check, or an older monitor does not tell. */
export type Network = "up" | "down" | "unknown" | null;

export interface OwnNetwork {
  readonly is: Network;
  /** What is wrong with it, or with the check; for people. */
  readonly problem: string | null;
}

export const NETWORK_NOT_CHECKED: OwnNetwork = { is: null, problem: null };

export const OWN_NETWORK_DOWN = "own network: none of ping_ips answers";

/** The vote as this monitor may give it. */
export function asItMayBeGiven(vote: NodeVote, network: Network): NodeVote {
  return network === "down" && isSilence(vote)
    ? { ...vote, vote: "abstain", reason: OWN_NETWORK_DOWN }
    : vote;
}

export function isSilence({ vote, reason }: Pick<NodeVote, "vote" | "reason">): boolean {
  return vote === "silent" && reason !== "busy";
}

/** Nothing was heard of the node, and that is the monitor's own trouble. */
export function isOwnTrouble({ vote, reason }: NodeVote): boolean {
  return vote === "abstain" && reason === OWN_NETWORK_DOWN;
}
