/**
 * The life of a client's command: taken by the leader when nothing else is being committed, and
 * answered when what it started has ended. What each command does is in `orders.ts`.
 */
import { takeAddition } from "../groups/add-group.ts";
import type { Waiting } from "../local.ts";
import { isAboutMonitors, takeMonitorChange } from "../members/change-members.ts";
import type { CommandOutcome, GroupCommand } from "../messages.ts";
import { groupIn, type GroupPart, type PastOperation } from "../state.ts";
import { compareStamps, isNewer, ORIGIN } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import type { Order } from "./order.ts";
import { take } from "./orders.ts";

const REQUESTS_KEPT = 32;
const LONGEST_KEPT = 200;
const GIVE_UP_AFTER_MS = 60_000;

export function serveCommands(turn: Turn): void {
  const still: Waiting[] = [];
  for (const waiting of turn.state.waiting) {
    const next = serveOne(turn, waiting);
    if (next !== null) still.push(next);
  }
  turn.state.waiting = still;
}

/** This monitor leads no more. What was proposed may still be committed by the next leader. */
export function abandonCommands(turn: Turn): void {
  for (const { requestId, proposed } of turn.state.waiting) {
    turn.emit({ kind: "reply", requestId, outcome: lastWord(turn, proposed) });
  }
  turn.state.waiting = [];
}

/** A leader that removed itself ends with the very commit that a command was waiting for. */
function lastWord(turn: Turn, proposed: Waiting["proposed"]): CommandOutcome {
  const { committed, consensus } = turn.state;
  if (proposed === null) return { kind: "not-leader", leader: consensus.leader };
  const { under, message } = proposed;
  const isDone = committed?.stamp.term === under.term && isNewer(committed.stamp, under);
  if (isDone && message !== null) return { kind: "ok", message };
  return {
    kind: "unknown",
    message: "the leader changed meanwhile; mmm status and mmm history show what came of it",
  };
}

function serveOne(turn: Turn, waiting: Waiting): Waiting | null {
  if (waiting.proposed !== null) return awaitEnd(turn, waiting, waiting.proposed);
  const { command, requestId } = waiting;
  const done = turn.state.committed?.cluster.requests.find(({ id }) => id === requestId);
  if (done !== undefined) return reply(turn, requestId, { kind: "ok", message: done.message });
  if (isAboutMonitors(command))
    return follow(turn, waiting, takeMonitorChange(turn, waiting, command));
  const group = groupIn(turn.state.committed, command.group);
  if (group !== undefined) return serveIn(turn, group, waiting, command);
  if (command.kind === "reload") return addGroup(turn, waiting, command);
  const message = `there is no group ${command.group}`;
  return reply(turn, requestId, { kind: "refused", message });
}

function addGroup(turn: Turn, waiting: Waiting, command: GroupCommand & { kind: "reload" }) {
  return turn.settled ? follow(turn, waiting, takeAddition(turn, waiting, command)) : waiting;
}

function serveIn(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  command: GroupCommand,
): Waiting | null {
  const { requestId } = waiting;
  if (wasTaken(group, requestId)) return { ...waiting, proposed: { under: ORIGIN, message: null } };
  if (turn.isChanging(group.name)) return waiting;
  return follow(turn, waiting, take(turn, group, waiting, command));
}

function follow(turn: Turn, waiting: Waiting, order: Order): Waiting | null {
  const { requestId } = waiting;
  if (order.kind === "later") {
    return order.greetedAt === undefined ? waiting : { ...waiting, greetedAt: order.greetedAt };
  }
  if (order.kind === "refused") return reply(turn, requestId, order);
  if (order.kind === "answered")
    return reply(turn, requestId, { kind: "ok", message: order.message });
  if (order.message !== null) remember(turn, requestId, order.message);
  const under = turn.state.newest?.stamp ?? ORIGIN;
  return { ...waiting, proposed: { under, message: order.message } };
}

/** So that a client which lost the answer, and asks again, is told rather than obeyed twice. */
function remember(turn: Turn, id: string, message: string): void {
  turn.changeCluster((cluster) => ({
    ...cluster,
    requests: [...cluster.requests, { id, message: brief(message) }].slice(-REQUESTS_KEPT),
  }));
}

/** The state is small, and stays so. */
function brief(message: string): string {
  return message.length <= LONGEST_KEPT ? message : `${message.slice(0, LONGEST_KEPT - 1)}…`;
}

function wasTaken(group: GroupPart, requestId: string): boolean {
  return (
    group.operation?.requestId === requestId ||
    group.past.some((past) => past.requestId === requestId)
  );
}

function reply(turn: Turn, requestId: string, outcome: CommandOutcome): null {
  turn.emit({ kind: "reply", requestId, outcome });
  return null;
}

function awaitEnd(
  turn: Turn,
  waiting: Waiting,
  proposed: NonNullable<Waiting["proposed"]>,
): Waiting | null {
  const { requestId, command } = waiting;
  const committed = turn.state.committed;
  if (committed === null || compareStamps(committed.stamp, proposed.under) <= 0) return waiting;
  if (proposed.message !== null)
    return reply(turn, requestId, { kind: "ok", message: proposed.message });
  const group = "group" in command ? groupIn(committed, command.group) : undefined;
  return command.kind === "drop-group"
    ? awaitDrop(turn, waiting, group)
    : awaitOperation(turn, waiting, group);
}

function awaitOperation(
  turn: Turn,
  waiting: Waiting,
  group: GroupPart | undefined,
): Waiting | null {
  const { requestId, since } = waiting;
  const past = group?.past.find((entry) => entry.requestId === requestId);
  if (past !== undefined) return reply(turn, requestId, outcomeOf(past));
  const runs = group?.operation?.requestId === requestId;
  if (runs && turn.now - since < GIVE_UP_AFTER_MS) return waiting;
  return reply(turn, requestId, {
    kind: "unknown",
    message: runs
      ? "it is still under way; see mmm status"
      : "its outcome is no longer kept; see mmm history",
  });
}

function awaitDrop(turn: Turn, waiting: Waiting, group: GroupPart | undefined): Waiting | null {
  const { requestId, command, since } = waiting;
  const name = "group" in command ? command.group : "";
  if (group === undefined)
    return reply(turn, requestId, { kind: "ok", message: `group ${name} is dropped` });
  if (turn.now - since < GIVE_UP_AFTER_MS) return waiting;
  const message = `group ${name} is still being dropped; mmm status says what it waits for`;
  return reply(turn, requestId, { kind: "unknown", message });
}

function outcomeOf(past: PastOperation): CommandOutcome {
  const took = `${past.durationMs} ms`;
  switch (past.result) {
    case "ok":
      return {
        kind: "ok",
        message: `${past.to} is the master now (${past.kind} from ${past.from}, ${took})`,
      };
    case "undone":
      return { kind: "failed", message: `nothing has changed: ${past.reason}` };
    case "failed":
      return { kind: "failed", message: past.reason };
    case "preempted":
      return { kind: "failed", message: `a failover came first: ${past.reason}` };
  }
}
