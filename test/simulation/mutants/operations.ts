/** Mutants of verdicts and operations. */
import type { Mutant } from "./mutant.ts";

const OPERATION = "src/core/operation";

export const OF_OPERATIONS: readonly Mutant[] = [
  {
    name: "whoever led when the wait began fences",
    removes: "a fence rests on evidence from after the release was waited for",
    edits: [
      {
        file: "src/core/operation/fence-command.ts",
        from: "term: turn.term, round }",
        to: "term: turn.term, round: 0 * round }",
      },
    ],
    scripts: ["a leader is cut off before it fences"],
  },
  {
    name: "a replica without a position is a beginning of the stream",
    removes: "P4: what a replica holds whose full sync was broken off nobody can tell",
    edits: [
      {
        file: "src/core/health/eligibility.ts",
        from: "(position <= NO_POSITION && lineage.highWater > position)",
        to: "position < 0",
      },
    ],
    scripts: ["a copy of a master without data is broken off"],
  },
  {
    name: "whoever says that it runs for long was not restarted",
    removes: "P4: a clock that is set forward makes no restarted master an old one",
    edits: [
      {
        file: "src/core/health/reborn.ts",
        from: " && info.offset >= highWater",
        to: "",
      },
    ],
    scripts: ["a master comes back empty, and its clock is set forward"],
  },
  {
    name: "what the master is now is what most saw it be",
    removes: "P4: only a new life that is whole itself goes on as the group's history",
    edits: [
      {
        file: "src/core/heritage.ts",
        from: " || rebirthOf(info, group.lineage, before) !== renamed",
        to: "",
      },
    ],
    scripts: ["a master comes back whole, and then empty"],
  },
  {
    name: "whoever becomes master continues what was there",
    removes:
      "P4: where a person has chosen other data, what is known of before is no beginning of them",
    edits: [
      {
        file: `${OPERATION}/promotion.ts`,
        from: "info.replId, forkOffset ?? 0)",
        to: "info.replId, Math.max(info.secondOffset - 1, 0))",
      },
    ],
    scripts: ["a person calls for other data, whose master dies later"],
  },
  {
    name: "who was a master at the founding is one for good",
    removes: "a group is adopted by who is master now, not by who was while it ran",
    edits: [
      {
        file: "src/core/vip/adoption.ts",
        from: "return here.length > 0 ? here : masters;",
        to: "return masters;",
      },
    ],
    scripts: ["one of two masters is switched off at the founding"],
  },
  {
    name: "only what was agreed on was seen",
    removes: "P4: max_lag counts from the highest offset that anybody saw",
    edits: [
      {
        file: "src/core/health/facts.ts",
        from: "nextHighWater(lineage, infos)",
        to: "nextHighWater(lineage, infos.slice(infos.length))",
      },
    ],
    scripts: ["both replicas lag, and the master dies before that is noted"],
  },
  {
    name: "one vote is enough",
    removes: "P2: a majority of the configured monitors",
    edits: [
      {
        file: "src/core/health/tally.ts",
        from: "const quorum = quorumOf(members.length);",
        to: "const quorum = quorumOf(1);",
      },
    ],
    scripts: ["the leader alone does not reach the master"],
  },
  {
    name: "an action connection cuts nobody off",
    removes: "P1: its first deed is to cut off every older one",
    edits: [
      {
        file: `${OPERATION}/errand.ts`,
        from: `{ kind: "cut-off" }`,
        to: `{ kind: "info" }`,
      },
    ],
    scripts: ["a command of an old leader comes late"],
  },
  {
    name: "an action needs no evidence",
    removes: "P1: a majority's answer gathered after the connection was named",
    edits: [
      {
        file: `${OPERATION}/errand.ts`,
        from: "if (!this.turn.provenSince(this.group, connection.opened))",
        to: "if (connection === null)",
      },
    ],
    scripts: ["a leader wakes up alone in a switchover"],
  },
  {
    name: "a switchover does not wait for the release",
    removes: "P3 and P5: the old master's release is the fence",
    edits: [
      {
        file: `${OPERATION}/switchover.ts`,
        from: "if (proofOfOld(running) === null) return",
        to: "if (running === null) return",
      },
      {
        file: `${OPERATION}/promotion.ts`,
        from: "if (unproven(running, to.name).length > 0) return;",
        to: "",
      },
    ],
    scripts: ["the old holder is late to release"],
  },
  {
    name: "equality is not read again",
    removes: "P5: after the release, under the same run_id, the target is shown to hold everything",
    edits: [
      {
        file: `${OPERATION}/switchover.ts`,
        from: "if (changed) turnBack(",
        to: "if (changed === null) turnBack(",
      },
      {
        file: `${OPERATION}/switchover.ts`,
        from: `else if (final !== null && isAt(running, to, final.offset, "final")) return final.offset;`,
        to: "else if (final !== null) return 0;",
      },
    ],
    scripts: ["an old master restarts before its release"],
  },
  {
    name: "replicas are frozen before the proof",
    removes: "P4: freezing earlier loses what a living master still acknowledges",
    edits: [
      {
        file: `${OPERATION}/failover.ts`,
        from: "if (held.length > 0 || turn.isChanging(group.name)) return;",
        to: "if (turn.isChanging(group.name)) return;",
      },
      {
        file: `${OPERATION}/failover.ts`,
        from: "  if (frozen.some((one) => isWaitedFor(",
        to: "  if (held.length > 0) return;\n  if (frozen.some((one) => isWaitedFor(",
      },
    ],
    scripts: ["a master serves until its lease ends"],
  },
  {
    name: "a reborn master is always intact",
    removes: "P4: an empty master is dead before its replicas copy the emptiness",
    edits: [
      {
        file: "src/core/health/reborn.ts",
        from: `    if (info.aof) return "unknown";
  }
  return "gone-back";`,
        to: `  }
  return "intact";`,
      },
    ],
    scripts: ["a master comes back empty"],
  },
  {
    name: "any lag will do",
    removes: "P4: never a replica that lags beyond max_lag",
    edits: [
      {
        file: "src/core/health/eligibility.ts",
        from: `{ reason: "lagging", waivable: true, fails: lagText }`,
        to: `{ reason: "lagging", waivable: true, fails: (subject) => lagText(subject) && null }`,
      },
    ],
    scripts: ["both replicas lag"],
  },
  {
    name: "an old master follows whoever is master",
    removes: "P4: only while that shows the committed history, and nothing less of it",
    edits: [
      {
        file: `${OPERATION}/repair.ts`,
        from: "function isMasterGood(turn: Turn, group: GroupPart, master: Node): boolean {",
        to: "function isMasterGood(turn: Turn, group: GroupPart, master: Node): boolean {\n  if (turn) return true;",
      },
    ],
    scripts: ["an old master holds the last copy"],
  },
  {
    name: "a master without its data is master all the same",
    removes: "P4: where an old master may hold more, a person decides",
    edits: [
      {
        file: "src/core/heritage.ts",
        from: `const keepers = verdict.rebirth === "gone-back" ?`,
        to: `const keepers = verdict.rebirth === "renamed" ?`,
      },
    ],
    scripts: ["an old master holds the last copy"],
  },
  {
    name: "who turns back takes everybody along",
    removes: "P4: an old master follows only one that is seen to be good, after an undo as well",
    edits: [
      {
        file: `${OPERATION}/undo.ts`,
        from: " && !(name in group.rejoining)",
        to: "",
      },
    ],
    scripts: ["the last copy is not reached when a person calls for it"],
  },
  {
    name: "what blocks writes is not lifted",
    removes: "P5: whoever dies when, a switchover is undone wholly",
    edits: [
      {
        file: `${OPERATION}/undo.ts`,
        from: "if (saved === undefined) return unpaused;",
        to: "if (saved !== null) return unpaused;",
      },
      {
        file: `${OPERATION}/tidy.ts`,
        from: "if (Number(value) < BLOCKED_FROM) return true;",
        to: "if (BLOCKED_FROM > 0) return true;",
      },
    ],
    scripts: ["a leader dies while the old master is blocked"],
  },
  {
    name: "who ends out of reach stays blocked",
    removes:
      "P7: a block that an operation could not lift is agreed on, and lifted by whoever leads then",
    edits: [
      {
        file: `${OPERATION}/blocked.ts`,
        from: "if (before === undefined) return group;",
        to: "if (before !== null) return group;",
      },
    ],
    scripts: [
      "a passive cluster turns back, and does not reach the old master",
      "a paused cluster turns back, and does not reach the old master",
    ],
  },
  {
    name: "only who is active lifts what it blocked",
    removes: "P7: in passive mode and in a pause, too, however much later",
    edits: [
      {
        file: `${OPERATION}/repair.ts`,
        from: "if (isLeftBlocked(group, node)) tidy(turn, group, node);",
        to: "if (turn.now < 0) tidy(turn, group, node);",
      },
    ],
    scripts: ["a passive cluster turns back, and does not reach the old master"],
  },
  {
    name: "a promotion is not written to the file",
    removes: "P4: REWRITE follows the promotion",
    edits: [
      {
        file: `${OPERATION}/promotion.ts`,
        from: `if (to !== null) work.redis(to, "rewrite", { kind: "rewrite" });`,
        to: "",
      },
      {
        file: `${OPERATION}/tidy.ts`,
        from: "if (last !== undefined) {",
        to: "if (last === null) {",
      },
    ],
    scripts: ["the new master's file after a switchover"],
  },
  {
    name: "a target is promoted for what was read of it on an earlier connection",
    removes: "P4: what was read before a connection broke justifies nothing",
    edits: [
      {
        file: `${OPERATION}/switchover.ts`,
        from: "const outcome = isReadHere ?",
        to: "const outcome = isReadHere || offset >= 0 ?",
      },
    ],
    scripts: ["a target restarts on the order to become master"],
  },
  {
    name: "an operation stays open until the VIP is claimed",
    removes: "P7: every operation ends",
    edits: [
      {
        file: `${OPERATION}/promotion.ts`,
        from: "return claimingMs >= CLAIM_AT_MOST_MS;",
        to: "return false;",
      },
    ],
    scripts: ["the new master is lost before its claim, and nobody qualifies"],
  },
  {
    name: "who is becoming master may be set offline",
    removes: "whoever is offline is never promoted",
    edits: [
      {
        file: `${OPERATION}/orders.ts`,
        from: 'if (admin === "offline" && isBecomingMaster(group, node.name)) {',
        to: "if (isBecomingMaster(group, node.name) && turn === null) {",
      },
    ],
    scripts: ["the target of a switchover is set offline meanwhile"],
  },
  {
    name: "nobody is named who saw a move by hand",
    removes: "P2: the votes that justified it stand in the decision",
    edits: [
      {
        file: "src/core/health/roles.ts",
        from: "moved: elsewhere.node, votes, tally, text",
        to: "moved: elsewhere.node, tally, text",
      },
    ],
    scripts: ["the master is moved by hand"],
  },
  {
    name: "a successor that is master already is not known any more",
    removes:
      "P7: whoever was promoted, by a person or by an attempt that was given up, may become the group's master",
    edits: [
      {
        file: "src/core/health/eligibility.ts",
        from: "return facts.asMaster === true && (info.loading ||",
        to: "return facts.asMaster === false && (info.loading ||",
      },
    ],
    scripts: [
      "a successor that is master already is tried again",
      "two successors are promoted and given up",
      "a person promotes the only replica while a failover waits",
      "a person promotes the only replica before anybody fails over",
    ],
  },
  {
    name: "what turns back is overtaken by what made it begin",
    removes: "P7: a failover that has turned back is not begun again at once",
    edits: [
      {
        file: `${OPERATION}/cooldown.ts`,
        from: "if (isTurning && operation.from === node)",
        to: "if (isTurning && operation.from === null)",
      },
    ],
    scripts: ["a failover turns back while its cause lasts"],
  },
  {
    name: "who was held just now is turned back to",
    removes: "P7: whoever is turned back to is still master",
    edits: [
      {
        file: `${OPERATION}/failover.ts`,
        from: "if (isHeld(running) || !answersAsMaster(running)) return false;",
        to: "if (!answersAsMaster(running)) return false;",
      },
    ],
    scripts: ["an old master is held in vain"],
  },
  {
    name: "who was set offline is promoted, for it is master already",
    removes: "P2: whoever is told that a node is offline does not see it become master",
    edits: [
      {
        file: "src/core/health/eligibility.ts",
        from: "if (barred !== null) return barred;",
        to: 'if (barred !== null && !(facts.asMaster && barred.reason === "offline")) return barred;',
      },
    ],
    scripts: ["a successor that is master already is set offline"],
  },
  {
    name: "a master that was a replica may succeed itself",
    removes:
      "P7: a failover begins only where somebody may take over, by what was seen of a master since it is one",
    edits: [
      {
        file: `${OPERATION}/admission.ts`,
        from: "node !== call.from || call.isDemoted === true",
        to: "node !== call.from || call.isDemoted !== false",
      },
    ],
    scripts: ["a master dies when it has just been promoted"],
  },
];
