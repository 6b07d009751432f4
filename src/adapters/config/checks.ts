/**
 * What values mean together. A *problem* breaks a promise and refuses the file; a *warning* is
 * legal and says what it costs.
 */
import type { Named } from "./build.ts";
import { leaseMsOf, shareAHost } from "./build.ts";
import type { IndexedSection } from "./position-index.ts";
import { report, type Source, whereIs } from "./reader.ts";
import type { MonitorValues, NodeValues, TopValues } from "./schema.ts";

export interface Read<T> extends Named<T> {
  readonly section: IndexedSection;
}

export interface Sections {
  readonly top: Read<TopValues>;
  readonly nodes: readonly Read<NodeValues>[];
  readonly monitors: readonly Read<MonitorValues>[];
}

export function checkTogether(source: Source, sections: Sections): void {
  checkNodes(source, sections);
  checkAddresses(source, sections);
  checkVips(source, sections);
  checkInterfaces(source, sections);
  checkTimes(source, sections.top);
  checkPasswords(source, sections);
  checkTls(source, sections.top);
}

function checkNodes(source: Source, { top, nodes, monitors }: Sections): void {
  if (nodes.length === 0) {
    report(
      source,
      { section: "", key: null, place: null },
      "has no node; write a section [db1] with address = IP for each Redis",
    );
  }
  for (const monitor of monitors) {
    if (!nodes.some((node) => node.name === monitor.name)) continue;
    report(
      source,
      { section: monitor.section.name, key: null, place: monitor.section.place },
      `${monitor.name} is also the name of a node; rename one of them`,
    );
  }
  if (top.values.lease_backend !== "nft" || !shareAHost(nodes)) return;
  report(
    source,
    whereIs(top.section, "lease_backend"),
    "two nodes have the same address: one host cannot hold the VIP and lack it at once. Give each node a host, or write off",
  );
}

/** Two sections for one Redis, or for one monitor, would count it twice. */
function checkAddresses(source: Source, { top, nodes, monitors }: Sections): void {
  const nodePort = (node: Read<NodeValues>) => node.values.port ?? top.values.port;
  refuseTwins(source, nodes, nodePort);
  refuseTwins(source, monitors, (monitor) => monitor.values.port);
}

function refuseTwins<T extends { readonly address: string }>(
  source: Source,
  reads: readonly Read<T>[],
  portOf: (read: Read<T>) => number,
): void {
  const seen = new Map<string, string>();
  for (const read of reads) {
    if (read.values.address === "") continue;
    const address = `${read.values.address}:${portOf(read)}`;
    const first = seen.get(address);
    if (first === undefined) seen.set(address, read.name);
    else
      report(
        source,
        whereIs(read.section, "address"),
        `${address} is already the address of ${first}`,
      );
  }
}

function checkVips(source: Source, sections: Sections): void {
  const { section, values } = sections.top;
  const taken = new Map<string, string>();
  for (const { name, values: node } of sections.nodes) taken.set(node.address, `node ${name}`);
  for (const { name, values: monitor } of sections.monitors)
    taken.set(monitor.address, `monitor ${name}`);
  const vips = [
    ...(values.master_ip === null ? [] : [{ key: "master_ip", ip: values.master_ip }]),
    ...(values.slave_ip ?? []).map((ip) => ({ key: "slave_ip", ip })),
  ];
  for (const { key, ip } of vips) {
    const owner = taken.get(ip);
    if (owner !== undefined) {
      report(
        source,
        whereIs(section, key),
        `${ip} is already the address of ${owner}; a virtual address must belong to nobody`,
      );
    }
    taken.set(ip, key);
  }
}

function checkInterfaces(source: Source, { top, nodes }: Sections): void {
  const noVip = top.values.master_ip === null && top.values.slave_ip === null;
  if (noVip || top.section.keys.has("cluster_interface")) return;
  for (const { section } of nodes) {
    if (section.keys.has("interface")) continue;
    report(
      source,
      whereIs(section, "interface"),
      "is missing, and so is cluster_interface: say on which network interface the VIP goes (see: ip link)",
    );
  }
}

function checkTimes(source: Source, { section, values }: Read<TopValues>): void {
  if (values.probe_interval * 2 <= values.down_after) return;
  report(
    source,
    whereIs(section, "probe_interval"),
    `two probes must fit into down_after (${values.down_after} ms); write at most ${Math.floor(values.down_after / 2)}ms, or a longer down_after`,
  );
}

function checkPasswords(source: Source, { top, nodes }: Sections): void {
  for (const { section, values } of [top, ...nodes]) {
    if (values.redis_password === null || values.redis_password_file === null) continue;
    report(
      source,
      whereIs(section, "redis_password_file"),
      "redis_password is set, too; keep one of them",
    );
  }
}

function checkTls(source: Source, { section, values }: Read<TopValues>): void {
  const files = ["tls_ca", "tls_cert", "tls_key"] as const;
  const given = files.filter((key) => values[key] !== null);
  const missing = files.filter((key) => !section.keys.has(key));
  if (values.tls === "off" && given.length > 0) {
    report(
      source,
      whereIs(section, "tls"),
      `is off, but ${given.join(" and ")} is set; delete one or the other`,
    );
  } else if ((given.length > 0 || values.tls === "on") && missing.length > 0) {
    report(
      source,
      whereIs(section, given[0] ?? "tls"),
      `TLS between monitors needs ${missing.join(" and ")}, too`,
    );
  }
}

export function warningsOf(sections: Sections): readonly string[] {
  return [...vipWarnings(sections), ...nodeWarnings(sections), ...monitorWarnings(sections)];
}

function vipWarnings({ top: { section, values }, nodes }: Sections): readonly string[] {
  const warnings: string[] = [];
  if (values.master_ip === null) {
    warnings.push("there is no master_ip: clients have to find the master by themselves");
  }
  for (const key of ["master_ip", "slave_ip"]) {
    if (section.keys.get(key)?.text.raw.includes("/") !== true) continue;
    warnings.push(`${key}: the prefix is ignored; a virtual address is always added as a /32`);
  }
  if (values.lease_backend === "off" && !shareAHost(nodes)) {
    warnings.push(
      "lease_backend = off: a host that cannot be reached keeps its VIP; without a fence_command there is no failover from it",
    );
  }
  if (leaseMsOf(values) > 60_000) {
    warnings.push("vip_lease: an unreachable host keeps its VIP for longer than a minute");
  }
  return warnings;
}

function nodeWarnings({ top, nodes }: Sections): readonly string[] {
  const warnings: string[] = [];
  if (nodes.length === 1)
    warnings.push(`${nodes[0]?.name ?? ""} is the only node: there is nothing to fail over to`);
  if (shareAHost(nodes)) {
    warnings.push(
      "two nodes have the same address: lease_backend is off, and the VIP protects from nothing. Good for a trial on one computer only",
    );
  }
  if (top.values.probe_interval * 4 > top.values.down_after) {
    warnings.push(
      "probe_interval is more than a quarter of down_after: one lost packet is a large part of the evidence",
    );
  }
  return warnings;
}

function monitorWarnings({ top, monitors }: Sections): readonly string[] {
  const { tls, tls_ca: ca } = top.values;
  if (monitors.length > 1 && tls === null && ca === null) {
    return [
      "monitors talk in the clear, and whoever reaches their port can vote: set tls_ca, tls_cert and tls_key, or write tls = off if their network is your own",
    ];
  }
  return [];
}
