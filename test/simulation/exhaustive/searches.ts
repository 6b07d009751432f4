/** The exhaustive searches as scripts: how far each goes in a test, and what it says when it finds something. */
import type { Script } from "../rules/script.ts";
import { Violation } from "../world/violation.ts";
import { consensusModel, type Limits } from "./consensus-model.ts";
import { type MoveLimits, moveModel } from "./register-model.ts";
import { type ReplacementLimits, replacementModel } from "./replacement-model.ts";
import { type Bounds, type Exploration, explore } from "./explore.ts";

export interface Search {
  readonly name: string;
  /** What may happen, and how often. */
  readonly limits: Limits | ReplacementLimits | MoveLimits;
  readonly depth: number;
}

export const SEARCHES: readonly Search[] = [
  {
    name: "every order: two elections, proposals and a crash",
    limits: { terms: 3, proposals: 1, rounds: 0, crashes: 1 },
    depth: 8,
  },
  {
    name: "every order: two elections",
    limits: { terms: 3, proposals: 0, rounds: 0, crashes: 0 },
    depth: 10,
  },
  {
    name: "every order: two elections and rounds",
    limits: { terms: 3, proposals: 0, rounds: 1, crashes: 0 },
    depth: 9,
  },
  {
    name: "every order: a monitor is replaced elsewhere",
    limits: { terms: 3, members: 3, changes: 2, begins: "led", crashes: 1, brought: 1 },
    depth: 10,
  },
  {
    name: "every order: two of one name want to lead",
    limits: { terms: 3, members: 5, changes: 0, begins: "added", crashes: 0, brought: 0 },
    depth: 8,
  },
  {
    name: "every order: one move of a VIP",
    limits: { losses: 1, restarts: 0 },
    depth: 9,
  },
];

export function search({ limits, depth }: Search, states = 5_000_000): Exploration {
  const bounds: Bounds = { depth, states };
  if ("members" in limits) return explore(replacementModel(limits), bounds);
  if ("terms" in limits) return explore(consensusModel(limits), bounds);
  return explore(moveModel(limits), bounds);
}

export const EXHAUSTIVE: readonly Script[] = SEARCHES.map((each) => ({
  name: each.name,
  run: (seed) => {
    // Luck has no part in it.
    if (seed !== 1) return;
    const { violation } = search(each);
    if (violation !== null)
      throw new Violation("in every order", `${violation.text}: ${violation.path.join("; ")}`);
  },
}));
