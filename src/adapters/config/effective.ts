/** What is in force, and why: written in the file, the program's default, or derived. */
import { leaseMsOf } from "./build.ts";
import type { Read, Sections } from "./checks.ts";
import type { Lookup } from "./reader.ts";
import { type Keys, MONITOR_KEYS, NODE_KEYS, TOP_KEYS, type TopValues } from "./schema.ts";
import { MASK } from "./secret.ts";
import type { EffectiveEntry, Local } from "./types.ts";

type Derived = Readonly<Record<string, string>>;

export function effectiveEntries(
  sections: Sections,
  local: Local,
  lookup: Lookup,
): readonly EffectiveEntry[] {
  const { values } = sections.top;
  return [
    ...entriesOf(sections.top, TOP_KEYS, lookup, derivedAtTop(values, local)),
    ...sections.nodes.flatMap((node) => entriesOf(node, NODE_KEYS, lookup, derivedForNode(values))),
    ...sections.monitors.flatMap((monitor) => entriesOf(monitor, MONITOR_KEYS, lookup, {})),
  ];
}

function entriesOf(
  read: Read<unknown>,
  keys: Keys,
  lookup: Lookup,
  derived: Derived,
): readonly EffectiveEntry[] {
  const section = read.section.name;
  return Object.entries(keys).flatMap(([key, spec]): readonly EffectiveEntry[] => {
    const given = read.section.keys.has(key) ? lookup(section, key) : undefined;
    if (given !== undefined) {
      return [{ section, key, value: spec.traits.secret === true ? MASK : given, from: "file" }];
    }
    if (spec.defaultText !== null)
      return [{ section, key, value: spec.defaultText, from: "default" }];
    const value = derived[key];
    return value === undefined ? [] : [{ section, key, value, from: "derived" }];
  });
}

function derivedAtTop(top: TopValues, local: Local): Derived {
  return {
    vip_lease: showDuration(leaseMsOf(top)),
    ssh_key: local.sshKey,
    ssh_known_hosts: local.sshKnownHosts,
    redis_tls: "off",
    socket: local.socket ?? `${local.dataDir}/mmm.sock`,
    ...(local.tls === "unset" ? { tls: "off" } : {}),
  };
}

function derivedForNode(top: TopValues): Derived {
  return {
    port: String(top.port),
    ...(top.cluster_interface === null ? {} : { interface: top.cluster_interface }),
    ssh_user: top.ssh_user,
    ssh_port: String(top.ssh_port),
  };
}

/** The shortest way to write it in the file. */
export function showDuration(ms: number): string {
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
