/** The first configuration of a cluster, with comments, for `mmm init`. What it leaves out keeps its default. */
import type { Ip } from "../../core/ids.ts";

/** One group: its addresses and its Redis servers. */
export interface GroupDraft {
  readonly vip: Ip | null;
  readonly readers: readonly Ip[];
  /** Of the database hosts. null: there is no VIP, or it is said for all groups. */
  readonly interface: string | null;
  /** null: as said for all groups. */
  readonly sshUser: string | null;
  readonly nodes: readonly DraftPlace[];
}

export interface Draft extends GroupDraft {
  readonly sshUser: string;
  /** `later`: the files are named, behind a comment sign, until somebody has made them. */
  readonly tls: "on" | "off" | "later";
  readonly monitors: readonly DraftPlace[];
}

export interface DraftPlace {
  readonly name: string;
  readonly address: string;
  /** null: the usual one. */
  readonly port: number | null;
}

/** Where `mmm tls` and the packaged service expect them. */
export const TLS_PATHS = {
  tls_ca: "/etc/redis-mmm/ca.pem",
  tls_cert: "/etc/redis-mmm/monitor.pem",
  tls_key: "/etc/redis-mmm/monitor.key",
} as const;

/** A file that the one of the monitors includes; what that says for all groups is left out. */
export function groupText(draft: GroupDraft, main: string): string {
  const parts = [
    `; A group of ${main}, named as this file; the same file on every monitor. Made by "mmm init --group". What is
; left out is as written there. After a change: mmm config check, mmm reload --dry-run, mmm reload.`,
    addresses(draft),
    ...(draft.sshUser === null ? [] : [`ssh_user = ${draft.sshUser}`]),
    nodeSections(draft),
  ];
  return `${parts.join("\n\n")}\n`;
}

export function configText(draft: Draft): string {
  const parts = [
    HEAD,
    addresses(draft),
    access(draft),
    encryption(draft),
    TIMES,
    nodeSections(draft),
    monitorSections(draft),
  ];
  return `${parts.join("\n\n")}\n`;
}

const HEAD = `; redis-mmm: the same file on every monitor. Made by "mmm init"; every key and its default is explained
; in the sample redis-mmm.conf. After a change: mmm config check, then mmm reload.`;

const TIMES = `; A silent master is given up after down_after; how long clients are without one: mmm config check.
; down_after = 2s
; vip_lease = 2s`;

function addresses({ vip, readers, interface: device }: GroupDraft): string {
  const lines = writerLines(vip, readers.length > 0);
  if (readers.length > 0)
    lines.push("; Each on a healthy replica.", `slave_ip = ${readers.join(", ")}`);
  if (device !== null)
    lines.push(
      "; Of the database hosts. A node may say otherwise: interface = NAME",
      `cluster_interface = ${device}`,
    );
  return lines.join("\n");
}

function writerLines(vip: Ip | null, hasReaders: boolean): string[] {
  if (vip !== null)
    return ["; Always on the master; an address that nobody else uses.", `master_ip = ${vip}`];
  if (hasReaders)
    return [
      "; Without a master_ip clients have to find the master by themselves.",
      "; master_ip =",
    ];
  return [
    "; No address moves: clients find the master by themselves (sentinel, http), and nothing ends the service",
    "; of an old master that cannot be reached. Else, instead of it: master_ip = IP, cluster_interface = NAME",
    "vip = off",
  ];
}

function access({ sshUser }: Draft): string {
  return `; The account on the database hosts, made there by redis-mmm-setup-host. Its key and the known host keys
; are looked for in /etc/redis-mmm: id_ed25519, known_hosts.
ssh_user = ${sshUser}

; If the Redis servers ask for a password. The user's rights: mmm doctor --print acl
; redis_user = redis-mmm
; redis_password_file = /etc/redis-mmm/redis-password`;
}

function encryption({ tls }: Draft): string {
  const files = Object.entries(TLS_PATHS).map(([key, path]) => `${key} = ${path}`);
  if (tls === "off")
    return `; Monitors talk in the clear: only they and their operators may reach their port.
tls = off`;
  if (tls === "on") return ["; Monitors know each other by these (mmm tls).", ...files].join("\n");
  return [
    "; Monitors know each other by certificates. Make them (mmm tls init, mmm tls issue), put them here on",
    "; each monitor, and take the ; away. Until then a monitor listens on its own host only.",
    ...files.map((line) => `; ${line}`),
  ].join("\n");
}

function nodeSections({ nodes }: GroupDraft): string {
  return nodes.map((node, at) => nodeSection(node, at)).join("\n\n");
}

function nodeSection({ name, address, port }: DraftPlace, at: number): string {
  const comment =
    at === 0 ? "; A Redis server, one section each; which is the master is found out.\n" : "";
  return `${comment}[${name}]\naddress = ${address}${portLine(port)}`;
}

function monitorSections({ monitors }: Draft): string {
  if (monitors.length === 0)
    return `; One monitor, on this host. For failovers that its own trouble cannot prevent, three on hosts of
; their own:
; [monitor:mon1]
; address = 192.168.10.11`;
  const sections = monitors.map(
    ({ name, address, port }) => `[monitor:${name}]\naddress = ${address}${portLine(port)}`,
  );
  return `; Three or five, on hosts of their own. Which one a host is, its name tells, or mmm-mon --name.\n${sections.join("\n\n")}`;
}

function portLine(port: number | null): string {
  return port === null ? "" : `\nport = ${port}`;
}
