/** The state of the whole world in some lines, for the end of a failing run. */
import { showStamp } from "../../../src/core/stamp.ts";
import type { RedisServer } from "./redis-server.ts";
import type { World } from "./world.ts";

export function describe(world: World): readonly string[] {
  return [...describeGroup(world), ...describeNodes(world), ...describeMonitors(world)];
}

function describeGroup(world: World): string[] {
  const { group } = world;
  if (group === null) return ["no group was committed"];
  const vips = group.vips.map(
    (vip) =>
      `  vip ${vip.ip}: ${vip.kind} ${vip.node ?? "nobody"} ${vip.claimable ? "claimable " : ""}epoch ${showStamp(vip.epoch)} ` +
      `holders [${vip.holders.join()}] gated [${vip.gated.join()}] read ${JSON.stringify(vip.readSet)}`,
  );
  const admin = group.nodes.map((node) => `${node.name} ${node.admin}`).join(", ");
  return [
    `group: master ${group.master}, mode ${group.mode}, ${admin}, rejoining ${JSON.stringify(group.rejoining)}`,
    `  lineage ${JSON.stringify(group.lineage)}`,
    `  operation ${JSON.stringify(group.operation)}`,
    ...vips,
  ];
}

function describeNodes(world: World): string[] {
  return world.hosts.map((host) => {
    const serves = world.vips.filter((vip) => host.serves(vip)).join() || "nothing";
    return `${host.name}: ${host.up ? "" : "off, "}redis ${describeRedis(world.redisOf(host))}; serves ${serves}`;
  });
}

function processOf(redis: RedisServer): string {
  if (!redis.up) return "down";
  if (redis.hung) return "hung";
  return redis.loading ? "loading" : "up";
}

function describeRedis(redis: RedisServer): string {
  const role = redis.isMaster
    ? "master"
    : `replica of ${redis.master?.host} (${redis.upstream?.stage ?? "no link"})`;
  const second = `replid2 ${redis.replId2?.slice(0, 8) ?? "-"} up to ${redis.secondOffset}`;
  return (
    `${processOf(redis)} ${role}, offset ${redis.positioned ? redis.offset : "-"}, replid ${redis.replId.slice(0, 8)}, ` +
    `${second}, ${redis.data.ids.length} writes, min-replicas ${redis.minReplicas}`
  );
}

function describeMonitors(world: World): string[] {
  return world.monitors.map((monitor) => {
    const { state } = monitor;
    if (state === null) return `${monitor.name}: not running`;
    const alarms = Object.entries(state.alarms).map(([id, text]) => `\n  alarm ${id}: ${text}`);
    const verdicts = Object.values(state.groups).map((local) => JSON.stringify(local.verdict));
    return `${monitor.name}: ${state.consensus.role} in term ${monitor.disk.term}, leader ${state.consensus.leader}, ${verdicts.join()}${alarms.join("")}`;
  });
}
