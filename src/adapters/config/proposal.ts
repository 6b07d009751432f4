/** What a file proposes for a group that exists already: `mmm reload`. */
import type { GroupName } from "../../core/ids.ts";
import type { Proposal } from "../../core/reload/proposal.ts";
import type { Config } from "./types.ts";

/** null: the file says nothing of that group. */
export function proposalFor({ groups, entries }: Config, group: GroupName): Proposal | null {
  const found = groups.find(({ name }) => name === group);
  if (found === undefined) return null;
  const { settings, nodes, writer, readers, mode } = found;
  // What `mmm mode` has set is not undone by a default that nobody wrote.
  const saysMode = entries.some(({ section, key, from }) => {
    return section === "" && key === "mode" && from === "file";
  });
  return {
    settings,
    nodes: nodes.map(({ admin: _admin, outages: _outages, ...node }) => node),
    writer,
    readers,
    mode: saysMode ? mode : null,
  };
}
