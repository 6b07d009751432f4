/** Mutants of an old master that comes back while its failover waits, or is undone. */
import type { Mutant } from "./mutant.ts";

const CAME_BACK = "src/core/operation/came-back.ts";
const FAILOVER = "src/core/operation/failover.ts";
const UNDO = "src/core/operation/undo.ts";

export const OF_COMING_BACK: readonly Mutant[] = [
  {
    name: "a failover turns back to whoever answers",
    removes: "P4: nobody turns back to less than others may hold; a person decides",
    edits: [
      {
        file: FAILOVER,
        from: "if (richer.length === 0 && turnsBack(running)) return;",
        to: "if (turnsBack(running)) return;",
      },
      {
        file: FAILOVER,
        from: "if (isHeld(running) || !answersAsMaster(running)) return false;",
        to: "if (!answersAsMaster(running)) return false;",
      },
      {
        file: FAILOVER,
        from: 'if (answer.kind === "pending") return true;\n  if (infoOf(answer)?.role !== "master") return false;',
        to: "if (answer.kind === null) return true;",
      },
    ],
    scripts: [
      "a master comes back empty, and nobody reaches its replicas",
      "a master comes back without its AOF",
    ],
  },
  {
    name: "an old master that comes back empty may be copied",
    removes: "P4: who came back with less is held before its replicas copy that",
    edits: [
      {
        file: CAME_BACK,
        from: `work.redis(from, HELD, { kind: "follow", ...hole });`,
        to: "void hole;",
      },
    ],
    scripts: ["a master comes back empty before its lease has ended"],
  },
  {
    name: "who cannot be chosen follows the old master",
    removes: "P4: while a failover waits, nobody copies an old master that comes back",
    edits: [
      {
        file: CAME_BACK,
        from: `if (reachable && info?.role === "replica")`,
        to: `if (reachable && info?.role === "master")`,
      },
    ],
    scripts: ["a master comes back empty, and the last copy is never promoted"],
  },
  {
    name: "who does not answer has nothing",
    removes: "P4: of whom nobody hears may have everything, unless a person gave it up",
    edits: [
      {
        file: CAME_BACK,
        from: `return admin !== "offline";`,
        to: "return false;",
      },
    ],
    scripts: ["a master comes back empty, and nobody reaches its replicas"],
  },
  {
    name: "who was given up is waited for",
    removes: "a failover waits for nobody whom a person gave up",
    edits: [
      {
        file: CAME_BACK,
        from: `return admin !== "offline";`,
        to: "return true;",
      },
    ],
    scripts: ["a master comes back with less, and nobody has more"],
  },
  {
    name: "whoever has anything may have more",
    removes: "a failover turns back to an old master that has the most",
    edits: [
      {
        file: CAME_BACK,
        from: "position > (forkOf(old, group.lineage) ?? 0)",
        to: "position > 0",
      },
    ],
    scripts: ["a master comes back with less, and nobody has more"],
  },
  {
    name: "an AOF is never lost",
    removes: "P4: an AOF says nothing of positions, but with no key at all it was lost",
    edits: [
      {
        file: CAME_BACK,
        from: `(rebirth === "unknown" && old.empty)`,
        to: `(rebirth === null && old.empty)`,
      },
    ],
    scripts: ["a master comes back without its AOF"],
  },
  {
    name: "who was forced to leave is held",
    removes: "who forces a failover that comes to nothing finds everything as it was",
    edits: [
      {
        file: CAME_BACK,
        from: `if (isSame && op.cause === "operator") return [];`,
        to: "",
      },
    ],
    scripts: ["the last copy is not reached when a person calls for it"],
  },
  {
    name: "who is turned back to is the one that was left",
    removes: "P4: nobody is told to follow an old master that was restarted meanwhile",
    edits: [
      {
        file: UNDO,
        from: "if (now.runId !== op.runIds[from.name]) return true;",
        to: "",
      },
    ],
    scripts: ["a master comes back empty when it is turned back to"],
  },
  {
    name: "who waits for a person asks all the time",
    removes: "a failover that waits for a person looks at each node about once a second",
    edits: [
      {
        file: "src/core/operation/failover.ts",
        from: "work.reached(NOBODY) === undefined ? DRAIN_POLL_MS : RETRY_EVERY_MS",
        to: "DRAIN_POLL_MS",
      },
    ],
    scripts: ["a failover waits for a person"],
  },
];
