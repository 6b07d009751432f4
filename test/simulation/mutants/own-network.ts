/** Mutants of what a monitor does that takes its own network for down. */
import type { Mutant } from "./mutant.ts";

export const OF_OWN_NETWORK: readonly Mutant[] = [
  {
    name: "whose own network is down votes all the same",
    removes: "`ping_ips`: who takes its own network for down abstains where it hears nothing",
    edits: [
      {
        file: "src/core/gossip.ts",
        from: "return asItMayBeGiven(vote, turn.state.network.is);",
        to: "return asItMayBeGiven(vote, null);",
      },
    ],
    scripts: ["two of three take their network for down, and it is"],
  },
  {
    name: "the silence of that time counts afterwards",
    removes: "`ping_ips`: what was not heard while the own network was down says nothing",
    edits: [
      {
        file: "src/core/own-network.ts",
        from: "if (isOver) excuse(turn, group);",
        to: "if (isOver && group.length === 0) excuse(turn, group);",
      },
    ],
    scripts: ["two of three take their network for down, and it is"],
  },
  {
    name: "nodes that answer are no sign of the own network",
    removes: "`ping_ips`: whoever hears any node is not cut off",
    edits: [
      { file: "src/core/own-network.ts", from: "if (!hears) return", to: "if (hears) return" },
    ],
    scripts: ["the checks err, and the master hangs"],
  },
  {
    name: "whose own network is down leads on",
    removes: "`ping_ips`: a leader hands over to a monitor whose network is up",
    edits: [
      {
        file: "src/core/handover.ts",
        from: `const isCutOff = network.is === "down"`,
        to: `const isCutOff = network.is === "unknown"`,
      },
    ],
    scripts: ["the leader takes its network for down"],
  },
];
