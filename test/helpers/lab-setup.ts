/** What most tests in the lab begin with. */

export const FAST = { downAfter: "1s", lease: "1s" } as const;
export const MONITORS: readonly string[] = ["mon1", "mon2", "mon3"];
/** Writers may feel a busy machine, never a move. That no lease lapsed is told by the waiting clients. */
export const NO_GAP_MS = 1_000;

/** db1 is the master of a new lab. */
export function isAnother(node: string): boolean {
  return node !== "db1";
}
