/**
 * The files that a configuration needs elsewhere, exactly for it: what sudo allows on the database
 * hosts, the guard's list, the ACL of each Redis, and the unit of a monitor. `mmm doctor --print`.
 */
import { dirname, resolve } from "node:path";
import type { NodeName } from "../../core/ids.ts";
import type { Node } from "../../core/state.ts";
import type { Config, GroupProposal } from "../config/types.ts";
import { readPackaged } from "../packaged.ts";
import { ruleOf, SENT } from "../redis/commands-sent.ts";

export const FILE_KINDS = ["sudoers", "guard-list", "acl", "systemd"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const GUARD = "/usr/lib/redis-mmm/guard";
const DEFAULT_USER = "redis-mmm";

/** @param node only what concerns this one; empty: all. Lines; a comment says where they go. */
export function fileFor(kind: FileKind, config: Config, node: NodeName): readonly string[] {
  switch (kind) {
    case "sudoers":
      return sudoers(config, node);
    case "guard-list":
      return guardList(config, node);
    case "acl":
      return acl(config, node);
    case "systemd":
      return systemd(config);
  }
}

interface Use {
  readonly group: GroupProposal;
  readonly node: Node;
}

function usesIn({ groups }: Config, name: NodeName): readonly Use[] {
  return groups.flatMap((group) =>
    group.nodes
      .filter((node) => name === "" || node.name === name)
      .map((node) => ({ group, node })),
  );
}

function vipsOf({ writer, readers }: GroupProposal): readonly string[] {
  return writer === null ? readers : [writer, ...readers];
}

// ——— sudo ———

function sudoers(config: Config, name: NodeName): readonly string[] {
  const uses = usesIn(config, name).filter(({ node }) => node.sshUser !== "root");
  const users = [...new Set(uses.map(({ node }) => node.sshUser))];
  if (users.length === 0) return ["# Nothing is needed: the monitors log in as root."];
  return [
    "# /etc/sudoers.d/redis-mmm, on every database host; check it with: visudo -cf FILE",
    ...users.flatMap((user) => rulesFor(user, config, uses)),
  ];
}

function rulesFor(user: string, { local }: Config, uses: readonly Use[]): readonly string[] {
  const own = uses.filter(({ node }) => node.sshUser === user);
  const isPlain = own.every(({ group }) => group.settings.leaseBackend === "off");
  const options = `Defaults:${user} !requiretty, !use_pty`;
  if (isPlain) return [...plainRules(user, own), options];
  if (local.guard === "inline")
    return [
      "# guard = inline: this makes the user as good as root.",
      `${user} ALL=(root) NOPASSWD: /bin/sh -s`,
      options,
    ];
  return [`${user} ALL=(root) NOPASSWD: ${GUARD} ""`, options];
}

/** Exact arguments: a * would also stand for spaces, and so for any other address. */
function plainRules(user: string, uses: readonly Use[]): readonly string[] {
  const commands = uses.flatMap(({ group, node }) =>
    vipsOf(group).flatMap((vip) => [
      `/usr/sbin/ip addr add ${vip}/32 dev ${node.interface}`,
      `/usr/sbin/ip addr del ${vip}/32 dev ${node.interface}`,
      `/usr/bin/arping -q -c 1 -U -I ${node.interface} ${vip}`,
      `/usr/bin/arping -q -c 1 -A -I ${node.interface} ${vip}`,
    ]),
  );
  return [
    "# lease_backend = off: nothing fences a host that cannot be reached.",
    ...[...new Set(commands)].map((command) => `${user} ALL=(root) NOPASSWD: ${command}`),
  ];
}

// ——— the guard's list ———

/** Hosts with different interfaces have different lists. */
function guardList(config: Config, name: NodeName): readonly string[] {
  const byHost = new Map<string, readonly string[]>();
  for (const { group, node } of usesIn(config, name)) {
    const lines = vipsOf(group).map((vip) => `${vip} ${node.interface}`);
    byHost.set(node.address, [...new Set([...(byHost.get(node.address) ?? []), ...lines])]);
  }
  const lists = new Map<string, readonly string[]>();
  for (const [address, lines] of byHost) {
    const text = lines.join("\n");
    if (text !== "") lists.set(text, [...(lists.get(text) ?? []), address]);
  }
  if (lists.size === 0) return ["# Nothing is needed: there is no virtual IP."];
  return [...lists].flatMap(([text, addresses], at) => [
    ...(at === 0 ? [] : [""]),
    `# /etc/redis-mmm/guard.list on ${addresses.join(", ")}; root's, mode 644, and so its folder`,
    ...text.split("\n"),
  ]);
}

// ——— Redis ———

function acl(config: Config, name: NodeName): readonly string[] {
  const { local } = config;
  const logins = usesIn(config, name).map(
    ({ group, node }) => local.logins[`${group.name}/${node.name}`] ?? local,
  );
  const users = [...new Set(logins.map(({ redisUser }) => redisUser ?? DEFAULT_USER))];
  const rules = SENT.flatMap((sent) => ruleOf(sent) ?? []);
  const unnamed = logins.some(({ redisUser }) => redisUser === null);
  return [
    "# For the aclfile of every Redis, or behind ACL SETUSER; PASSWORD is that of redis_password_file.",
    ...(unnamed
      ? [`# The configuration names no redis_user yet: redis_user = ${DEFAULT_USER}`]
      : []),
    "# No keys, no channels: monitors never touch data. CONFIG SET is needed for min-replicas-to-write.",
    ...users.map(
      (user) => `user ${user} on >PASSWORD resetkeys resetchannels -@all ${rules.join(" ")}`,
    ),
  ];
}

// ——— the monitor's service ———

/** Made and made writable by the unit. */
const OWN_FOLDERS = ["/var/lib/redis-mmm", "/run/redis-mmm", "/var/log/redis-mmm/"];

/** The packaged unit, with what this configuration says otherwise. */
function systemd({ file, local }: Config): readonly string[] {
  const { log, pid } = local;
  // A service starts in no particular folder.
  const [conf, dataDir] = [resolve(file), resolve(local.dataDir)];
  const socket = resolve(local.socket ?? "/run/redis-mmm/mmm.sock");
  const unit = readPackaged("config/mmm-mon.service");
  const foreign = [dataDir, log, pid].flatMap((path) => {
    if (path === null || OWN_FOLDERS.some((folder) => path.startsWith(folder))) return [];
    return [path === dataDir ? path : dirname(path)];
  });
  const writable =
    foreign.length === 0 ? [] : [`ReadWritePaths=${[...new Set(foreign)].join(" ")}`];
  const changed = unit
    .replace("--config /etc/redis-mmm.conf", `--config ${conf}`)
    .replace("--data-dir /var/lib/redis-mmm", `--data-dir ${dataDir}`)
    .replace("--socket /run/redis-mmm/mmm.sock", `--socket ${socket}`);
  const lines = changed.trimEnd().split("\n");
  return [
    "# /etc/systemd/system/mmm-mon.service, on every monitor's host; then: systemctl daemon-reload",
    ...lines.flatMap((line) => (line.startsWith("ProtectSystem=") ? [line, ...writable] : [line])),
  ];
}
