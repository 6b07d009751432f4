/**
 * Events as log lines: a level, a sentence for people, and fields for programs. `error` asks a
 * person to act, `warn` says that things got worse, `info` tells of a change or a deed.
 */
import type { ConsensusEvent, PeerRefusal } from "../core/consensus/types.ts";
import type { Event } from "../core/events.ts";
import { showStamp } from "../core/stamp.ts";
import type { PastOperation } from "../core/state.ts";
import type { LogLevel } from "../ports.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type AnyEvent = Event | ConsensusEvent;
type Kind = AnyEvent["kind"];
type EventOf<K extends Kind> = Extract<AnyEvent, { readonly kind: K }>;
type Teller<K extends Kind> = (event: EventOf<K>) => readonly [LogLevel, string];

/** Turning back is what an operation is made to do. */
const LEVEL_OF: Readonly<Record<PastOperation["result"], LogLevel>> = {
  ok: "info",
  undone: "warn",
  preempted: "warn",
  failed: "error",
};

const TELLERS: { readonly [K in Kind]: Teller<K> } = {
  "vote.changed": (e) => [
    "debug",
    `${e.group}/${e.node}: vote ${e.from} → ${e.to}${why(e.reason)}`,
  ],
  "network.changed": (e) => [
    e.to === "down" || e.text !== null ? "warn" : "info",
    `this monitor's own network (ping_ips): ${e.from} → ${e.to}${why(e.text)}${e.to === "down" ? ": where it hears nothing it abstains" : ""}`,
  ],
  "verdict.changed": (e) => [
    e.to === "healthy" ? "info" : "warn",
    `${e.group}: ${e.from} → ${e.to}: ${e.text}`,
  ],
  "alarm.raised": (e) => ["error", e.text],
  "alarm.cleared": (e) => ["info", `no longer: ${e.id}`],
  "operation.phase": (e) => [
    "info",
    `${e.group}: ${e.op} from ${e.from} to ${e.to ?? "the best"}: ${e.phase}`,
  ],
  "operation.step": (e) => ["info", `${e.group}: ${e.text} (at ${Math.round(e.sinceMs)} ms)`],
  "operation.finished": (e) => [LEVEL_OF[e.past.result], finished(e.group, e.past)],
  "vip.epoch": (e) => ["info", `${e.vip}: ${e.change}: ${e.reason}`],
  "vip.claimed": (e) => ["info", `${e.vip} is served by ${e.node}`],
  "vip.released": (e) => ["info", `${e.vip} is released by ${e.node}`],
  "vip.kept": (e) => ["info", `${e.vip} is kept on ${e.node}: ${e.reason}`],
  "settings.changed": (e) => ["info", `${e.group}: changed by ${e.by}: ${e.changes.join("; ")}`],
  "group.added": (e) => ["info", `${e.group}: added by ${e.by}`],
  "group.leaving": (e) => ["warn", `${e.group}: is being dropped, asked for by ${e.by}`],
  "group.removed": (e) => ["warn", `${e.group}: nothing of it is served any more; it is dropped`],
  repair: (e) => ["info", `${e.group}/${e.node}: ${e.text}`],
  stalled: (e) => [
    "warn",
    `this monitor stood still for ${Math.round(e.ms)} ms: what it saw meanwhile does not count`,
  ],
  genesis: (e) => ["info", `cluster ${e.clusterId} is founded by ${e.members.join(", ")}`],
  role: (e) => ["info", `${e.role} in term ${e.term}: ${e.reason}`],
  leader: (e) => [
    e.leader === null ? "warn" : "info",
    e.leader === null ? `nobody leads in term ${e.term}` : `${e.leader} leads in term ${e.term}`,
  ],
  committed: (e) => ["debug", `state ${showStamp(e.stamp)} is agreed on`],
  removed: (e) => [
    "warn",
    `this monitor was removed from cluster ${e.clusterId}, whose members are ${e.members.join(", ")}: it watches nothing and votes for nothing`,
  ],
  "peer-refused": (e) => ["error", `${e.peer} does not count: ${refusal(e.why)}`],
};

/** Names for programs: dotted, stable. */
const NAMES: Partial<Record<Kind, string>> = {
  repair: "repair.step",
  stalled: "monitor.stalled",
  genesis: "cluster.founded",
  role: "role.changed",
  leader: "leader.changed",
  committed: "state.committed",
  removed: "monitor.removed",
  "peer-refused": "peer.refused",
};

export function eventName(kind: Kind): string {
  return NAMES[kind] ?? kind;
}

export function lineOf(event: AnyEvent): LogLine {
  const tell = TELLERS[event.kind] as (event: AnyEvent) => readonly [LogLevel, string];
  const [level, text] = tell(event);
  const { kind: _, ...fields } = event;
  return { level, text, fields };
}

function why(reason: string | null): string {
  return reason === null ? "" : ` (${reason})`;
}

/** What is done in the moment in which it is told (a pause, say) takes no time. */
function finished(group: string, past: PastOperation): string {
  const { kind, from, to, result, durationMs, reason, phases } = past;
  const whom = `${from === null ? "" : ` from ${from}`}${to === null ? "" : ` to ${to}`}`;
  const time = phases.length === 0 ? "" : ` after ${Math.round(durationMs)} ms`;
  const loss = !past.lostBytes ? "" : `, ${past.lostBytes} bytes not taken over`;
  return `${group}: ${kind}${whom}: ${result}${time}${loss}: ${reason}`;
}

function refusal(why: PeerRefusal): string {
  switch (why.kind) {
    case "foreign-cluster":
      return `it belongs to cluster ${why.clusterId}`;
    case "not-a-member":
      return "it is not a member: mmm monitor add";
    case "storage-replaced":
      return "its data directory is another than the one that was agreed on: mmm monitor replace";
    case "went-back":
      return `its data directory went back from ${showStamp(why.had)}: mmm monitor replace`;
    case "schema":
      return `its state has schema ${why.theirs}, which is newer than this version knows`;
    case "other-import":
      return `it is to be founded with ${why.theirs === null ? "no imported state" : `the state of ${why.theirs}`}: mmm state import, the same file on every monitor or on none`;
    default:
      return (why as { readonly kind: string }).kind;
  }
}
