/**
 * A new leader finds an operation running. It trusts nothing that the old leader had read: before
 * the point of no return it turns back (or, when the master is down, begins again), after it, it
 * finishes. Past the preparation that is a new epoch, so that whatever the old leader still has
 * on its way fails at the host.
 */
import type { Operation } from "../state.ts";
import { fenced, heldBy, renewed } from "../vip/epochs.ts";
import { advance, isBack, type Running } from "./common.ts";

export function takeOver(running: Running): void {
  const { turn, op } = running;
  const known: Partial<Operation> = {
    leader: turn.state.name,
    term: turn.term,
    attempt: op.attempt + 1,
  };
  switch (op.phase) {
    case "prepare":
      return advance(running, "undo", {
        known: { ...known, reason: `${op.reason}; undone: its leader was lost` },
      });
    case "undo":
      return advance(running, "undo", { known, vip: renewed });
    case "handover":
      return goBack(running, known);
    case "fence":
    case "promote":
      return again(running, known);
    case "claim":
      return advance(running, "claim", { known, vip: renewed });
  }
}

function goBack(running: Running, known: Partial<Operation>): void {
  const { op } = running;
  advance(running, "undo", {
    known: { ...known, reason: `${op.reason}; undone: its leader was lost` },
    vip: (vip, stamp) => heldBy({ ...vip, holders: [] }, stamp, op.from),
  });
}

/** A chosen successor never became claimable, so it is not among the possible holders. */
function again(running: Running, known: Partial<Operation>): void {
  const { op } = running;
  if (op.phase === "fence" && isBack(running)) {
    return advance(running, "undo", {
      known,
      vip: (vip, stamp) => heldBy({ ...vip, holders: [] }, stamp, op.from),
    });
  }
  advance(running, "fence", { known, vip: (vip, stamp) => fenced(vip, stamp) });
}
