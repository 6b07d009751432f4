/** What the files propose for the founding of a cluster. */
import type { JsonValue, Parts } from "../../core/consensus/types.ts";
import { newGroup } from "../../core/groups/new-group.ts";
import { type GroupPart, groupPartName } from "../../core/state.ts";
import { proposalOf } from "./proposal.ts";
import type { Config, GroupProposal } from "./types.ts";

/** Version 1 is the one that founds the cluster. */
export const GENESIS = { term: 1, version: 1 };

/** Every part but `cluster`, which genesis makes from the founding monitors. */
export function groupParts(config: Pick<Config, "groups">): Parts {
  return Object.fromEntries(
    config.groups.map((group) => [groupPartName(group.name), asPart(groupPart(group))]),
  );
}

export function groupPart(group: GroupProposal): GroupPart {
  return newGroup(group.name, proposalOf(group), GENESIS);
}

/** A part is plain JSON: this drops what JSON cannot say, so that what is proposed is what is kept. */
function asPart(group: GroupPart): { readonly [key: string]: JsonValue } {
  return JSON.parse(JSON.stringify(group)) as { readonly [key: string]: JsonValue };
}
