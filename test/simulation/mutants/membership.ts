/** Mutants of what changes who belongs to a group. */
import type { Mutant } from "./mutant.ts";

export const OF_MEMBERSHIP: readonly Mutant[] = [
  {
    name: "a node is removed within an epoch",
    removes: "rule 1: other nodes to be read are a new epoch",
    edits: [
      {
        file: "src/core/reload/nodes.ts",
        from: "    },\n    stamp,\n  );",
        to: "    },\n    vip.epoch,\n  );",
      },
    ],
    scripts: ["a node is removed by one monitor alone"],
  },
];
