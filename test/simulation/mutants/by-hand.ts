/** Mutants of what a failover does with a replica that is master already. */
import type { Mutant } from "./mutant.ts";

export const OF_BY_HAND: readonly Mutant[] = [
  {
    name: "who is master already is frozen",
    removes: "a failover leaves a replica as it is that is master already",
    edits: [
      {
        file: "src/core/operation/failover.ts",
        from: `if (before?.role === "master")`,
        to: `if (before?.role === null)`,
      },
    ],
    scripts: ["a person promotes the only replica while a failover waits"],
  },
  {
    name: "who has less for good is waited for",
    removes: "a failover does not wait for what a replica that is master already lacks",
    edits: [
      {
        file: "src/core/operation/failover.ts",
        from: "upTo < Infinity ? seen.answer : pendingUnlessFailed()",
        to: "pendingUnlessFailed()",
      },
    ],
    scripts: ["a person promotes the replica that has less, of a living master"],
  },
  {
    name: "who is master already is one of many",
    removes: "of those that have as much, the one that is master already becomes the group's",
    edits: [
      {
        file: "src/core/health/successor.ts",
        from: "  byStanding(a, b) ||\n",
        to: "",
      },
    ],
    scripts: ["a person promotes one of two replicas while a failover waits"],
  },
  {
    name: "who turns back takes along whom a person promoted",
    removes: "P4: who was promoted by a person, and written to, is told nothing by an undo",
    edits: [
      {
        file: "src/core/operation/undo.ts",
        from: "if (isMasterOfItsOwn(seen) && !isOurs) return true;",
        to: "void isMasterOfItsOwn, isOurs;",
      },
    ],
    scripts: ["a person promotes a replica, and the old master is turned back to"],
  },
  {
    name: "who was turned back from is ours for a while",
    removes: "P4: whoever promotes a node that was told to follow again, and does, is a person",
    edits: [
      {
        file: "src/core/operation/undo.ts",
        from: "withoutFollowers(withTarget(owed, running), running)",
        to: "withTarget(owed, running)",
      },
    ],
    scripts: ["a person promotes the target of a switchover that was turned back"],
  },
  {
    name: "of two masters the first is meant",
    removes: "the VIP follows to whom a person made the old master follow",
    edits: [
      {
        file: "src/core/health/roles.ts",
        from: "others.find(({ node }) => isFollowedBy(inquiry, node, seenBy)) ?? others[0]",
        to: "others[0]",
      },
    ],
    scripts: ["a person moves the role to one of two masters"],
  },
  {
    name: "who turns back takes along its target, whoever promoted that",
    removes:
      "P4: a target that the operation has not promoted itself is a person's, if it was written to",
    edits: [
      {
        file: "src/core/operation/undo.ts",
        from: `return isPast("handover") && (op.attempt > 1 || hasPassed(running, PROVE));`,
        to: "return true;",
      },
    ],
    scripts: [
      "a person promotes the target of a switchover",
      "a person promotes the target of a switchover that hands over",
    ],
  },
  {
    name: "whom a failover gives up is a person's master",
    removes:
      "P7: whom an operation promoted in vain follows again, whatever its keys that expire look like",
    edits: [
      {
        file: "src/core/operation/failover.ts",
        from: 'info.role === "replica" ? withPromoted(',
        to: 'info.role !== "replica" ? withPromoted(',
      },
    ],
    scripts: ["a successor is promoted and given up for another"],
  },
  {
    name: "the target that nobody reached is a person's master",
    removes: "P7: so does the target of a switchover that was out of reach when it turned back",
    edits: [
      {
        file: "src/core/operation/undo.ts",
        from: "return isTold && runId !== undefined ?",
        to: 'return isTold && runId === "" ?',
      },
    ],
    scripts: ["the target of a switchover is promoted, and then out of reach"],
  },
  {
    name: "a new master is demoted since before it was one",
    removes:
      "P4: for how long a master has followed somebody does not count from before it was made master",
    edits: [
      {
        file: "src/core/operation/by-hand.ts",
        from: 'isIdle(group) && verdict.kind === "no-master"',
        to: 'verdict.kind === "no-master"',
      },
      {
        file: "src/core/health/roles.ts",
        from: "Math.min(FRESH_MS, masterForMs)",
        to: "Math.min(FRESH_MS, FRESH_MS)",
      },
    ],
    scripts: ["a demoted master is replaced by one that is heard late"],
  },
  {
    name: "a new master has been silent since before it was one",
    removes:
      "P4: whom a majority did not hear before it was master counts as down only down_after later",
    edits: [
      {
        file: "src/core/health/down.ts",
        from: "return lastedMs <= masterForMs || masterForMs >= group.settings.downAfterMs;",
        to: "return masterForMs >= 0 || lastedMs <= group.settings.downAfterMs;",
      },
    ],
    scripts: ["a new master is one that a majority has long not heard"],
  },
];
