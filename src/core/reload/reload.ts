/**
 * `mmm reload`: what a file proposes is committed, if it differs and nothing is in the way.
 *
 * Everything that decides or fences is replicated, so that no two monitors ever go by different
 * numbers; times of a lease change under a new epoch of each VIP (rule 12).
 */
import { clash } from "../groups/clashes.ts";
import { firstBackend } from "../groups/new-group.ts";
import type { GroupName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import type { Command } from "../messages.ts";
import { type Order, refused, taken } from "../operation/order.ts";
import type { GroupSettings } from "../settings.ts";
import type { GroupPart } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { timed } from "../vip/epochs.ts";
import { differences, isSetting } from "./differences.ts";
import { obstacleToNodes, waitsForRelease } from "./leaving.ts";
import { nodeChanges, withNodes } from "./nodes.ts";
import { obstacle } from "./obstacles.ts";
import { modeAfter, type Proposal } from "./proposal.ts";
import { withReaders } from "./readers.ts";

type Reload = Extract<Command, { kind: "reload" }>;

export function takeReload(
  turn: Turn,
  group: GroupPart,
  { by, since }: Waiting,
  { proposal, dryRun }: Reload,
): Order {
  if (proposal === null) return refused("nothing was proposed: the file was not read");
  const why =
    obstacle(group, proposal) ??
    clash(group.name, proposal, turn.groups) ??
    obstacleToNodes(turn, group, proposal);
  if (why !== null) return refused(why);
  const changes = differences(group, proposal);
  if (changes.length === 0) return { kind: "answered", message: asWritten(group.name) };
  const told = [...changes, ...remarks(group, proposal)];
  if (dryRun) return { kind: "answered", message: tell(`would change in group`, group, told) };
  const { left } = nodeChanges(group.nodes, proposal.nodes);
  const waits = waitsForRelease(turn, group, left, since);
  if (waits !== null) return waits;
  if (isElsewhere(group, proposal) && !turn.mayShape()) return { kind: "later" };
  turn.change(group.name, (part, stamp) => reloaded(part, stamp, proposal));
  turn.report({ kind: "settings.changed", group: group.name, by, changes });
  return taken(tell(`changed in group`, group, told));
}

/** What a person has to know, or to do, besides. */
function remarks({ settings }: GroupPart, proposal: Proposal): readonly string[] {
  if (!settings.writeGuard || proposal.settings.writeGuard) return [];
  // What an administrator set there cannot be told from what the guard set.
  return [
    "min-replicas-to-write stays as it is on each node: with 1, a master without a replica takes no writes. To end that: CONFIG SET min-replicas-to-write 0, CONFIG REWRITE",
  ];
}

/** Some node or VIP is to be where none of the group was: another group may want to be there, too. */
function isElsewhere({ nodes, vips }: GroupPart, proposal: Proposal): boolean {
  const isNew = proposal.readers.some((wanted) => !vips.some(({ ip }) => ip === wanted));
  return (
    isNew ||
    proposal.nodes.some(
      ({ address, port }) => !nodes.some((each) => each.address === address && each.port === port),
    )
  );
}

/** The answer when nothing has to change. */
export function asWritten(group: GroupName): string {
  return `group ${group} is as the file says`;
}

function tell(what: string, { name }: GroupPart, changes: readonly string[]): string {
  return [`${what} ${name}:`, ...changes].join("\n  ");
}

/** The group as the file wants it. */
export function reloaded(group: GroupPart, stamp: Stamp, proposal: Proposal): GroupPart {
  const { leaseMs, permitMs } = proposal.settings;
  const settings = settingsOf(group, proposal);
  const nodes = withNodes(group, stamp, proposal.nodes);
  const next = withReaders({ ...nodes, settings }, stamp, proposal.readers);
  return {
    ...next,
    mode: modeAfter(group, proposal),
    backend: group.master === null ? firstBackend(settings) : group.backend,
    vips: next.vips.map((vip) => {
      if (vip.leaseMs === leaseMs && vip.permitMs === permitMs) return vip;
      return group.backend === "nft"
        ? timed(vip, stamp, { leaseMs, permitMs })
        : { ...vip, leaseMs, permitMs };
    }),
  };
}

/** What the file leaves out is gone; what only a newer version knows stays. */
function settingsOf({ settings }: GroupPart, proposal: Proposal): GroupSettings {
  const unknown = Object.entries(settings).filter(([name]) => !isSetting(name));
  return { ...Object.fromEntries(unknown), ...proposal.settings };
}
