/** The hosts behind the nodes of all groups, each once, with all that may come to it. */
import type { Target } from "../../core/io.ts";
import type { Node } from "../../core/state.ts";
import { targetOf } from "../../core/target.ts";
import type { Examined } from "./subject.ts";

export interface Host {
  readonly target: Target;
  readonly uses: readonly { readonly group: Examined; readonly node: Node }[];
  readonly wanted: readonly { readonly vip: string; readonly device: string }[];
  readonly hasLeases: boolean;
}

export function hostsOf(groups: readonly Examined[]): readonly Host[] {
  const uses = groups.flatMap((group) => group.nodes.map((node) => ({ group, node })));
  const byHost = new Map<string, (typeof uses)[number][]>();
  for (const use of uses) {
    const key = keyOf(targetOf(use.group.name, use.node));
    byHost.set(key, [...(byHost.get(key) ?? []), use]);
  }
  return [...byHost.values()].flatMap(hostOf);
}

function hostOf(uses: Host["uses"]): readonly Host[] {
  const [first] = uses;
  if (first === undefined) return [];
  const all = uses.flatMap(({ group, node }) =>
    group.vips.map((vip) => ({ vip, device: node.interface })),
  );
  const isFirst = (one: Host["wanted"][number], at: number) =>
    all.findIndex(({ vip, device }) => vip === one.vip && device === one.device) === at;
  return [
    {
      target: targetOf(first.group.name, first.node),
      uses,
      wanted: all.filter(isFirst),
      hasLeases: uses.some(({ group }) => group.hasLeases !== false && group.vips.length > 0),
    },
  ];
}

/** A host, as somebody who logs in to it. */
export function keyOf({ address, sshPort, sshUser }: Target): string {
  return `${sshUser}@${address}:${sshPort}`;
}
