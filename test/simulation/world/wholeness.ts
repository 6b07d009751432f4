/** What a cluster must be again once nothing fails any more, but for a link that is broken for good. */
import { isSevered } from "./broken-link.ts";
import { readerVip, WRITER } from "./plan.ts";
import type { RedisServer } from "./redis-server.ts";
import type { World } from "./world.ts";

/** null: whole. Otherwise what is missing first. */
export function whatIsMissing(world: World): string | null {
  return (
    monitorsMiss(world) ?? groupMisses(world) ?? replicationMisses(world) ?? addressesMiss(world)
  );
}

function monitorsMiss(world: World): string | null {
  const leader = world.leader();
  if (leader === undefined) return "there is no leader";
  for (const { name, storageId } of world.members) {
    const monitor = world.monitor(name);
    if (monitor.disk.storageId !== storageId) return `${name} has another disk than was agreed on`;
    if (!monitor.running || monitor.isStopped) return `${monitor.name} does not run`;
    if (isSevered(world, name, leader.name)) continue;
    if (monitor.state?.consensus.leader !== leader.name)
      return `${monitor.name} does not follow ${leader.name}`;
  }
  return null;
}

function groupMisses(world: World): string | null {
  const group = world.group;
  if (group === null || group.master === null) return "no master was adopted";
  if (group.operation !== null)
    return `a ${group.operation.kind} is in phase ${group.operation.phase}`;
  const missing = firstGroup(world).find(({ name }) =>
    group.nodes.every((node) => node.name !== name),
  );
  if (missing !== undefined) return `${missing.name} is no node of the group`;
  const rejoining = Object.keys(group.rejoining);
  if (rejoining.length > 0) return `${rejoining.join(", ")} is still rejoining`;
  return null;
}

function replicationMisses(world: World): string | null {
  const name = world.group?.master ?? "";
  const master = world.redis(name);
  if (!master.answers || !master.isMaster || master.loading) return `${name} is no working master`;
  if (master.isPaused) return `${name} is paused`;
  for (const server of firstGroup(world).map((host) => world.redisOf(host))) {
    if (Number(server.minReplicas) > 1)
      return `${server.name} has min-replicas-to-write ${server.minReplicas}`;
    if (server !== master && !follows(server, master))
      return `${server.name} does not follow ${name}`;
  }
  return null;
}

/** Of what happens to other groups tests speak themselves. */
function firstGroup(world: World) {
  return world.hosts.filter(({ name }) => world.groupOf(name) === 0);
}

function follows(replica: RedisServer, master: RedisServer): boolean {
  return replica.master?.host === master.host.address && replica.upstream?.stage === "up";
}

function addressesMiss(world: World): string | null {
  const serving = world.servingHost(WRITER);
  if (serving?.name !== world.group?.master)
    return `the writer VIP is served by ${serving?.name ?? "nobody"}`;
  for (let index = 0; index < world.shape.readers; index++) {
    const vip = readerVip(index);
    if (world.servingHost(vip) === undefined) return `${vip} is served by nobody`;
  }
  return null;
}
