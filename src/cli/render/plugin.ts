/**
 * The form of a monitoring plugin: `REDIS-MMM STATE - text | label=value;warn;crit;min;max …`, all in
 * one line. What monitors call critical or a warning is that here; hints are for people.
 */
import { findings } from "../../core/status-findings.ts";
import type { GroupStatus, NodeStatus, Status } from "../../core/status-types.ts";
import { showBytes } from "./quantities.ts";

/** Bytes; null: no limit. */
export interface Limits {
  readonly warnBytes: number | null;
  readonly critBytes: number | null;
}

/** ok, warning, critical, unknown. */
type State = 0 | 1 | 2 | 3;

export interface Verdict {
  readonly state: State;
  readonly text: string;
  /** Performance data. */
  readonly data: readonly string[];
}

const WORDS: Readonly<Record<State, string>> = {
  0: "OK",
  1: "WARNING",
  2: "CRITICAL",
  3: "UNKNOWN",
};
const SHOWN = 3;

export function pluginLine({ state, text, data }: Verdict): string {
  // A bar begins the data, and a second line would be cut off by many.
  const line = text.replaceAll("|", "/").replace(/\s*\n\s*/g, "; ");
  return `REDIS-MMM ${WORDS[state]} - ${line}${data.length === 0 ? "" : ` | ${data.join(" ")}`}`;
}

/** Something kept the plugin from judging. */
export function unjudged(line: string): Verdict {
  return { state: 3, text: line.replace(/^error: /, ""), data: [] };
}

interface Trouble {
  readonly state: State;
  readonly text: string;
}

export function verdictOn(status: Status, limits: Limits): Verdict {
  const lags = status.groups.flatMap((group) => lagTroubles(group, limits));
  const all = [...troublesOf(status), ...lags].toSorted((a, b) => b.state - a.state);
  const text = all.length === 0 ? summary(status) : some(all.map((one) => one.text));
  return { state: all[0]?.state ?? 0, text, data: dataOf(status, limits) };
}

function troublesOf(status: Status): readonly Trouble[] {
  return findings(status)
    .filter(({ level }) => level !== "hint")
    .map(({ level, text }) => ({ state: level === "critical" ? 2 : 1, text }));
}

function some(texts: readonly string[]): string {
  const more = texts.length - SHOWN;
  return [...texts.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function lagTroubles(group: GroupStatus, { warnBytes, critBytes }: Limits): readonly Trouble[] {
  return replicasOf(group).flatMap(({ name, lag_bytes: lag }): readonly Trouble[] => {
    if (lag === null) return [];
    const text = `${name} is ${showBytes(lag)} behind`;
    if (critBytes !== null && lag > critBytes) return [{ state: 2, text }];
    return warnBytes !== null && lag > warnBytes ? [{ state: 1, text }] : [];
  });
}

function summary({ groups, cluster: { monitors } }: Status): string {
  const reachable = monitors.filter((one) => one.reachable).length;
  const each = groups.map((group) => {
    const { name, master, writer } = group;
    const replicas = replicasOf(group);
    const vip = writer === null ? "" : `, ${writer.ip} on ${writer.holder ?? "nobody"}`;
    return `${name}: ${master ?? "nobody"} is master${vip}, ${online(replicas)} of ${replicas.length} replicas`;
  });
  return [...each, `${reachable} of ${monitors.length} monitors`].join("; ");
}

function replicasOf({ nodes, master }: GroupStatus): readonly NodeStatus[] {
  return nodes.filter(({ name }) => name !== master);
}

function online(nodes: readonly NodeStatus[]): number {
  return nodes.filter(({ state }) => state === "ONLINE").length;
}

/** Labels carry the group's name where there are several. */
function dataOf({ groups, cluster: { monitors } }: Status, limits: Limits): readonly string[] {
  const reachable = monitors.filter((one) => one.reachable).length;
  const infix = ({ name }: GroupStatus) => (groups.length === 1 ? "" : `_${name}`);
  return [
    `monitors=${reachable};;;0;${monitors.length}`,
    ...groups.flatMap((group) => ofGroup(group, infix(group), limits)),
  ];
}

function ofGroup(group: GroupStatus, infix: string, limits: Limits): readonly string[] {
  const replicas = replicasOf(group);
  const bounds = `${limits.warnBytes ?? ""};${limits.critBytes ?? ""}`;
  const lease = group.writer?.lease_ms ?? null;
  return [
    `replicas${infix}=${online(replicas)};;;0;${replicas.length}`,
    ...(lease === null ? [] : [`lease${infix}=${lease}ms;;;0`]),
    ...replicas.flatMap(({ name, lag_bytes }) =>
      lag_bytes === null ? [] : [`lag${infix}_${name}=${lag_bytes}B;${bounds};0`],
    ),
  ];
}
