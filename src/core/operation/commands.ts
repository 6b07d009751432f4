/**
 * What operators ask for. A command is taken by the leader when nothing else is being committed, is
 * refused with the reason if a rule forbids it, and is answered when what it started has ended.
 */
import { candidateOf, candidatesOf } from "../health/facts.ts";
import { chooseSuccessor } from "../health/successor.ts";
import type { Waiting } from "../local.ts";
import type { Command, CommandOutcome } from "../messages.ts";
import { type GroupPart, type Mode, nodeOf, type PastOperation } from "../state.ts";
import { compareStamps } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { withVip } from "../vip/epochs.ts";
import { beginFailover, runIdsOf } from "./admission.ts";
import { noSuccessor } from "./failover.ts";
import { begun, type Intent } from "./outline.ts";

const GIVE_UP_AFTER_MS = 60_000;

/** `taken` with a message: that is the answer once committed; with null: the operation's end is. */
type Verdict =
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "taken"; readonly message: string | null };

const refused = (message: string): Verdict => ({ kind: "refused", message });
const taken = (message: string | null): Verdict => ({ kind: "taken", message });

export function serveCommands(turn: Turn): void {
  const still: Waiting[] = [];
  for (const waiting of turn.state.waiting) {
    const next = serveOne(turn, waiting);
    if (next !== null) still.push(next);
  }
  turn.state = { ...turn.state, waiting: still };
}

/** This monitor leads no more. What was proposed may still be committed by the next leader. */
export function abandonCommands(turn: Turn): void {
  for (const { requestId, proposed } of turn.state.waiting) {
    const outcome: CommandOutcome =
      proposed === null
        ? { kind: "not-leader", leader: turn.state.consensus.leader }
        : {
            kind: "unknown",
            message:
              "the leader changed meanwhile; mmm status and mmm history show what came of it",
          };
    turn.emit({ kind: "reply", requestId, outcome });
  }
  turn.state = { ...turn.state, waiting: [] };
}

function serveOne(turn: Turn, waiting: Waiting): Waiting | null {
  if (waiting.proposed !== null) return awaitEnd(turn, waiting, waiting.proposed);
  const { command, requestId } = waiting;
  const group = turn.state.committed?.groups.find((part) => part.name === command.group);
  if (group === undefined)
    return reply(turn, requestId, {
      kind: "refused",
      message: `there is no group ${command.group}`,
    });
  if (wasTaken(group, requestId))
    return {
      ...waiting,
      proposed: { under: group.vips[0]?.epoch ?? { term: 0, version: 0 }, message: null },
    };
  if (turn.isChanging(group.name)) return waiting;
  const verdict = take(turn, group, waiting);
  if (verdict.kind === "refused") return reply(turn, requestId, verdict);
  const under = turn.state.newest?.stamp ?? { term: turn.term, version: 0 };
  return { ...waiting, proposed: { under, message: verdict.message } };
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
  const group = committed.groups.find((part) => part.name === command.group);
  const past = group?.past.find((entry) => entry.requestId === requestId);
  if (past !== undefined) return reply(turn, requestId, outcomeOf(past));
  const runs = group?.operation?.requestId === requestId;
  if (runs && turn.now - waiting.since < GIVE_UP_AFTER_MS) return waiting;
  return reply(turn, requestId, {
    kind: "unknown",
    message: runs
      ? "it is still under way; see mmm status"
      : "its outcome is no longer kept; see mmm history",
  });
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

// ——— the commands ———

function take(turn: Turn, group: GroupPart, waiting: Waiting): Verdict {
  const { command } = waiting;
  switch (command.kind) {
    case "switchover":
      return takeSwitchover(turn, group, waiting, command);
    case "failover":
      return takeFailover(turn, group, waiting, command);
    case "set-online":
    case "set-offline":
      return takeAdmin(turn, group, command);
    case "set-mode":
      return takeMode(turn, group, command.mode);
    case "adopt":
      return takeAdopt(turn, group, command);
    case "reload":
      return refused(
        "reload is not supported yet: the replicated settings can only be changed by founding the cluster anew",
      );
  }
}

function busy(group: GroupPart): Verdict | null {
  if (group.master === null)
    return refused(`group ${group.name} has no master yet; mmm status says why`);
  if (group.operation === null) return null;
  const { kind, from, to, phase } = group.operation;
  return refused(
    `a ${kind} from ${from} to ${to ?? "a replica to be chosen"} is under way (phase ${phase})`,
  );
}

function takeSwitchover(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  command: { to: string | null },
): Verdict {
  const obstacle = busy(group);
  if (obstacle !== null || group.master === null) return obstacle ?? refused("no master");
  if (command.to !== null && nodeOf(group, command.to) === undefined)
    return refused(`there is no node ${command.to} in group ${group.name}`);
  if (command.to === group.master) return refused(`${command.to} is the master already`);
  const verdict = turn.local(group.name).verdict;
  if (verdict.kind !== "healthy")
    return refused(`a switchover needs a healthy master: ${verdict.text}`);
  const { evidence } = turn.local(group.name);
  const candidates = candidatesOf(group, evidence, turn.now).filter(
    ({ node }) => command.to === null || node === command.to,
  );
  const answer = chooseSuccessor({
    group,
    from: group.master,
    candidates,
    preferred: command.to,
    excluded: [],
  });
  if (answer.chosen === null) return refused(noSuccessor(answer));
  const intent: Intent = {
    ...intentOf(turn, group, waiting),
    kind: "switchover",
    from: group.master,
    to: answer.chosen,
    phase: "prepare",
    reason: "asked for",
  };
  turn.change(group.name, (part, stamp) => begun(part, stamp, intent, turn.at.wall));
  return taken(null);
}

function intentOf(turn: Turn, group: GroupPart, waiting: Waiting) {
  return {
    leader: turn.state.name,
    term: turn.term,
    by: waiting.by,
    acceptDataLoss: false,
    requestId: waiting.requestId,
    votes: {},
    runIds: runIdsOf(turn, group),
  };
}

function takeFailover(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  command: { readonly to: string | null; readonly acceptDataLoss: boolean },
): Verdict {
  const obstacle = busy(group);
  if (obstacle !== null || group.master === null) return obstacle ?? refused("no master");
  if (command.to === group.master) return refused(`${command.to} is the master already`);
  const { evidence } = turn.local(group.name);
  const { acceptDataLoss } = command;
  const candidates = candidatesOf(group, evidence, turn.now)
    .filter(({ node }) => command.to === null || node === command.to)
    .map((candidate) => ({ ...candidate, acceptDataLoss }));
  const answer = chooseSuccessor({
    group,
    from: group.master,
    candidates,
    preferred: command.to,
    excluded: [],
  });
  if (answer.chosen === null) return refused(noSuccessor(answer));
  beginFailover(turn, group, {
    ...intentOf(turn, group, waiting),
    kind: "failover",
    from: group.master,
    to: command.to,
    phase: "fence",
    acceptDataLoss,
    reason: acceptDataLoss ? "forced, data loss accepted" : "forced",
  });
  return taken(null);
}

function takeAdmin(
  turn: Turn,
  group: GroupPart,
  command: Extract<Command, { kind: "set-online" | "set-offline" }>,
): Verdict {
  const node = nodeOf(group, command.node);
  if (node === undefined) return refused(`there is no node ${command.node} in group ${group.name}`);
  const admin = command.kind === "set-online" ? "online" : "offline";
  if (admin === "offline" && node.name === group.master) {
    return refused(`${node.name} is the master; move the role first: mmm switchover`);
  }
  if (
    admin === "online" &&
    !candidateOf(turn.local(group.name).evidence, node.name, turn.now).reachable
  ) {
    return refused(`${node.name} does not answer`);
  }
  turn.change(group.name, (part) => ({
    ...part,
    nodes: part.nodes.map((each) =>
      each.name === node.name
        ? { ...each, admin, outages: admin === "online" ? [] : each.outages }
        : each,
    ),
  }));
  return taken(`${node.name} is ${admin} now`);
}

function takeMode(turn: Turn, group: GroupPart, mode: Mode): Verdict {
  turn.change(group.name, (part) => ({ ...part, mode }));
  return taken(`the mode of group ${group.name} is ${mode} now`);
}

function takeAdopt(
  turn: Turn,
  group: GroupPart,
  command: Extract<Command, { kind: "adopt" }>,
): Verdict {
  const { cluster, empty } = command;
  if (cluster !== null) {
    turn.changeCluster((part) => ({ ...part, adopted: [...new Set([...part.adopted, cluster])] }));
    return taken(`registers of cluster ${cluster} are taken over from now on`);
  }
  if (empty === null) return refused("name what to adopt: --cluster ID or --empty NODE");
  if (nodeOf(group, empty) === undefined)
    return refused(`there is no node ${empty} in group ${group.name}`);
  if (!group.vips.every((vip) => vip.kind === "unclaimed"))
    return refused("the registers have been read already");
  turn.change(group.name, (part) =>
    part.vips.reduce(
      (next, vip) =>
        withVip(next, vip.ip, (now) => ({
          ...now,
          holders: now.holders.filter((name) => name !== empty),
        })),
      part,
    ),
  );
  return taken(`${empty} is taken to serve no VIP, on your word`);
}
