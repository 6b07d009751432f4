/**
 * A status as a monitor sends it, read before `mmm` makes anything of it: whatever answers at the address, of any
 * version, gets a word with a name and not a fault of `mmm`. What an older monitor does not say is null, what only
 * a newer one says stays, and so do words that are not known here.
 */
import type {
  CertificateStatus,
  ClusterStatus,
  GroupStatus,
  GuardStatus,
  HostStatus,
  MonitorStatus,
  NodeStatus,
  OperationStatus,
  OutlookStatus,
  PauseStatus,
  PreferenceStatus,
  PreFailoverStatus,
  RedisStatus,
  SecurityStatus,
  SettingsStatus,
  Status,
  VipStatus,
  VoteStatus,
  WaitingStatus,
  Warning,
} from "../../core/status-types.ts";
import {
  flag,
  listOf,
  number,
  oneOf,
  openObjectOf,
  type Read,
  recordOf,
  words,
} from "../json-reads.ts";
import { Malformed } from "../peer/fields.ts";

/** Longer ago than any clock was ever wrong: what is shown of it stays a date. */
const LONGEST_MS = 1e14;

/** Of the words that there are, or of another version's. */
const word = words as Read<never>;

const ms: Read<number> = (value, path) => {
  const found = number(value, path);
  if (Math.abs(found) > LONGEST_MS) throw new Malformed(path, "no time");
  return found;
};

export const instant: Read<string> = (value, path) => {
  const text = words(value, path);
  if (Number.isNaN(Date.parse(text))) throw new Malformed(path, "no instant");
  return text;
};

/** `null` is what cannot be known, as what somebody has not heard of is. */
export function orUnknown<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === undefined || value === null ? null : read(value, path));
}

const certificate = openObjectOf<CertificateStatus>({ expires_at: words, days_left: number });

const monitor = openObjectOf<MonitorStatus>({
  name: words,
  address: words,
  role: word,
  reachable: flag,
  last_seen_ms: orUnknown(ms),
  version: orUnknown(words),
  problem: orUnknown(words),
  network: orUnknown(word),
  certificate: orUnknown(certificate),
});

const cluster = openObjectOf<ClusterStatus>({
  id: orUnknown(words),
  leader: orUnknown(words),
  term: number,
  quorum: number,
  has_quorum: flag,
  monitors: listOf(monitor),
});

const vip = openObjectOf<VipStatus>({
  ip: words,
  holder: orUnknown(words),
  lease_ms: orUnknown(ms),
  kind: word,
  epoch: number,
  possible_holders: listOf(words),
  leaving: flag,
});

const pause = openObjectOf<PauseStatus>({
  by: words,
  reason: orUnknown(words),
  since: words,
  for_ms: orUnknown(ms),
  left_ms: orUnknown(ms),
});

const waiting = openObjectOf<WaitingStatus>({
  missing: listOf(words),
  limit_ms: orUnknown(ms),
  online_ms: orUnknown(ms),
});

const operation = openObjectOf<OperationStatus>({
  kind: word,
  from: words,
  to: orUnknown(words),
  phase: word,
  epoch: number,
  by: words,
  leader: words,
  reason: words,
  attempt: number,
  started_at: words,
  phase_ms: ms,
});

const settings = openObjectOf<SettingsStatus>({
  probe_interval_ms: ms,
  down_after_ms: ms,
  restart_grace_ms: ms,
  busy_grace_ms: ms,
  max_lag_bytes: number,
  cooldown_ms: ms,
  vip_lease_ms: ms,
  waiting_time_ms: ms,
  has_fence_command: flag,
});

const outlook = openObjectOf<OutlookStatus>({
  successor: orUnknown(words),
  best_with_loss: orUnknown(words),
  cooldown_left_ms: orUnknown(ms),
  turned_back_left_ms: orUnknown(ms),
  fencing: word,
  pre_failover: orUnknown(
    openObjectOf<PreFailoverStatus>({ answer: word, text: orUnknown(words) }),
  ),
});

const preference = openObjectOf<PreferenceStatus>({
  node: words,
  is_master: flag,
  obstacle: orUnknown(words),
  needed_ms: ms,
  fit_ms: orUnknown(ms),
  aside: orUnknown(words),
  failure: orUnknown(words),
});

const vote = openObjectOf<VoteStatus>({
  vote: word,
  reason: orUnknown(words),
  age_ms: ms,
  since_ms: ms,
  latency_ms: orUnknown(ms),
});

const guard = openObjectOf<GuardStatus>({
  heard_ms: orUnknown(ms),
  gate: word,
  problem: orUnknown(words),
  lacks: orUnknown(words),
});

const redis = openObjectOf<RedisStatus>({
  version: words,
  run_id: words,
  uptime_s: number,
  repl_id: words,
  master: orUnknown(words),
  loading: flag,
  syncing: flag,
  connected_clients: number,
  connected_replicas: number,
});

const host = openObjectOf<HostStatus>({
  interface: orUnknown(words),
  ssh_user: words,
  ssh_port: number,
  ssh_host_key: orUnknown(words),
});

const node = openObjectOf<NodeStatus>(
  {
    name: words,
    address: words,
    role: word,
    state: word,
    offset: orUnknown(number),
    lag_bytes: orUnknown(number),
    link: orUnknown(word),
    priority: orUnknown(number),
    vips: listOf(words),
    membership: word,
    promotable: openObjectOf<NodeStatus["promotable"]>({ ok: flag, why: orUnknown(words) }),
    votes: recordOf(vote),
    guard,
    redis: orUnknown(redis),
    checked: orUnknown(
      openObjectOf<NonNullable<NodeStatus["checked"]>>({ guard_ms: ms, link_ms: ms, lag_ms: ms }),
    ),
    host,
  },
  // It came later, and is no null: whoever shows it looks for it first.
  ["host"],
);

const group = openObjectOf<GroupStatus>({
  name: words,
  epoch: number,
  master: orUnknown(words),
  mode: word,
  pause: orUnknown(pause),
  waiting: orUnknown(waiting),
  verdict: words,
  verdict_text: words,
  lease_backend: orUnknown(word),
  writer: orUnknown(vip),
  readers: listOf(vip),
  operation: orUnknown(operation),
  alarms: listOf(openObjectOf<GroupStatus["alarms"][number]>({ id: words, text: words })),
  nodes: listOf(node),
  settings,
  outlook,
  preference: orUnknown(preference),
});

/** @throws Malformed */
export const statusIn = openObjectOf<Status>({
  cluster,
  groups: listOf(group),
  answered_by: openObjectOf<Status["answered_by"]>({ name: words, age_ms: orUnknown(ms) }),
  at: instant,
  warnings: listOf(
    openObjectOf<Warning>({ level: oneOf("critical", "warning", "hint"), text: words }),
  ),
  security: orUnknown(
    openObjectOf<SecurityStatus>({ tls: word, authority_expires_at: orUnknown(words) }),
  ),
});
