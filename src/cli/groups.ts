/** Which group and which node a command is about. There is usually one group. */
import type { GroupStatus, NodeStatus, Status } from "../core/status-types.ts";
import { suggest } from "../adapters/config/suggest.ts";
import { EXIT } from "../errors.ts";
import { Failure, usageFailure } from "./failure.ts";

const SHOWN = 12;

/** @throws Failure */
export function groupOf({ groups }: Status, wanted: string | undefined): GroupStatus {
  const names = groups.map(({ name }) => name);
  if (wanted === undefined) {
    const [only] = groups;
    if (only !== undefined && groups.length === 1) return only;
    if (only === undefined) {
      throw new Failure(EXIT.noQuorum, [
        "error: the monitors have not founded a cluster yet",
        "try: mmm status --cluster",
      ]);
    }
    throw usageFailure(`there are several groups; add --group ${someOf(names, "|")}`, null);
  }
  const group = groups.find(({ name }) => name === wanted);
  if (group === undefined) throw unknown("group", wanted, names);
  return group;
}

export interface NodeOfGroup {
  readonly group: GroupStatus;
  readonly node: NodeStatus;
}

/** @throws Failure */
export function nodeOf(status: Status, name: string, wanted: string | undefined): NodeOfGroup {
  const groups = wanted === undefined ? status.groups : [groupOf(status, wanted)];
  const all = groups.flatMap((group) => group.nodes.map((node) => ({ group, node })));
  const found = all.filter(({ node }) => node.name === name);
  const [only] = found;
  if (only === undefined)
    throw unknown(
      "node",
      name,
      all.map(({ node }) => node.name),
    );
  if (found.length > 1) {
    const names = found.map(({ group }) => group.name);
    throw usageFailure(
      `several groups have a node ${name}; add --group ${someOf(names, "|")}`,
      null,
    );
  }
  return only;
}

/** Enough to see what is meant. */
function someOf(names: readonly string[], between: string): string {
  const shown = [...new Set(names)];
  return shown.length <= SHOWN
    ? shown.join(between)
    : [...shown.slice(0, SHOWN), "…"].join(between);
}

function unknown(what: string, name: string, known: readonly string[]): Failure {
  const near = suggest(name, known);
  const list = known.length === 0 ? "there is none" : `there is ${someOf(known, ", ")}`;
  return new Failure(EXIT.usage, [
    `error: there is no ${what} "${name}"; ${near === null ? list : `did you mean ${near}?`}`,
    "try: mmm status",
  ]);
}
