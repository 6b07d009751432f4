/**
 * What no two groups, nodes or monitors may have in common: a virtual IP, or the address and port
 * of a Redis. Two groups may well share a host, and give their nodes the same names.
 */
import { report, type Source, whereIs } from "./reader.ts";
import type { GroupFile, Read, Whole } from "./sections.ts";

/** Something of a group, to be told from those of the others. */
interface Owned {
  readonly group: GroupFile;
  readonly name: string;
}

export function checkAcross({ source, monitors, groups }: Whole): void {
  const redis = new Map<string, Owned>();
  for (const group of groups) refuseTwinNodes(group, redis);
  refuseTwinMonitors(source, monitors);
  const taken = new Map<string, Owned>();
  for (const group of groups)
    for (const { name, values } of group.nodes)
      taken.set(values.address, { group, name: `node ${name}` });
  const own = new Map(monitors.map(({ name, values }) => [values.address, `monitor ${name}`]));
  for (const group of groups) refuseTakenVips(group, taken, own);
}

/** Two sections for one Redis would count it twice, or give it two masters. */
function refuseTwinNodes(group: GroupFile, seen: Map<string, Owned>): void {
  for (const { name, section, values } of group.nodes) {
    if (values.address === "") continue;
    const address = `${values.address}:${values.port ?? group.top.values.port}`;
    const first = seen.get(address);
    if (first === undefined) seen.set(address, { group, name });
    else
      report(
        group.source,
        whereIs(section, "address"),
        `${address} is already the address of ${named(first, group)}`,
      );
  }
}

function refuseTwinMonitors(source: Source, monitors: Whole["monitors"]): void {
  const seen = new Map<string, string>();
  for (const monitor of monitors) {
    const address = addressOf(monitor);
    if (address === null) continue;
    const first = seen.get(address);
    if (first === undefined) seen.set(address, monitor.name);
    else
      report(
        source,
        whereIs(monitor.section, "address"),
        `${address} is already the address of ${first}`,
      );
  }
}

function addressOf({ values }: Read<{ address: string; port: number }>): string | null {
  return values.address === "" ? null : `${values.address}:${values.port}`;
}

function refuseTakenVips(
  group: GroupFile,
  taken: Map<string, Owned>,
  monitors: ReadonlyMap<string, string>,
): void {
  const { section, values } = group.top;
  const vips = [
    ...(values.master_ip === null ? [] : [{ key: "master_ip", ip: values.master_ip }]),
    ...(values.slave_ip ?? []).map((ip) => ({ key: "slave_ip", ip })),
  ];
  for (const { key, ip } of vips) {
    const owner = taken.get(ip);
    const who = owner === undefined ? monitors.get(ip) : named(owner, group);
    if (who !== undefined) {
      report(
        group.source,
        whereIs(section, key),
        `${ip} is already the address of ${who}; a virtual address must belong to nobody`,
      );
    }
    taken.set(ip, { group, name: key });
  }
}

function named({ group, name }: Owned, from: GroupFile): string {
  return group === from ? name : `${name} of group ${group.name} (${group.source.file})`;
}
