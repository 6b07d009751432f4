/** What a proposal would change of a group, one line each, in the words of the configuration file. */
import type { Ip } from "../ids.ts";
import {
  DEFAULT_PARALLEL_SYNCS,
  DEFAULT_WAIT_FOR_OTHER_MASTER_MS,
  type GroupSettings,
  type AskedHook,
  type Preference,
} from "../settings.ts";
import { type GroupPart, type Node, writerVip } from "../state.ts";
import { modeAfter, type Proposal, type ProposedNode } from "./proposal.ts";

type Show = (value: never) => string;
/** What of the value may be a password: whoever reloads, reads the log or the history is told only that it is another. */
type Hidden = (value: never) => string | null;

const text = (value: string | number): string => String(value);
const given = (value: string | null): string => value ?? "none";
const syncs = (value: number | undefined): string => text(value ?? DEFAULT_PARALLEL_SYNCS);
const waiting = (value: number | undefined): string =>
  showMs(value ?? DEFAULT_WAIT_FOR_OTHER_MASTER_MS);
/** Lines for a shell, which may hold one. */
const commandOf = (value: AskedHook | undefined): string | null => value?.command ?? null;
const besideCommand = (value: AskedHook | undefined): string =>
  value === undefined ? "" : `${showMs(value.timeoutMs)}, on failure ${value.onFailure}`;
const itself = (value: string | null): string | null => value;
const nothing = (): string => "";
const preferred = (value: Preference | undefined): string =>
  value === undefined ? "none" : `${value.node} (after ${showMs(value.afterMs)})`;
const onOff = (value: boolean): string => (value ? "on" : "off");

/** Each setting: its key in the file, and how its value is written there. T0 follows from N. */
const SETTINGS: {
  readonly [K in keyof GroupSettings]-?: readonly [key: string, show: Show, hide?: Hidden] | null;
} = {
  probeIntervalMs: ["probe_interval", showMs],
  downAfterMs: ["down_after", showMs],
  leaseMs: ["vip_lease", showMs],
  permitMs: null,
  clockDrift: ["clock_drift", text],
  leaseBackend: ["lease_backend", text],
  onQuorumLoss: ["on_quorum_loss", text],
  onReboot: ["on_reboot", text],
  restartGraceMs: ["restart_grace", showMs],
  busyGraceMs: ["busy_grace", showMs],
  maxLagBytes: ["max_lag", text],
  cooldownMs: ["cooldown", showMs],
  flapCount: ["flap_count", text],
  flapWindowMs: ["flap_window", showMs],
  fenceCommand: ["fence_command", nothing, itself],
  preFailover: ["pre_failover", besideCommand, commandOf],
  preSwitchover: ["pre_switchover", besideCommand, commandOf],
  writeGuard: ["write_guard", onOff],
  parallelSyncs: ["parallel_syncs", syncs],
  waitForOtherMasterMs: ["wait_for_other_master", waiting],
  prefer: ["prefer", preferred],
};

export function isSetting(name: string): boolean {
  return Object.hasOwn(SETTINGS, name);
}

/** Of a node that stays. What a file leaves out stands for what Redis, or the shared key, says. */
const NODE_KEYS: readonly (readonly [key: string, of: (node: ProposedNode) => string])[] = [
  ["address", ({ address }) => address],
  ["port", ({ port }) => text(port)],
  ["interface", (node) => node.interface],
  ["ssh_user", ({ sshUser }) => sshUser],
  ["ssh_port", ({ sshPort }) => text(sshPort)],
  ["ssh_host_key", ({ sshHostKey }) => given(sshHostKey)],
  ["priority", ({ priority }) => (priority === undefined ? "as Redis says" : text(priority))],
];

/** Empty: nothing differs. */
export function differences(group: GroupPart, proposal: Proposal): readonly string[] {
  const lines = [
    ...ofAddresses(group, proposal),
    ...ofSettings(group.settings, proposal.settings),
    ...ofNodes(group.nodes, proposal.nodes),
  ];
  return [...lines, ...differ("mode", group.mode, modeAfter(group, proposal))];
}

function ofAddresses(group: GroupPart, { writer, readers }: Proposal): readonly string[] {
  const now = group.vips
    .filter(({ role, leaving }) => role === "reader" && leaving !== true)
    .map(({ ip }) => ip);
  const show = (ips: readonly Ip[]): string => given(ips.toSorted().join(", ") || null);
  return [
    ...differ("master_ip", given(writerVip(group)?.ip ?? null), given(writer)),
    ...differ("slave_ip", show(now), show(readers)),
  ];
}

/** The keys of such lines, without `mode`, which people set as they go along. */
export function keysOf(lines: readonly string[]): readonly string[] {
  const keys = lines.map((line) => line.slice(0, line.indexOf(":")));
  return [...new Set(keys)].filter((key) => key !== "mode");
}

function ofSettings(before: GroupSettings, after: GroupSettings): readonly string[] {
  return Object.entries(SETTINGS).flatMap(([name, known]) => {
    if (known === null) return [];
    const [key, show, hide] = known;
    const at = name as keyof GroupSettings;
    const [was, is] = [before[at] as never, after[at] as never];
    const hidden = hide === undefined ? null : differHidden(hide(was), hide(is));
    if (hidden === null) return differ(key, show(was), show(is));
    return [`${key}: ${hidden}${show(is) === "" ? "" : ` (${show(is)})`}`];
  });
}

function ofNodes(before: readonly Node[], after: readonly ProposedNode[]): readonly string[] {
  const removed = before.filter(({ name }) => !after.some((node) => node.name === name));
  return [
    ...after.flatMap((node) => ofNode(before, node)),
    ...removed.map(({ name, address, port }) => `[${name}] removed: ${address}:${port}`),
  ];
}

function ofNode(before: readonly Node[], node: ProposedNode): readonly string[] {
  const known = before.find(({ name }) => name === node.name);
  if (known === undefined) return [`[${node.name}] added: ${node.address}:${node.port}`];
  return NODE_KEYS.flatMap(([key, of]) => differ(`[${node.name}] ${key}`, of(known), of(node)));
}

function differ(what: string, before: string, after: string): readonly string[] {
  return before === after ? [] : [changed(what, before, after)];
}

function differHidden(before: string | null, after: string | null): string | null {
  if (before === after) return null;
  if (before === null) return "set";
  return after === null ? "removed" : "changed";
}

function changed(what: string, before: string, after: string): string {
  return `${what}: ${before} → ${after}`;
}

/** As it is written in the file. */
function showMs(ms: number): string {
  if (ms === 0) return "0";
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
