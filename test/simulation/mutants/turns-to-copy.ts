/** Mutants of whose turn it is to copy. */
import type { Edit, Mutant } from "./mutant.ts";

const FILE = "src/core/operation/sync-turns.ts";

const LAPSED_TURNS_LAST: Edit = {
  file: "src/core/operation/repair.ts",
  from: "if (isToldNow) endLapsedTurn(turn, group, node);",
  to: "",
};

export const OF_TURNS_TO_COPY: readonly Mutant[] = [
  {
    name: "all replicas copy at once",
    removes: "`parallel_syncs`: no more than so many are told to copy the master at once",
    edits: [
      {
        file: FILE,
        from: "return busy < (",
        to: "return busy >= 0 || busy < (",
      },
    ],
    scripts: ["everybody must copy the new master"],
  },
  {
    name: "who was just told to copy does not count yet",
    removes: "what a node says may be older than its turn",
    edits: [
      {
        file: FILE,
        from: "      return hasTurn;",
        to: "      return hasTurn && unseenFor < 0;",
      },
    ],
    scripts: ["everybody must copy the new master"],
  },
  {
    name: "who was linked before its turn has had it",
    removes: "only what was seen of a node since its turn began can end that",
    edits: [
      {
        file: FILE,
        from: '? "linked" : "before";',
        to: '? "linked" : "linked";',
      },
    ],
    scripts: ["an old master followed the new master before that was one"],
  },
  {
    name: "a turn to copy never ends",
    removes: "one that does not link holds up the others for a while only",
    edits: [
      {
        file: FILE,
        from: "return isBusy && linkingFor < LINKING_MS && lasted",
        to: "return isBusy && linkingFor < COPYING_MS && lasted",
      },
    ],
    scripts: ["the first to copy never links"],
  },
  {
    name: "a turn to copy is counted from an earlier one",
    removes: "one that is done gives its turn back",
    edits: [
      {
        file: FILE,
        from: "if (isKept) isCopying(",
        to: "if (!isKept) isCopying(",
      },
      LAPSED_TURNS_LAST,
    ],
    scripts: ["a replica has another turn to copy"],
  },
  {
    name: "who is told again has had its turn",
    removes: "being told anew is another turn",
    edits: [LAPSED_TURNS_LAST],
    scripts: ["an old master is told to follow a second time"],
  },
  {
    name: "who was told is not told again",
    removes: "whoever is moved elsewhere after it was told to follow the master is told again",
    edits: [
      {
        file: "src/core/operation/repair.ts",
        from: `work.poll(node, "follow", action, TOLD_AGAIN_MS)`,
        to: `work.redis(node, "follow", action)`,
      },
    ],
    scripts: ["an old master is moved when it was told to follow"],
  },
  {
    name: "who does not answer copies no more",
    removes: "one that was told to copy and falls silent keeps its turn for a while",
    edits: [
      {
        file: FILE,
        from: "return hasTurn && unseenFor < LINKING_MS;",
        to: "return hasTurn && unseenFor < 0;",
      },
    ],
    scripts: ["the first to copy falls silent for a while"],
  },
  {
    name: "whose process is gone copies on",
    removes: "a refusal by its host ends a turn to copy",
    edits: [
      {
        file: FILE,
        from: '"refused" : "silent";',
        to: '"silent" : "silent";',
      },
    ],
    scripts: ["the first to copy dies of it"],
  },
  {
    name: "who was gone has had its turn",
    removes: "one that was silent for long is counted anew when it comes back",
    edits: [
      {
        file: FILE,
        from: "return hasTurn && unseenFor < LINKING_MS;",
        to: "return hasTurn && unseenFor < COPYING_MS;",
      },
      LAPSED_TURNS_LAST,
    ],
    scripts: ["the first to copy is cut off, and comes back"],
  },
  {
    name: "one monitor that is refused ends a turn to copy",
    removes: "a refusal ends a turn to copy only if a majority is refused",
    edits: [
      {
        file: FILE,
        from: 'tallyOf(evidence, members, name, turn.now).down === "refused"',
        to: "tallyOf(evidence, members, name, turn.now).refused > 0",
      },
    ],
    scripts: ["the first to copy falls silent, and one monitor is refused"],
  },
  {
    name: "an old master that copies is looked at only if somebody waits",
    removes: "how one that rejoins gets on is looked at in every review",
    edits: [
      {
        file: "src/core/operation/repair.ts",
        from: "if (!wrong || !isAstray(info, master)) giveBackTurn(",
        to: "if (!wrong) giveBackTurn(",
      },
    ],
    scripts: ["an old master copies for long, and falls silent"],
  },
];
