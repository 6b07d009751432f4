/**
 * Deliberately broken rules: a script that does not fail with its mutant proves nothing. Test files
 * switch them on in `mutants.on`; the wrappers below pass everything through otherwise.
 */

import type { Committed, GroupPart, Vip } from "../../../src/core/state.ts";
import type { Turn } from "../../../src/core/turn.ts";

export type Mutant =
  | "no waiting time"
  | "W without T0"
  | "no possible holders"
  | "a mark does not void proofs"
  | "rule 7 reads only the holder"
  | "rule 7 in move epochs"
  | "rule 7 on old readings"
  | "rule 6 without a round"
  | "permits for ever"
  | "out inside an epoch"
  | "an empty register is marked with the running epoch"
  | "a joining host counts"
  | "undo after the claim"
  | "the new W counts at once"
  | "other times inside an epoch";

export const mutants: { on: Mutant | null } = { on: null };

export function isOn(mutant: Mutant): boolean {
  return mutants.on === mutant;
}

/** Replaces a method of a class by one that may call it. */
export function override<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  broken: (original: T[K]) => T[K],
): void {
  prototype[name] = broken(prototype[name]);
}

/** Runs `script` with a broken rule; gives what it threw, or null. */
export function withMutant(mutant: Mutant, script: () => void): string | null {
  mutants.on = mutant;
  try {
    script();
    return null;
  } catch (error) {
    return String(error);
  } finally {
    mutants.on = null;
  }
}

/** Runs `step` in a turn whose committed state takes every host that is only joining for one that is in. */
export function withJoinersIn(turn: Turn, step: () => void): void {
  const { committed } = turn.state;
  if (!isOn("a joining host counts") || committed === null) return step();
  const admit = (vip: Vip): Vip => ({
    ...vip,
    readSet: Object.fromEntries(Object.keys(vip.readSet).map((name) => [name, "in"])),
  });
  turn.state.committed = withVips(committed, admit);
  step();
  turn.state.committed = committed;
}

function withVips(state: Committed, change: (vip: Vip) => Vip): Committed {
  const groups = state.groups.map(
    (group): GroupPart => ({ ...group, vips: group.vips.map(change) }),
  );
  return { ...state, groups };
}

/** The state as a broken rule 7 would read it. */
export function misread(turn: Turn, state: Committed): Committed {
  if (isOn("rule 7 on old readings")) forgetOrder(turn, state);
  const change = (vip: Vip): Vip => {
    if (isOn("rule 7 reads only the holder")) return { ...vip, readSet: {} };
    if (isOn("rule 7 in move epochs") && vip.kind === "move") return { ...vip, kind: "hold" };
    return vip;
  };
  return withVips(state, change);
}

/** Every answer, however old, counts as evidence for every permit. */
function forgetOrder(turn: Turn, state: Committed): void {
  for (const group of state.groups) {
    for (const vip of group.vips) {
      const { permit } = turn.desk(group.name, vip.ip, vip.node ?? "");
      if (permit !== null && vip.node !== null)
        turn.setDesk(group.name, vip.ip, vip.node, { permit: { ...permit, provenId: 0 } });
    }
  }
}
