/** What a file proposes for a group that exists already: `mmm reload`. */
import type { GroupName } from "../../core/ids.ts";
import type { Proposal } from "../../core/reload/proposal.ts";
import type { Config, GroupProposal } from "./types.ts";

/** null: the file says nothing of that group. */
export function proposalFor({ groups }: Pick<Config, "groups">, group: GroupName): Proposal | null {
  const found = groups.find(({ name }) => name === group);
  return found === undefined ? null : proposalOf(found);
}

export function proposalOf({
  settings,
  nodes,
  writer,
  readers,
  mode,
  saysMode,
}: GroupProposal): Proposal {
  return {
    settings,
    nodes: nodes.map(({ admin: _admin, outages: _outages, ...node }) => node),
    writer,
    readers,
    mode: saysMode ? mode : null,
  };
}

/** All groups of the files. */
export function proposalsOf({
  groups,
}: Pick<Config, "groups">): Readonly<Record<GroupName, Proposal>> {
  return Object.fromEntries(groups.map((group) => [group.name, proposalOf(group)]));
}
