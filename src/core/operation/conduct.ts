/** The leader's work on a group's running operation: one step further, if the facts allow one. */
import { remembered } from "../remembered.ts";
import type { GroupPart } from "../state.ts";
import type { Turn } from "../turn.ts";
import { openRunning, type Running, scopeOf } from "./common.ts";
import { dropErrand } from "./drop-errand.ts";
import { conductFailover } from "./failover.ts";
import { conductSwitchover } from "./switchover.ts";
import { takeOver } from "./takeover.ts";
import { conductUndo } from "./undo.ts";

/** Errands of operations are told from repairs by their first letters. */
const PREFIX = "op ";

const successorAlarm = remembered((name) => `${name}: successor`);
const fenceAlarm = remembered((name) => `${name}: fence`);
const fencingAlarm = remembered((name) => `${name}: fencing`);

export function conduct(turn: Turn, group: GroupPart): Running | null {
  const { operation } = group;
  dropStale(turn, group, operation === null ? null : scopeOf(operation));
  if (operation === null) {
    turn.alarm(successorAlarm(group.name), null);
    turn.alarm(fenceAlarm(group.name), null);
    turn.alarm(fencingAlarm(group.name), null);
    return null;
  }
  const running = openRunning(turn, group, operation);
  if (running === null || turn.isChanging(group.name)) return running;
  if (operation.term !== turn.term) takeOver(running);
  else if (operation.phase === "undo") conductUndo(running);
  else if (operation.kind === "failover") conductFailover(running);
  else conductSwitchover(running);
  return running;
}

function dropStale(turn: Turn, group: GroupPart, scope: string | null): void {
  for (const known of Object.keys(turn.local(group.name).errands)) {
    if (known.startsWith(PREFIX) && known !== scope)
      dropErrand(turn, group.name, known, group.nodes);
  }
}
