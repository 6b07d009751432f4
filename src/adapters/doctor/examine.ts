/**
 * Examines what a monitor looks after, from where this program runs: every Redis, every host once,
 * every virtual IP. It only reads. Each look has a deadline, few run at a time, and what is not
 * done by the end of the whole is said to be unfinished.
 */
import { createHash } from "node:crypto";
import type { Ip } from "../../core/ids.ts";
import type { Target } from "../../core/io.ts";
import type { Node } from "../../core/state.ts";
import { targetOf } from "../../core/target.ts";
import type { Local, NodeLogin } from "../config/types.ts";
import { readPackaged } from "../packaged.ts";
import { credentialsFor } from "../redis/credentials.ts";
import { checkVip, type VipCheck } from "../redis/vip-check.ts";
import { messageOf } from "../../errors.ts";
import { timeFindings } from "./config-rules.ts";
import { type Finding, type Scope, Subject } from "./finding.ts";
import { type GuardSight, guardFindings } from "./guard-rules.ts";
import { hostFindings } from "./host-rules.ts";
import { type HostSight, lookAtHost } from "./host-sight.ts";
import { type Host, hostsOf, keyOf } from "./hosts.ts";
import { Limited } from "./limited.ts";
import { redisFindings } from "./redis-rules.ts";
import { oneHostFindings } from "./one-host.ts";
import { lookAtRedis, type RedisSight } from "./redis-sight.ts";
import { sshKeyFindings } from "./ssh-key.ts";
import { type Examined, isInScope } from "./subject.ts";
import { type SeenNode, vipFindings } from "./vip-rules.ts";

export interface Circumstances {
  readonly groups: readonly Examined[];
  readonly scope: Scope;
  readonly local: Pick<Local, "sshKnownHosts" | "guard">;
  readonly loginTo: (target: Target) => NodeLogin;
  /** What the kept channel to a host's guard says of a VIP; null: there is none to ask. */
  readonly guardOf: (target: Target, vip: Ip) => Promise<GuardSight | null>;
  /** For the whole. Milliseconds. */
  readonly limitMs: number;
}

const REDIS_MS = 3_000;
const HOST_MS = 6_000;
const VIP_MS = 4_000;
const AT_ONCE = 8;
/** A login is work for both ends, and slower ones beside each other would look slow. */
const LOGINS_AT_ONCE = 2;

/** Never rejects. */
export async function examine(circumstances: Circumstances): Promise<readonly Finding[]> {
  const limited = new Limited(AT_ONCE, circumstances.limitMs);
  const logins = new Limited(LOGINS_AT_ONCE, circumstances.limitMs);
  const hosts = hostsOf(circumstances.groups.filter(({ vips }) => vips.length > 0));
  const looks = hosts
    .filter(({ uses }) =>
      uses.some(({ group, node }) => isInScope(circumstances.scope, group.name, node.name)),
    )
    .map((host) => [keyOf(host.target), logins.run(() => lookAtOne(circumstances, host))] as const);
  const sights = new Map(looks);
  const perGroup = circumstances.groups.map((group) =>
    examineGroup(circumstances, group, sights, limited),
  );
  const found = await Promise.all([
    ...perGroup,
    ...hosts.map((host) => ofHost(circumstances, host, sights)),
  ]);
  const dropped = limited.dropped + logins.dropped;
  const unfinished = dropped === 0 ? [] : [unfinishedBy(dropped)];
  return [...found.flat(), ...unfinished];
}

type HostSights = ReadonlyMap<string, Promise<HostSight | null>>;

async function examineGroup(
  circumstances: Circumstances,
  group: Examined,
  hosts: HostSights,
  limited: Limited,
): Promise<readonly Finding[]> {
  const nodes = group.nodes.filter(({ name }) => isInScope(circumstances.scope, group.name, name));
  if (nodes.length === 0) return [];
  const sights = await Promise.all(
    nodes.map((node) => lookAtNode(circumstances, group, node, { hosts, limited })),
  );
  const seen = sights.filter((one) => one !== null);
  const perNode = seen.flatMap((one) => nodeFindings(circumstances, group, one));
  // Who else might answer at a VIP is not known without them all.
  const isWhole = seen.length === group.nodes.length;
  const perVip = (isWhole ? group.vips : []).map((vip) => {
    return examineVip(circumstances, group, vip, seen);
  });
  return [...timeFindings(group), ...perNode, ...(await Promise.all(perVip)).flat()];
}

interface Seen extends Omit<SeenNode, "serves"> {
  /** By VIP. */
  readonly guards: ReadonlyMap<Ip, GuardSight | null>;
}

async function lookAtNode(
  circumstances: Circumstances,
  group: Examined,
  node: Node,
  { hosts, limited }: { readonly hosts: HostSights; readonly limited: Limited },
): Promise<Seen | null> {
  const target = targetOf(group.name, node);
  const looking = limited.run(() => lookAt(circumstances, target));
  const guards = group.vips.map(async (vip) => {
    return [vip, await circumstances.guardOf(target, vip)] as const;
  });
  const host = await (hosts.get(keyOf(target)) ?? null);
  const redis = await looking;
  return redis === null ? null : { node, redis, host, guards: new Map(await Promise.all(guards)) };
}

function nodeFindings(
  circumstances: Circumstances,
  group: Examined,
  { node, redis, host, guards }: Seen,
): readonly Finding[] {
  const subject = new Subject(qualified(circumstances, group, node.name));
  // The guard is one for all VIPs of a host.
  const [guard = null] = guards.values();
  const hasLeases = group.hasLeases !== false;
  const ofGuard = guard === null ? [] : guardFindings(subject, hasLeases, guard);
  const ofTwins = hasLeases ? oneHostFindings(subject, { node, host }, group.nodes) : [];
  return [...redisFindings(subject, node, group, redis), ...ofGuard, ...ofTwins];
}

async function examineVip(
  circumstances: Circumstances,
  group: Examined,
  vip: Ip,
  seen: readonly Seen[],
): Promise<readonly Finding[]> {
  const [first] = group.nodes;
  if (first === undefined) return [];
  const subject = new Subject(qualified(circumstances, group, vip));
  const answer = await answerAt(circumstances, targetOf(group.name, first), vip);
  const nodes = seen.map((one) => ({ ...one, serves: one.guards.get(vip)?.serves ?? false }));
  const isWatched = seen.some(({ guards }) => guards.get(vip)?.isWatched === true);
  return vipFindings({ subject, vip, nodes, answer, isWatched });
}

async function answerAt({ loginTo }: Circumstances, target: Target, vip: Ip): Promise<VipCheck> {
  try {
    return await checkVip(vip, target.port, credentialsFor(loginTo(target)), VIP_MS);
  } catch (error) {
    return { runId: null, text: messageOf(error) };
  }
}

function lookAt({ loginTo }: Circumstances, target: Target): Promise<RedisSight> {
  const place = { host: target.address, port: target.port };
  return lookAtRedis(place, () => credentialsFor(loginTo(target)), REDIS_MS);
}

function lookAtOne(
  { loginTo, local }: Circumstances,
  { target, wanted }: Host,
): Promise<HostSight> {
  const { sshKey, sshPassphrase } = loginTo(target);
  const passphrase = () => sshPassphrase?.reveal() ?? null;
  const files = { privateKeys: [sshKey], knownHosts: local.sshKnownHosts, passphrase };
  const interfaces = [...new Set(wanted.map(({ device }) => device))];
  const vips = [...new Set(wanted.map(({ vip }) => vip))];
  return lookAtHost(target, files, { vips, interfaces }, HOST_MS);
}

async function ofHost(
  circumstances: Circumstances,
  host: Host,
  sights: HostSights,
): Promise<readonly Finding[]> {
  const sight = await (sights.get(keyOf(host.target)) ?? null);
  const [use] = host.uses;
  if (sight === null || use === undefined) return [];
  const { target, wanted, hasLeases } = host;
  const subject = new Subject(qualified(circumstances, use.group, use.node.name));
  const { address, sshUser: user } = target;
  const ownGuard = createHash("sha256").update(readPackaged("scripts/guard")).digest("hex");
  const { guard: guardWanted } = circumstances.local;
  const about = { subject, address, user, wanted, hasLeases, guardWanted, ownGuard };
  const key = await sshKeyFindings(subject, circumstances.loginTo(target).sshKey);
  return [...key, ...hostFindings(about, sight)];
}

function qualified({ groups }: Circumstances, group: Examined, name: string): string {
  return groups.length === 1 ? name : `${group.name}/${name}`;
}

function unfinishedBy(count: number): Finding {
  return new Subject("cluster").hint(
    "unfinished",
    `${count} looks at nodes and hosts were not done in time`,
    "what they would have found is not known",
    "examine one group at a time: mmm doctor --group NAME",
  );
}
