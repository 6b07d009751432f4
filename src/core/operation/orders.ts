/** What each command of an operator does, and the rules that refuse it with a reason. */
import { candidateOf, candidatesOf, isDemoted } from "../health/facts.ts";
import { chooseSuccessor } from "../health/successor.ts";
import type { Waiting } from "../local.ts";
import type { Command, GroupCommand } from "../messages.ts";
import { takeReload } from "../reload/reload.ts";
import { type GroupPart, type Mode, nodeOf, type Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { heardWithin } from "../vip/upkeep.ts";
import { withGuardHeard } from "./admittance.ts";
import { beginFailover, runIdsOf } from "./admission.ts";
import { noSuccessor } from "./failover.ts";
import { type Order, refused, taken } from "./order.ts";
import { begun, type Intent } from "./outline.ts";

/** A guard that was heard within this can be asked; nobody needs to vouch for its host. */
const ASKABLE_MS = 1000;

export function take(turn: Turn, group: GroupPart, waiting: Waiting, command: GroupCommand): Order {
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
      return takeReload(turn, group, waiting, command);
  }
}

function busy(group: GroupPart): Order | null {
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
): Order {
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
    cause: "operator",
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
): Order {
  const obstacle = busy(group);
  if (obstacle !== null || group.master === null) return obstacle ?? refused("no master");
  const { evidence } = turn.local(group.name);
  if (command.to === group.master && !isDemoted(candidateOf(evidence, command.to, turn.now)))
    return refused(`${command.to} is the master already`);
  const { acceptDataLoss } = command;
  const candidates = candidatesOf(group, evidence, turn.now)
    .filter(({ node }) => command.to === null || node === command.to)
    .map((candidate) => ({ ...withGuardHeard(turn, group, candidate), acceptDataLoss }));
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
    cause: "operator",
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
): Order {
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

function takeMode(turn: Turn, group: GroupPart, mode: Mode): Order {
  turn.change(group.name, (part) => ({ ...part, mode }));
  return taken(`the mode of group ${group.name} is ${mode} now`);
}

function takeAdopt(
  turn: Turn,
  group: GroupPart,
  command: Extract<Command, { kind: "adopt" }>,
): Order {
  const { cluster, empty } = command;
  if (cluster !== null) {
    turn.changeCluster((part) => ({ ...part, adopted: [...new Set([...part.adopted, cluster])] }));
    return taken(`registers of cluster ${cluster} are taken over from now on`);
  }
  if (empty === null) return refused("name what to adopt: --cluster ID or --empty NODE");
  if (nodeOf(group, empty) === undefined)
    return refused(`there is no node ${empty} in group ${group.name}`);
  const waiting = group.vips.filter((vip) => isWaitingFor(vip, empty)).map(({ ip }) => ip);
  if (waiting.length === 0) return refused(`nothing waits for a proof that ${empty} serves no VIP`);
  if (heardWithin(turn, group, empty, ASKABLE_MS))
    return refused(`the guard of ${empty} answers, so it can be asked`);
  turn.change(group.name, (part) => ({
    ...part,
    vips: part.vips.map((vip) => (waiting.includes(vip.ip) ? withoutHolder(vip, empty) : vip)),
  }));
  return taken(`${empty} is taken to serve no VIP, on your word`);
}

/** Nobody is authorized, and this node may still serve. */
function isWaitingFor(vip: Vip, node: string): boolean {
  return (vip.kind === "unclaimed" || vip.kind === "fence") && vip.holders.includes(node);
}

function withoutHolder(vip: Vip, node: string): Vip {
  return { ...vip, holders: vip.holders.filter((name) => name !== node) };
}
