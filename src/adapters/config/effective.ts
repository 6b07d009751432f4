/** What is in force, and why: written in the file, the program's default, or derived. */
import { leaseMsOf } from "./build.ts";
import type { Source } from "./reader.ts";
import {
  GROUP_KEYS,
  type GroupValues,
  type Keys,
  MONITOR_KEYS,
  NODE_KEYS,
  SHARED_KEYS,
  TOP_KEYS,
} from "./schema.ts";
import { MASK } from "./secret.ts";
import { type GroupFile, type Read, saysItself, type Whole } from "./sections.ts";
import type { EffectiveEntry, Local } from "./types.ts";
import { showDuration } from "./values.ts";

type Derived = Readonly<Record<string, string>>;

export function effectiveEntries(whole: Whole, local: Local): readonly EffectiveEntry[] {
  const { source, top, monitors, groups } = whole;
  const own = groups.filter(({ isIncluded }) => !isIncluded);
  const included = groups.filter(({ isIncluded }) => isIncluded);
  return [
    ...entriesOf(source, top, TOP_KEYS, derivedAtTop(top.values, local)),
    ...own.flatMap(nodeEntries),
    ...monitors.flatMap((monitor) => entriesOf(source, monitor, MONITOR_KEYS, {})),
    ...included.flatMap((group) => [...groupEntries(group, whole), ...nodeEntries(group)]),
  ];
}

/** What the file itself does not say, the one that includes it may. */
function groupEntries({ source, top }: GroupFile, main: Whole): readonly EffectiveEntry[] {
  const { section } = main.top;
  const isShared = (key: string): boolean =>
    key in SHARED_KEYS && !saysItself(top.section, key) && section.keys.has(key);
  const derived = { vip_lease: showDuration(leaseMsOf(top.values)) };
  const own = entriesOf(source, top, GROUP_KEYS, derived).filter(({ key }) => !isShared(key));
  const shared = entriesOf(main.source, main.top, GROUP_KEYS, {})
    .filter(({ key }) => isShared(key))
    .map((entry) => ({ ...entry, file: source.file, from: "shared" as const }));
  return [...own, ...shared];
}

function nodeEntries({ source, top, nodes }: GroupFile): readonly EffectiveEntry[] {
  const derived = derivedForNode(top.values);
  return nodes.flatMap((node) => entriesOf(source, node, NODE_KEYS, derived));
}

function entriesOf(
  { file, lookup }: Source,
  read: Read<unknown>,
  keys: Keys,
  derived: Derived,
): readonly EffectiveEntry[] {
  const section = read.section.name;
  return Object.entries(keys).flatMap(([key, spec]): readonly EffectiveEntry[] => {
    const given = read.section.keys.has(key) ? lookup(section, key) : undefined;
    if (given !== undefined) {
      const value = spec.traits.secret === true ? MASK : given;
      return [{ file, section, key, value, from: "file" }];
    }
    if (spec.defaultText !== null)
      return [{ file, section, key, value: spec.defaultText, from: "default" }];
    const value = derived[key];
    return value === undefined ? [] : [{ file, section, key, value, from: "derived" }];
  });
}

function derivedAtTop(top: GroupValues, local: Local): Derived {
  return {
    vip_lease: showDuration(leaseMsOf(top)),
    ssh_key: local.sshKey,
    ssh_known_hosts: local.sshKnownHosts,
    redis_tls: "off",
    ping_interval: showDuration(local.pings.intervalMs),
    socket: local.socket ?? `${local.dataDir}/mmm.sock`,
    ...(local.tls === "unset" ? { tls: "off" } : {}),
  };
}

function derivedForNode(top: GroupValues): Derived {
  return {
    port: String(top.port),
    ...(top.cluster_interface === null ? {} : { interface: top.cluster_interface }),
    ssh_user: top.ssh_user,
    ssh_port: String(top.ssh_port),
  };
}
