/**
 * What load balancers and service managers ask: 200, or 503 with the reason. A monitor that cannot
 * speak for the cluster says 503 to every question about roles, for it may have missed a failover.
 */
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { ignoranceOf, masterOf, whyNotPrimary, whyNotReplica } from "../../core/whereabouts.ts";
import { size } from "../config/values.ts";
import { plain, type Reply } from "./reply.ts";

export function readiness(status: Status): Reply {
  const why = ignoranceOf(status);
  return why === null ? plain(200, "ready") : plain(503, why);
}

/** Of one node; without a node: who is it? */
export function primary(status: Status, query: URLSearchParams): Reply {
  const group = groupIn(status, query);
  if ("body" in group) return group;
  const name = query.get("node");
  if (name === null) return whoIsPrimary(status, group);
  const unknown = unknownNode(group, name);
  if (unknown !== null) return unknown;
  const why = whyNotPrimary(status, group, name);
  return why === null ? plain(200, `${name} is the master`) : plain(503, why);
}

export function replica(status: Status, query: URLSearchParams): Reply {
  const group = groupIn(status, query);
  if ("body" in group) return group;
  const name = query.get("node");
  if (name === null) return plain(400, "which node? /replica?node=NAME");
  const unknown = unknownNode(group, name);
  if (unknown !== null) return unknown;
  const lag = lagOf(query.get("lag"));
  if (lag === undefined) return plain(400, "lag is not a size; write bytes, or 512kb, 10mb");
  const why = whyNotReplica(status, group, name, lag);
  return why === null ? plain(200, `${name} is a replica`) : plain(503, why);
}

function whoIsPrimary(status: Status, group: GroupStatus): Reply {
  const found = masterOf(status, group);
  if (found.kind === "unknown") return plain(503, found.why);
  const why = whyNotPrimary(status, group, found.node.name);
  return why === null ? plain(200, `${found.node.name} ${found.node.address}`) : plain(503, why);
}

/** The only group need not be named. */
export function groupIn({ groups }: Status, query: URLSearchParams): GroupStatus | Reply {
  const name = query.get("group");
  const names = groups.map((group) => group.name).join(", ");
  const [only, ...others] = groups;
  if (name === null && only !== undefined && others.length === 0) return only;
  if (name === null && only === undefined) return plain(503, "there is no group yet");
  if (name === null) return plain(400, `which group? &group=NAME, one of ${names}`);
  return groups.find((group) => group.name === name) ?? plain(404, `no such group: ${names}`);
}

function unknownNode({ nodes }: GroupStatus, name: string): Reply | null {
  if (nodes.some((node) => node.name === name)) return null;
  return plain(404, `no such node: ${nodes.map((node) => node.name).join(", ")}`);
}

/** undefined: not a size. */
function lagOf(text: string | null): number | null | undefined {
  if (text === null) return null;
  const parsed = size(text);
  return parsed.kind === "value" ? parsed.value : undefined;
}
