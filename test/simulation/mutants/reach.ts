/** Mutants of what a leader must reach by itself, and of how leadership is handed over for that. */
import type { Mutant } from "./mutant.ts";

const HANDOVER = "src/core/handover.ts";
const REACH = "src/core/operation/reach.ts";

export const OF_REACH: readonly Mutant[] = [
  {
    name: "who cannot fail over leads on",
    removes: "P7: a leader that does not reach what a failover takes hands over to one that does",
    edits: [{ file: HANDOVER, from: "if (handsOverForReach(turn, groups)) return;", to: "" }],
    scripts: [
      "a leader is cut from all replicas when the master dies",
      "a leader has long been cut from all replicas",
      "a leader is cut from all replicas during a failover",
    ],
  },
  {
    name: "who cannot set a node right leads on",
    removes:
      "P7: a leader that does not reach a node which has to be set right hands over to one that does",
    edits: [{ file: HANDOVER, from: "repairs > ownRepairs", to: "repairs < 0" }],
    scripts: ["a leader does not reach a replica that has to be set right"],
  },
  {
    name: "Redis is all that a failover takes",
    removes: "P7: a failover takes the guard of the new master's host as well",
    edits: [
      {
        file: REACH,
        from: "return reachesRedis(subject, monitor, node) && reachesGuard(subject, monitor, node);",
        to: "return reachesRedis(subject, monitor, node);",
      },
    ],
    scripts: ["a leader reaches no guard of a replica"],
  },
  {
    name: "a leader that proves nothing leads on",
    removes: "P7: a failover takes a proof that the old host does not serve any more",
    edits: [
      {
        file: REACH,
        from: "return vip === undefined || toBeProven(subject, vip, monitor).length === 0;",
        to: "return vip === undefined || toBeProven(subject, vip, monitor).length >= 0;",
      },
      { file: REACH, from: "vip === undefined ? [] : toBeProven(subject, vip, own)", to: "[]" },
    ],
    scripts: ["a leader does not reach the old host, where no lease ends"],
  },
  {
    name: "nobody is sought who can turn back",
    removes:
      "P7: where nobody can take over, a leader that does not reach the old master hands over to one that does",
    edits: [
      {
        file: REACH,
        from: "successors.length > 0 ? successors : wayBack(turn, group)",
        to: "successors.length > 0 ? successors : wayBack(turn, { ...group, operation: null })",
      },
    ],
    scripts: [
      "a leader does not reach the old master, which alone is left",
      "a leader does not reach the old master, which alone is left, and was restarted",
    ],
  },
  {
    name: "who cannot keep the holder served leads on",
    removes:
      "P7: a leader that does not reach the holder's guard, which only it can mark with a new epoch, hands over to one that does",
    edits: [
      {
        file: REACH,
        from: "if (!isServing || master === null ||",
        to: "if (isServing || master === null ||",
      },
    ],
    scripts: [
      "a leader does not reach the holder's guard, and a replica's host is booted",
      "a leader loses the holder's guard in the midst of a switchover",
    ],
  },
  {
    name: "a leader leaves a switchover that it prepares",
    removes: "a switchover that waits for the holder's guard is left to its own limits",
    edits: [
      { file: REACH, from: "master === null || isPreparing(turn, group)", to: "master === null" },
    ],
    scripts: ["a leader logs in to the holder's host while it prepares a switchover"],
  },
  {
    name: "who cannot give writes back leads on",
    removes:
      "P7: a leader that turns back and does not reach the old master hands over to one that does",
    edits: [
      {
        file: REACH,
        from: "if (!lacksRedis && heardWithin(",
        to: "if (!lacksRedis || heardWithin(",
      },
    ],
    scripts: ["a leader loses the old master when it has blocked it"],
  },
  {
    name: "who cannot hear the last word leads on",
    removes:
      "P7: where a living master's last word is awaited, a leader that does not reach it hands over to one that does",
    edits: [
      {
        file: REACH,
        from: "return subject.awaited === null ||",
        to: "return subject.awaited !== undefined ||",
      },
    ],
    scripts: ["a leader loses a master whose last word it awaits"],
  },
  {
    name: "a person is believed though others hear the host",
    removes: "P3: a host that any monitor hears is not off, whatever a person says",
    edits: [
      {
        file: "src/core/operation/adopt.ts",
        from: 'if (heard.kind !== "not") return heard.order;',
        to: "void heard;",
      },
    ],
    scripts: ["a person vouches for a host that other monitors hear"],
  },
  {
    name: "who looks less often reaches more",
    removes: "a guard that is lost to all is no reason to hand leadership over",
    edits: [
      {
        file: REACH,
        from: "return heardAt - guardHeardAt(turn, group, node) >= HEARD_LATER_MS;",
        to: "return heardAt - guardHeardAt(turn, group, node) >= HEARD_LATER_MS - 60_000;",
      },
    ],
    scripts: ["nobody reaches the holder's guard"],
  },
  {
    name: "leadership goes to whoever reaches no more",
    removes: "leadership is handed over only to one that can do what the leader cannot",
    edits: [{ file: HANDOVER, from: "able > own.able", to: "able >= own.able" }],
    scripts: ["nobody reaches all that a failover takes"],
  },
  {
    name: "leadership goes to and fro",
    removes: "each monitor hands over only so often, whatever the votes say",
    edits: [
      {
        file: HANDOVER,
        from: "if (turn.now - handedOverAt < REACH_AT_MOST_EVERY_MS) return false;",
        to: "void handedOverAt;",
      },
    ],
    scripts: ["two monitors reach the replicas by turns"],
  },
];
