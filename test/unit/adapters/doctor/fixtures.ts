/** What an examination sees where all is well, and what a test changes of it. */
import type { Examined } from "../../../../src/adapters/doctor/subject.ts";
import type { HostFacts, SeenHost } from "../../../../src/adapters/doctor/host-sight.ts";
import type { SeenRedis } from "../../../../src/adapters/doctor/redis-sight.ts";
import type { Setting } from "../../../../src/adapters/doctor/redis-sight.ts";
import { parseInfo } from "../../../../src/adapters/redis/info.ts";
import type { Node } from "../../../../src/core/state.ts";
import type { GroupSettings } from "../../../../src/core/settings.ts";
import { aConfig } from "../config/helpers.ts";

export function infoText(runId = "a".repeat(40)): string {
  return [
    "# Server",
    "redis_version:7.0.15",
    `run_id:${runId}`,
    "uptime_in_seconds:100",
    "config_file:/etc/redis/redis.conf",
    "# Replication",
    "role:master",
    `master_replid:${"b".repeat(40)}`,
    "master_repl_offset:100",
    "second_repl_offset:-1",
    "# Persistence",
    "loading:0",
    "aof_enabled:0",
    "# Clients",
    "connected_clients:10",
    "# Keyspace",
    "db0:keys=1",
  ].join("\r\n");
}

const SETTINGS: Readonly<Record<Setting, string>> = {
  appendonly: "yes",
  bind: "0.0.0.0",
  "lua-time-limit": "500",
  masterauth: "",
  maxclients: "10000",
  "min-replicas-to-write": "1",
  "repl-backlog-size": "104857600",
  "repl-backlog-ttl": "3600",
  "repl-diskless-sync": "yes",
  "repl-diskless-sync-delay": "5",
  "repl-ping-replica-period": "1",
  "replica-priority": "100",
  "replica-read-only": "yes",
  requirepass: "",
  save: "3600 1",
};

export function aRedis(
  settings: Partial<Record<Setting, string>> = {},
  change: Partial<SeenRedis> = {},
): SeenRedis {
  return {
    kind: "seen",
    info: parseInfo(infoText()),
    latencyMs: 1,
    configFile: "/etc/redis/redis.conf",
    settings: new Map(Object.entries({ ...SETTINGS, ...settings }) as [Setting, string][]),
    user: "redis-mmm",
    refused: [],
    unasked: null,
    ...change,
  };
}

export const NODE: Node = {
  name: "db1",
  address: "10.0.0.1",
  port: 6379,
  interface: "eth1",
  sshUser: "redis-mmm",
  sshPort: 22,
  sshHostKey: null,
  admin: "online",
  outages: [],
};

export function aGroup(settings: Partial<GroupSettings> = {}): Examined {
  const [group] = aConfig("").groups;
  if (group === undefined) throw new Error("a configuration has a group");
  return {
    name: "main",
    settings: { ...group.settings, ...settings },
    nodes: [NODE, { ...NODE, name: "db2" }, { ...NODE, name: "db3" }],
    vips: ["10.0.0.70"],
    hasLeases: true,
  };
}

export const FACTS: HostFacts = {
  programs: new Set(["nft", "ip", "ss", "arping", "sudo", "timeout"]),
  arping: "arping from iputils 20221126",
  addresses: [{ device: "eth1", form: "10.0.0.1/24" }],
  interfaces: new Map([["eth1", "52:54:00:00:00:01"]]),
  knobs: new Map([["eth1 arp_ignore", 0]]),
  guard: "0123",
  list: ["10.0.0.70 eth1"],
  isRoot: false,
  sudo: new Map([
    ["guard", "yes"],
    ["shell", "no"],
  ]),
  flush: [],
  enabled: new Set(),
  loose: [],
  statics: [],
  neighbours: [],
  sshd: new Map([["clientaliveinterval", "15"]]),
  unresolved: null,
  isComplete: true,
};

export function aHost(facts: Partial<HostFacts> = {}, change: Partial<SeenHost> = {}): SeenHost {
  return {
    kind: "seen",
    loginMs: 120,
    commandMs: 4,
    noise: "",
    facts: { ...FACTS, ...facts },
    ...change,
  };
}
