/** Mutants of what is remembered of those that were away. */
import type { Mutant } from "./mutant.ts";

export const OF_BEING_BACK: readonly Mutant[] = [
  {
    name: "whoever may be the last is fenced",
    removes: "P7: an old master that is back is not switched off where nobody could take over",
    edits: [
      {
        file: "src/core/operation/fence-command.ts",
        from: "if (mayBeTheLast(running)) return;",
        to: "void mayBeTheLast;",
      },
    ],
    scripts: ["an old master is switched on again where nobody could take over"],
  },
  {
    name: "who was in sync is forgotten with the monitors",
    removes: "P7: who was seen in sync is agreed on",
    edits: [
      {
        file: "src/core/health/eligibility.ts",
        from: "facts.linkSeenUp || group.inSync?.[node] === info.runId",
        to: "facts.linkSeenUp || group.inSync?.[node] === info.replId",
      },
    ],
    scripts: ["all monitors are restarted while a failover waits"],
  },
  {
    name: "a guard is lost for as long as its host was off",
    removes: "a guard's silence counts from when its master was well again",
    edits: [
      {
        file: "src/core/operation/guard-loss.ts",
        from: "Math.min(guard.heardMs, sinceMs) > limit",
        to: "Math.max(guard.heardMs, sinceMs) > limit",
      },
    ],
    scripts: ["the master's host is booted in a pause"],
  },
  {
    name: "who is not back for all is not back",
    removes:
      "P4: a failover turns back to an old master that a majority sees well again, whoever else does not reach it",
    edits: [
      {
        file: "src/core/operation/common.ts",
        from: 'return verdict.kind === "healthy" || isHeardHere;',
        to: 'return verdict.kind === "healthy";',
      },
    ],
    scripts: ["the old master was only hung, and one monitor does not reach it"],
  },
  {
    name: "who is back is not waited for until the others hear it",
    removes:
      "P4: a failover that this leader alone hears its old master in waits a moment for the others",
    edits: [
      {
        file: "src/core/operation/common.ts",
        from: 'work.since("perhaps back") < OTHERS_HEAR_MS',
        to: 'work.since("perhaps back") < 0',
      },
    ],
    scripts: ["the old master was only hung, and most monitors are far away"],
  },
  {
    name: "whoever was promoted takes the old master's place",
    removes:
      "P4: until the claim a failover turns back to an old master that is well again, whomever it has promoted",
    edits: [
      {
        file: "src/core/operation/common.ts",
        from: 'if (verdict.kind === "two-masters") {',
        to: 'if (verdict.kind === "two-masters" && op.to === null) {',
      },
    ],
    scripts: ["the leader dies when it has promoted a replica, and the old master was only hung"],
  },
  {
    name: "a new replication id counts only if nobody misses its master",
    removes:
      "what a majority saw restart whole goes on under its new id, whoever else does not reach it",
    edits: [
      {
        file: "src/core/health/verdict.ts",
        from: 'kind: "suspect", master, tally, rebirth: wholeRebirth(inquiry)',
        to: 'kind: "suspect", master, tally, rebirth: null',
      },
    ],
    scripts: ["the master is restarted whole, and one monitor does not reach it"],
  },
  {
    name: "a new replication id counts only if nobody else is master",
    removes: "P4: whose replicas have the newest data is known, whoever is master beside it",
    edits: [
      {
        file: "src/core/health/roles.ts",
        from: "const rebirth = rebirthSeen(inquiry)?.rebirth ?? null;",
        to: "const rebirth = false ? (rebirthSeen(inquiry)?.rebirth ?? null) : null;",
      },
    ],
    scripts: [
      "the master is restarted whole beside another one",
      "the master is restarted from an AOF beside another one",
    ],
  },
  {
    name: "a new replication id counts only when all is calm",
    removes: "P7: nor is it forgotten while a failover waits",
    edits: [
      {
        file: "src/core/heritage.ts",
        from: 'operation.phase === "fence" || operation.phase === "undo"',
        to: 'operation.phase === "undo"',
      },
    ],
    scripts: ["the master is restarted whole while its failover waits, and dies"],
  },
  {
    name: "who missed two promotions has nothing",
    removes:
      "P7: a replica that followed no newer master holds a beginning of the stream, up to the lowest of the forks",
    edits: [
      {
        file: "src/core/health/lineage.ts",
        from: "if (own < 0 || own === chain.length - 1",
        to: "if (own < chain.length - 2 || own === chain.length - 1",
      },
    ],
    scripts: ["three masters die, and the last replica heard of none of them"],
  },
];
