/** Mutants of when a guard is lost that nobody else replaces. */
import type { Mutant } from "./mutant.ts";

const GUARD_LOSS = "src/core/operation/guard-loss.ts";
const VERDICT = "src/core/health/verdict.ts";

export const OF_LOST_GUARDS: readonly Mutant[] = [
  {
    name: "a lost guard moves nothing while anybody does not reach the master",
    removes: "a majority that sees the master, and not its guard, moves the role",
    edits: [
      {
        file: VERDICT,
        from: "return !hasLost && verdict.tally.up >= verdict.tally.quorum;",
        to: "return !hasLost && verdict.tally.up >= verdict.tally.members;",
      },
    ],
    scripts: ["nobody reaches the guard, and one monitor not the master either"],
  },
  {
    name: "beside another master no guard is lost",
    removes: "a lease that nobody can renew moves the role, whoever else is master",
    edits: [
      {
        file: GUARD_LOSS,
        from: "!isWellItself(verdict)",
        to: '(!isWellItself(verdict) || verdict.kind === "two-masters")',
      },
    ],
    scripts: ["nobody reaches the guard of one of two masters"],
  },
  {
    name: "a guard is lost while its master loads",
    removes: "a guard is looked at where a majority sees a master that serves",
    edits: [
      {
        file: VERDICT,
        from: "return !hasLost && verdict.tally.up >= verdict.tally.quorum;",
        to: "return !hasLost;",
      },
    ],
    scripts: ["a booted master loads for long, without its guard"],
  },
  {
    name: "who does not reach the master counts its guard as lost",
    removes: "a guard is lost by the word of those that reach the master",
    edits: [{ file: GUARD_LOSS, from: "isAnswering(vote) &&", to: "isAnswering !== undefined &&" }],
    scripts: ["one monitor reaches neither the master nor its guard"],
  },
  {
    name: "without leases any host may take over",
    removes:
      "P7: the VIP is taken only to a host whose guard answers, where no register tells that either",
    edits: [
      {
        file: "src/core/operation/admittance.ts",
        from: "return { ...candidate, guardLost: isGuardLost(turn, group, candidate.node) };",
        to: "return { ...candidate, guardLost: false };",
      },
    ],
    scripts: ["a replica's guard is lost when the master dies, without leases"],
  },
  {
    name: "without leases a switchover hears no guard",
    removes:
      "P5: nor is it moved there by a switchover, which hears that guard once more before the pause",
    edits: [
      {
        file: "src/core/operation/switchover.ts",
        from: 'if (vip === null || group.backend === "nft") return true;',
        to: "if (vip !== undefined || group !== null) return true;",
      },
    ],
    scripts: ["the target of a switchover loses its guard, without leases"],
  },
];
