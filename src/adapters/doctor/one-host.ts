/** Under leases two nodes of a group are two hosts: one register cannot say of one host that it serves and that it does not. */
import type { Node } from "../../core/state.ts";
import type { Finding, Subject } from "./finding.ts";
import type { HostSight } from "./host-sight.ts";

/** Whether the host of a node has the address of another one, too. */
export function oneHostFindings(
  subject: Subject,
  { node, host }: { readonly node: Node; readonly host: HostSight | null },
  nodes: readonly Node[],
): readonly Finding[] {
  if (host?.kind !== "seen") return [];
  const own = host.facts.addresses.map(({ form }) => form.split("/")[0]);
  const twins = nodes.filter(({ address }) => address !== node.address && own.includes(address));
  return twins.map(({ name, address }) =>
    subject.error(
      "host-twice",
      `has the address of ${name}, ${address}, too: both are one host`,
      "what one of them is to serve, the other lets go of, again and again; and they fail together",
      "give each node a host of its own",
    ),
  );
}
