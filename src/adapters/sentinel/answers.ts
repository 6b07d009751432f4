/**
 * What is answered to which command. Nothing changes anything; what is not known is refused in the
 * words of Redis, so that clients fall back as they would there.
 */
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { ignoranceOf } from "../../core/whereabouts.ts";
import { failure, OK, type Value } from "./values.ts";
import {
  idOf,
  infoText,
  masterEntry,
  placeOfMaster,
  replicaEntries,
  sentinelEntries,
  type ViewOptions,
} from "./view.ts";

/** Of commands that need the state of the cluster. */
export function answerOf(words: readonly string[], status: Status, options: ViewOptions): Value {
  const [command = "", ...rest] = words;
  switch (command.toLowerCase()) {
    case "info":
      return infoText(status, knownGroups(status), options.answer);
    case "role":
      return ["sentinel", knownGroups(status).map(({ name }) => name)];
    case "sentinel":
      return sentinel(rest, status, options);
    default:
      return unknownCommand(words);
  }
}

/** Clients look for both words, "unknown command" and the command's name. */
export function unknownCommand([command = ""]: readonly string[]): Value {
  return failure(
    `ERR unknown command '${command.slice(0, 64)}': this is a read-only endpoint of redis-mmm`,
  );
}

/**
 * A monitor that cannot speak for the cluster knows no master at all: clients ask another one, but
 * only if they get no error (redis-py) or an empty answer (ioredis).
 */
function knownGroups(status: Status): readonly GroupStatus[] {
  return ignoranceOf(status) === null ? status.groups : [];
}

type OfGroup = (status: Status, group: GroupStatus, options: ViewOptions) => Value;

const OF_GROUP: ReadonlyMap<string, OfGroup> = new Map<string, OfGroup>([
  ["master", masterEntry],
  ["replicas", replicaEntries],
  ["slaves", replicaEntries],
  ["sentinels", (status, _group, options) => sentinelEntries(status, options)],
  ["ckquorum", quorumText],
]);

function sentinel(words: readonly string[], status: Status, options: ViewOptions): Value {
  const [subcommand = "", name] = words;
  const what = subcommand.toLowerCase();
  if (what === "masters") {
    const entries = knownGroups(status).map((group) => masterEntry(status, group, options));
    return entries.filter((entry) => entry !== null);
  }
  if (what === "myid") return idOf(status.cluster.id ?? "", status.answered_by.name);
  if (what === "get-master-addr-by-name") return address(name, status, options);
  const ofGroup = OF_GROUP.get(what);
  if (ofGroup === undefined)
    return failure(`ERR unknown subcommand '${subcommand.slice(0, 64)}': nothing is changed here`);
  const group = status.groups.find((one) => one.name === name);
  if (name === undefined) return failure(`ERR wrong number of arguments for 'sentinel|${what}'`);
  if (group === undefined) return failure("ERR No such master with that name");
  const why = ignoranceOf(status);
  return why === null ? ofGroup(status, group, options) : ignorance(what, why);
}

function ignorance(what: string, why: string): Value {
  return failure(`${what === "ckquorum" ? "NOQUORUM" : "IDONTKNOW"} ${why}`);
}

/** Nothing: ask another one, or again. So it is while no master is agreed on, too. */
function address(name: string | undefined, status: Status, { answer }: ViewOptions): Value {
  if (name === undefined)
    return failure("ERR wrong number of arguments for 'sentinel|get-master-addr-by-name'");
  const group = status.groups.find((one) => one.name === name);
  return group === undefined ? null : placeOfMaster(status, group, answer);
}

function quorumText({ cluster }: Status): Value {
  const usable = cluster.monitors.filter(({ reachable }) => reachable).length;
  const text = `OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`;
  return { kind: "simple", text };
}

// ——— what needs no state ———

/** undefined: not one of these. */
export function plainAnswer(words: readonly string[], id: number): Value | undefined {
  const [command = "", first, ...rest] = words;
  switch (command.toLowerCase()) {
    case "ping":
      return first ?? { kind: "simple", text: "PONG" };
    case "quit":
      return OK;
    case "auth":
      return authAnswer(first, rest);
    case "client":
      return clientAnswer(first, id);
    case "command":
      return [];
    default:
      return undefined;
  }
}

/** As a Redis without a password answers: a user may be named, a bare password is a mistake. */
function authAnswer(first: string | undefined, [password]: readonly string[]): Value {
  if (password !== undefined && first === "default") return OK;
  return password === undefined
    ? failure("ERR AUTH <password> called without any password configured for the default user.")
    : failure("WRONGPASS invalid username-password pair or user is disabled.");
}

function clientAnswer(subcommand = "", id: number): Value {
  switch (subcommand.toLowerCase()) {
    case "setname":
    case "setinfo":
      return OK;
    case "id":
      return id;
    case "getname":
      return "";
    default:
      return failure("ERR unknown subcommand: only SETNAME, SETINFO, GETNAME and ID are known");
  }
}
