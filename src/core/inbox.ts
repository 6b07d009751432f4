/** What each kind of input teaches the monitor, before it thinks about what to do. */
import { peerFound, peerGone, receive } from "./consensus/consensus.ts";
import { heard } from "./gossip.ts";
import type { Input, Outcome } from "./io.ts";
import type { Flight } from "./local.ts";
import { pingsSay } from "./own-network.ts";
import { connectionLost, probed } from "./patrol.ts";
import type { Turn } from "./turn.ts";
import { answered } from "./vip/desk.ts";

export function takeIn(turn: Turn, input: Input): void {
  const { consensus } = turn.state;
  switch (input.kind) {
    case "tick":
      return;
    case "message":
      return hear(turn, input);
    case "peer-found":
      return turn.consensus(peerFound(consensus, input.name, input.address, turn.at));
    case "peer-gone":
      return turn.consensus(peerGone(consensus, input.name, turn.at));
    case "connection-lost":
      return connectionLost(turn, input.group);
    case "finished":
      return land(turn, input.id, input.result);
    case "all-finished":
      for (const { id, result } of input.all) land(turn, id, result);
      return;
    case "command":
      return accept(turn, input);
    case "own-network":
      return pingsSay(turn, input.pings);
    case "shutdown":
      turn.state.leaving = true;
      return;
  }
}

function hear(turn: Turn, { from, version, message }: Extract<Input, { kind: "message" }>): void {
  if (message.kind === "health") heard(turn, from, version, message);
  else turn.consensus(receive(turn.state.consensus, from, message.message, turn.at));
}

/** An outcome finds its way back to whoever asked; one that nobody waits for any more is dropped. */
function land(turn: Turn, id: number, outcome: Outcome): void {
  const { flights } = turn.state;
  const entry = flights.find((flying) => flying.id === id);
  if (entry === undefined) return;
  turn.state.flights = flights.filter((flying) => flying !== entry);
  deliver(turn, id, entry.flight, outcome);
}

function deliver(turn: Turn, id: number, flight: Flight, outcome: Outcome): void {
  const { group } = flight;
  switch (flight.kind) {
    case "probe":
      if (outcome.kind === "probe") probed(turn, group, flight.node, outcome.result);
      return;
    case "guard":
      if (outcome.kind === "guard")
        answered(turn, { group, vip: flight.vip, node: flight.node, id }, outcome.result);
      return;
    case "task":
      return finishTask(turn, flight, id, outcome);
  }
}

function finishTask(
  turn: Turn,
  flight: Extract<Flight, { kind: "task" }>,
  id: number,
  outcome: Outcome,
): void {
  const { errands } = turn.local(flight.group);
  const errand = errands[flight.errand];
  const task = errand?.tasks[flight.key];
  // What was asked again meanwhile is answered by its own outcome only.
  if (errand === undefined || task?.id !== id || task.finishedAt !== null) return;
  turn.news.add(flight.group);
  const tasks = { ...errand.tasks, [flight.key]: { ...task, outcome, finishedAt: turn.now } };
  turn.setLocal(flight.group, { errands: { ...errands, [flight.errand]: { ...errand, tasks } } });
}

function accept(turn: Turn, input: Extract<Input, { kind: "command" }>): void {
  const { requestId, by, command } = input;
  if (!turn.established) {
    turn.emit({
      kind: "reply",
      requestId,
      outcome: { kind: "not-leader", leader: turn.state.consensus.leader },
    });
    return;
  }
  if (turn.state.waiting.some((waiting) => waiting.requestId === requestId)) return;
  const waiting = { requestId, by, command, since: turn.now, proposed: null };
  turn.state.waiting = [...turn.state.waiting, waiting];
}
