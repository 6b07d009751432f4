/** How to reach a node, as the effects that concern it say. */
import type { GroupName } from "./ids.ts";
import type { Target } from "./io.ts";
import type { Node } from "./state.ts";

export function targetOf(group: GroupName, node: Node): Target {
  return {
    group,
    node: node.name,
    address: node.address,
    port: node.port,
    sshUser: node.sshUser,
    sshPort: node.sshPort,
    sshHostKey: node.sshHostKey,
  };
}
