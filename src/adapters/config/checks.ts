/**
 * What values mean together. A *problem* breaks a promise and refuses the file; a *warning* is
 * legal and says what it costs.
 */
import { isLoopback } from "../peer/address.ts";
import { leaseMsOf, shareAHost } from "./build.ts";
import { checkAcross } from "./checks-across.ts";
import { checkPings } from "./pings.ts";
import { report, type Source, whereIs } from "./reader.ts";
import type { NodeValues, TopValues } from "./schema.ts";
import { type GroupFile, type Read, saysItself, type Whole } from "./sections.ts";
import { suggest } from "./suggest.ts";

export function checkTogether(whole: Whole): void {
  const { source, top, groups } = whole;
  for (const group of groups) {
    checkNodes(group, whole);
    checkNoVip(group);
    checkInterfaces(group);
    checkTimes(group);
    checkPreference(group);
    checkLogins(group.source, group.nodes);
  }
  const tops = new Map([...groups, whole].map((one) => [one.top.section, one]));
  for (const one of tops.values()) checkLogins(one.source, [one.top]);
  checkPings(whole);
  checkAcross(whole);
  checkExposure(source, top);
  checkTls(source, top);
}

function checkNodes({ source, top, nodes, isIncluded }: GroupFile, { monitors }: Whole): void {
  if (nodes.length === 0) {
    report(
      source,
      { section: "", key: null, place: null },
      "has no node; write a section [db1] with address = IP for each Redis",
    );
  }
  for (const { name, section } of isIncluded ? nodes : monitors) {
    if (!(isIncluded ? monitors : nodes).some((one) => one.name === name)) continue;
    report(
      source,
      { section: section.name, key: null, place: section.place },
      `${name} is also the name of a ${isIncluded ? "monitor" : "node"}; rename one of them`,
    );
  }
  if (top.values.lease_backend !== "nft" || !shareAHost(nodes)) return;
  report(
    source,
    whereIs(top.section, "lease_backend"),
    "two nodes have the same address: one host cannot hold the VIP and lack it at once. Give each node a host, or write off",
  );
}

/** That there is none, and which one it is: one of the two lines is a slip. */
function checkNoVip({ source, top: { section, values } }: GroupFile): void {
  const given = ["master_ip", "slave_ip"].filter((key) => section.keys.has(key));
  if (values.vip === null || given.length === 0) return;
  report(
    source,
    whereIs(section, "vip"),
    `is off, but ${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set; delete one or the other`,
  );
}

function checkInterfaces({ source, top, nodes }: GroupFile): void {
  const { master_ip, slave_ip, cluster_interface } = top.values;
  const noVip = master_ip === null && slave_ip === null;
  if (noVip || cluster_interface !== null || top.section.keys.has("cluster_interface")) return;
  for (const { section } of nodes) {
    if (section.keys.has("interface")) continue;
    report(
      source,
      whereIs(section, "interface"),
      "is missing, and so is cluster_interface: say on which network interface the VIP goes (see: ip link)",
    );
  }
}

function checkTimes({ source, top: { section, values } }: GroupFile): void {
  if (values.probe_interval * 2 <= values.down_after) return;
  report(
    source,
    whereIs(section, "probe_interval"),
    `two probes must fit into down_after (${values.down_after} ms); write at most ${Math.floor(values.down_after / 2)}ms, or a longer down_after`,
  );
}

/** A wish that nobody could ever follow is a slip. */
function checkPreference({ source, top: { section, values }, nodes }: GroupFile): void {
  const { prefer } = values;
  if (prefer === null) return;
  const at = whereIs(section, "prefer");
  const node = nodes.find(({ name }) => name === prefer);
  if (node?.values.priority === 0)
    return report(source, at, `${prefer} has priority = 0, so it is never promoted`);
  if (node !== undefined) return;
  const names = nodes.map(({ name }) => name);
  const near = suggest(prefer, names);
  const advice = near === null ? `write one of ${names.join(", ")}` : `did you mean ${near}?`;
  report(source, at, `there is no node [${prefer}]; ${advice}`);
}

function checkLogins(source: Source, reads: readonly Read<Passwords & RedisCertificate>[]): void {
  checkPasswords(source, reads);
  checkRedisCertificates(source, reads);
}

function checkPasswords(source: Source, reads: readonly Read<Passwords>[]): void {
  for (const { section, values } of reads) {
    const both = values.redis_password !== null && values.redis_password_file !== null;
    if (!both || !saysItself(section, "redis_password")) continue;
    report(
      source,
      whereIs(section, "redis_password_file"),
      "redis_password is set, too; keep one of them",
    );
  }
}

/** A certificate without its key, or the key alone, is shown to nobody. */
function checkRedisCertificates(source: Source, reads: readonly Read<RedisCertificate>[]): void {
  const keys = ["redis_tls_cert", "redis_tls_key"] as const;
  for (const { section, values } of reads) {
    const given = keys.filter((key) => values[key] !== null);
    const [only] = given;
    if (only === undefined || given.length === keys.length || !saysItself(section, only)) continue;
    const missing = keys.find((key) => key !== only);
    report(source, whereIs(section, only), `a Redis is shown both or none; write ${missing}, too`);
  }
}

type RedisCertificate = Pick<NodeValues, "redis_tls_cert" | "redis_tls_key">;

type Passwords = Pick<NodeValues, "redis_password" | "redis_password_file">;

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
  } else if (values.tls_revoked !== null && given.length === 0) {
    const text = "says which certificates count no more, and without tls_ca none does";
    report(source, whereIs(section, "tls_revoked"), text);
  }
}

/** What anybody may look at is said, not slipped into. */
function checkExposure(source: Source, { section, values }: Read<TopValues>): void {
  const secrets = { http: "http_token_file", sentinel: "sentinel_password_file" } as const;
  for (const key of ["http", "sentinel"] as const) {
    const at = values[key];
    const isMeant = values.expose?.includes(key) === true || values[secrets[key]] !== null;
    if (at === null || isLoopback(at.host) || isMeant) continue;
    report(
      source,
      whereIs(section, key),
      `${at.host} is reached from other hosts, in the clear and without a password: whoever can connect sees the names, addresses, roles and history of all nodes and monitors (and can change nothing). Ask for a password: ${secrets[key]} = FILE; or, if everybody may look, add: expose = ${key}`,
    );
  }
}

/** Of several groups each says which one it is about. */
export function warningsOf(whole: Whole): readonly string[] {
  const { groups, top } = whole;
  const of = ({ name }: GroupFile) => (groups.length === 1 ? "" : `group ${name}: `);
  return [
    ...groups.flatMap((group) =>
      [...vipWarnings(group, top), ...nodeWarnings(group)].map((text) => `${of(group)}${text}`),
    ),
    ...(groups.some(({ isIncluded }) => isIncluded) || top.values.include === null
      ? []
      : [`include: no file matches ${top.values.include}`]),
    ...monitorWarnings(whole),
  ];
}

function vipWarnings(
  { top: { section, values }, nodes }: GroupFile,
  whole: Whole["top"],
): readonly string[] {
  const warnings: string[] = [];
  // The Sentinel endpoint tells them; and whoever wrote it down knows.
  if (values.master_ip === null && values.vip === null && whole.values.sentinel === null) {
    const chosen = values.slave_ip === null ? "; if that is meant, write vip = off" : "";
    warnings.push(`there is no master_ip: clients have to find the master by themselves${chosen}`);
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

function nodeWarnings({ top, nodes }: GroupFile): readonly string[] {
  const warnings: string[] = [];
  if (nodes.length === 1)
    warnings.push(`${nodes[0]?.name ?? ""} is the only node: there is nothing to fail over to`);
  if (shareAHost(nodes)) {
    const meaning =
      top.values.master_ip === null
        ? "they fail together"
        : "lease_backend is off, and the VIP protects from nothing";
    warnings.push(
      `two nodes have the same address: ${meaning}. Good for a trial on one computer only`,
    );
  }
  if (top.values.probe_interval * 4 > top.values.down_after) {
    warnings.push(
      "probe_interval is more than a quarter of down_after: one lost packet is a large part of the evidence",
    );
  }
  return warnings;
}

function monitorWarnings({ top, monitors }: Whole): readonly string[] {
  const { tls, tls_ca: ca } = top.values;
  if (monitors.length > 1 && tls === null && ca === null) {
    return [
      "monitors talk in the clear, and whoever reaches their port can vote: set tls_ca, tls_cert and tls_key, or write tls = off if their network is your own",
    ];
  }
  return [];
}
