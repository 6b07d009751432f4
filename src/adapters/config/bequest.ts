/**
 * What this monitor proposes for the founding of a cluster that goes on where another one ended: the
 * groups of its files, with what was imported of them. Both must be about the same nodes.
 */
import type { Part, Parts } from "../../core/consensus/types.ts";
import { bequeathed } from "../../core/groups/bequest.ts";
import { groupPartName, type Node } from "../../core/state.ts";
import { MmmError } from "../../errors.ts";
import type { Export, ExportedGroup } from "../store/export-reads.ts";
import { GENESIS, groupPart, groupParts } from "./genesis.ts";
import type { Config, GroupProposal } from "./types.ts";

export interface FoundingPlan {
  readonly groups: Parts;
  readonly bequest?: string;
}

/** @throws MmmError IMPORT_REFUSED */
export function foundingPlan(
  config: Pick<Config, "groups" | "file">,
  imported: Export | null,
): FoundingPlan {
  if (imported === null) return { groups: groupParts(config) };
  assertSameNodes(config, imported);
  const { cluster, stamp } = imported;
  const parts = config.groups.map((group) => {
    const left = imported.groups.find(({ name }) => name === group.name)?.left;
    const fresh = groupPart(group);
    const part = left === undefined ? fresh : bequeathed(fresh, left, { cluster, stamp }, GENESIS);
    return [groupPartName(group.name), JSON.parse(JSON.stringify(part)) as Part] as const;
  });
  return { groups: Object.fromEntries(parts), bequest: nameOf(imported) };
}

/** For people, and to tell whether two monitors mean the same. */
export function nameOf({ cluster, stamp }: Export): string {
  return `cluster ${cluster} at term ${stamp.term}, epoch ${stamp.version}`;
}

/** @throws MmmError IMPORT_REFUSED */
export function assertSameNodes(
  { groups, file }: Pick<Config, "groups" | "file">,
  imported: Export,
): void {
  const differences = imported.groups.flatMap((group) =>
    differencesOf(
      group,
      groups.find(({ name }) => name === group.name),
    ),
  );
  if (differences.length === 0) return;
  throw new MmmError("IMPORT_REFUSED", {
    what: `the exported state is not about the nodes of ${file}`,
    why: differences.join("\n  "),
    todo: "let the file name what was exported, import, and change it with mmm reload afterwards",
  });
}

function differencesOf(was: ExportedGroup, is: GroupProposal | undefined): readonly string[] {
  if (is === undefined) return [`group ${was.name}: the file has no such group`];
  const before = placesOf(was.places);
  const now = placesOf(is.nodes);
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names
    .filter((name) => before.get(name) !== now.get(name))
    .map(
      (name) =>
        `group ${was.name}: ${name} was ${before.get(name) ?? "no node"}, and is ${now.get(name) ?? "no node"} in the file`,
    );
}

function placesOf(
  nodes: readonly Pick<Node, "name" | "address" | "port">[],
): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ name, address, port }) => [name, `${address}:${port}`]));
}
