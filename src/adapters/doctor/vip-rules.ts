/**
 * Who answers at a virtual IP, seen from here, against who should: the host with the lease, and
 * nobody beside the hosts of the group.
 */
import type { Ip } from "../../core/ids.ts";
import type { Node } from "../../core/state.ts";
import type { VipCheck } from "../redis/vip-check.ts";
import type { Finding, Subject } from "./finding.ts";
import type { HostSight } from "./host-sight.ts";
import type { RedisSight } from "./redis-sight.ts";

export interface VipCase {
  readonly subject: Subject;
  readonly vip: Ip;
  readonly nodes: readonly SeenNode[];
  readonly answer: VipCheck;
  /** Whether monitors run: then `mmm status` says it if nobody serves the VIP. */
  readonly isWatched: boolean;
}

export interface SeenNode {
  readonly node: Node;
  readonly redis: RedisSight;
  readonly host: HostSight | null;
  /** Whether the node serves this VIP now. */
  readonly serves: boolean;
}

/** A Redis said so, and not the network. */
const ERROR_REPLY = /^(DENIED|NOAUTH|WRONGPASS|NOPERM|ERR)\b/;

export function vipFindings(one: VipCase): readonly Finding[] {
  return [...answerFindings(one), ...neighbourFindings(one)];
}

function answerFindings({ subject, vip, nodes, answer, isWatched }: VipCase): readonly Finding[] {
  const server = nodes.find(({ serves }) => serves);
  if (answer.runId === null) return server === undefined ? [] : [unusual(subject, server, answer)];
  const answering = nodes.find(({ redis }) => runIdOf(redis) === answer.runId);
  if (answering === undefined) {
    // A Redis that could not be looked at may be the one.
    if (nodes.some(({ redis }) => redis.kind === "none")) return [];
    return [stranger(subject, `a Redis of none of its nodes answers at ${vip}`)];
  }
  if (answering.serves)
    return [subject.ok("vip-answer", `${answering.node.name} answers here, and serves it`)];
  if (server !== undefined)
    return [
      stranger(subject, `${answering.node.name} answers here, but ${server.node.name} serves it`),
    ];
  if (isWatched) return [];
  return [
    subject.hint(
      "vip-answer",
      `${answering.node.name} answers, though no monitor gave it a lease`,
      "it is an ordinary address there; the first start of the monitors makes a lease of it",
      "start the monitors: systemctl start mmm-mon",
    ),
  ];
}

/** The Redis of the host that serves it lets this monitor in: what does not, is another. */
function unusual(subject: Subject, { node, redis }: SeenNode, { text }: VipCheck): Finding {
  if (redis.kind === "seen" && ERROR_REPLY.test(text))
    return stranger(
      subject,
      `what answers is not the Redis of ${node.name}, which serves it: ${text}`,
    );
  return mute(subject, node.name, text);
}

function mute(subject: Subject, server: string, text: string): Finding {
  return subject.warning(
    "vip-answer",
    `${server} serves it, but nothing answers here: ${text}`,
    "clients may see the same; or only this monitor has no way to it",
    "does Redis listen on all addresses there (redis-bind)? Does a firewall let its port through?",
  );
}

function stranger(subject: Subject, what: string): Finding {
  return subject.error(
    "vip-stranger",
    what,
    "two hosts have the address: clients write here or there",
    "find it by its MAC address (ip neigh show; arping) and take the address away from it",
  );
}

/** The MAC address at which the hosts of the group find the VIP must be one of their own. */
function neighbourFindings({ subject, vip, nodes }: VipCase): readonly Finding[] {
  const hosts = nodes.flatMap(({ node, host }) =>
    host?.kind === "seen" ? [{ node, ...host }] : [],
  );
  if (hosts.length < nodes.length) return [];
  const own = new Set(hosts.flatMap(({ facts }) => [...facts.interfaces.values()]));
  return hosts.flatMap(({ node, facts }) => {
    const strange = facts.neighbours.find((one) => one.vip === vip && !own.has(one.mac));
    if (strange === undefined) return [];
    return [
      stranger(subject, `${node.name} finds ${vip} at ${strange.mac}, which is none of its hosts`),
    ];
  });
}

function runIdOf(redis: RedisSight): string | null {
  return redis.kind === "seen" ? redis.info.runId : null;
}
