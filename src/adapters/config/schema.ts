/**
 * Every key there is, in one table per kind of section: its parser, and its default written as it
 * would stand in the file. `config/redis-mmm.conf` explains them; a test holds the two together.
 */
import {
  anyText,
  choice,
  choices,
  clockDrift,
  duration,
  hostKey,
  hostName,
  hostPort,
  interfaceName,
  nodeAddress,
  noVip,
  onOff,
  path,
  pingTargets,
  type Parser,
  port,
  redisTls,
  size,
  userName,
  virtualIp,
  virtualIps,
  webUrl,
  wholeNumber,
} from "./values.ts";
import { isName } from "./names.ts";

export interface Key<T> {
  readonly parse: Parser<T>;
  /** null: nothing, or computed from other keys. */
  readonly defaultText: string | null;
  readonly required: boolean;
  /** What a value that was not given, or that is wrong, stands for until the problems are thrown. */
  readonly placeholder: T;
  readonly traits: Traits;
}

interface Traits {
  /** Every character counts: a comment behind the value is refused. */
  readonly freeText?: boolean;
  readonly secret?: boolean;
}

export type Keys = Readonly<Record<string, Key<unknown>>>;
export type ValuesOf<S> = { readonly [K in keyof S]: S[K] extends Key<infer T> ? T : never };

function optional<T>(parse: Parser<T>, traits: Traits = {}): Key<T | null> {
  return { parse, defaultText: null, required: false, placeholder: null, traits };
}

function required<T>(parse: Parser<T>, placeholder: T): Key<T> {
  return { parse, defaultText: null, required: true, placeholder, traits: {} };
}

function withDefault<T>(parse: Parser<T>, defaultText: string): Key<T> {
  const parsed = parse(defaultText);
  if (parsed.kind === "problem") throw new Error(`default ${defaultText}: ${parsed.text}`);
  return { parse, defaultText, required: false, placeholder: parsed.value, traits: {} };
}

const TEXT = { freeText: true };
const SECRET = { freeText: true, secret: true };
/** A line for "sh -c", which may hold a token: shown as little as a password. */
const COMMAND = optional(anyText, SECRET);

const plainName: Parser<string> = (text) =>
  isName(text)
    ? { kind: "value", value: text }
    : { kind: "problem", text: `"${text}" is not a name: letters, digits, - and _` };

const REDIS_LOGIN = {
  redis_user: optional(userName),
  redis_password: optional(anyText, SECRET),
  redis_password_file: optional(path, TEXT),
  redis_tls: optional(redisTls),
  redis_tls_cert: optional(path, TEXT),
  redis_tls_key: optional(path, TEXT),
};

/** Where a group's clients go: each group has its own. */
const ADDRESS_KEYS = {
  master_ip: optional(virtualIp),
  slave_ip: optional(virtualIps),
  vip: optional(noVip),
} as const;

/** It names a node, so it is said where the nodes are. */
const PREFER_KEYS = { prefer: optional(plainName) } as const;

/** Of a group; what an included file does not say of these, the file that includes it says for all. */
export const SHARED_KEYS = {
  cluster_interface: optional(interfaceName),
  port: withDefault(port, "6379"),
  ssh_user: withDefault(userName, "redis-mmm"),
  ssh_port: withDefault(port, "22"),
  ssh_key: optional(path, TEXT),
  ssh_key_passphrase_file: optional(path, TEXT),
  ...REDIS_LOGIN,
  mode: withDefault(choice("active", "manual", "passive", "wait"), "active"),
  probe_interval: withDefault(duration("20ms", "10s"), "100ms"),
  down_after: withDefault(duration("200ms", "1h"), "2s"),
  vip_lease: optional(duration("300ms", "5m")),
  clock_drift: withDefault(clockDrift, "0.1"),
  lease_backend: withDefault(choice("auto", "nft", "off"), "auto"),
  on_quorum_loss: withDefault(choice("failsafe", "drop"), "failsafe"),
  on_reboot: withDefault(choice("auto", "failover", "wait"), "auto"),
  restart_grace: withDefault(duration("0", "1h"), "0"),
  busy_grace: withDefault(duration("0", "24h"), "10s"),
  max_lag: withDefault(size, "10mb"),
  cooldown: withDefault(duration("0", "24h"), "60s"),
  flap_count: withDefault(wholeNumber(1, 1_000), "3"),
  flap_window: withDefault(duration("1m", "24h"), "1h"),
  fence_command: COMMAND,
  pre_failover: COMMAND,
  pre_failover_timeout: withDefault(duration("100ms", "5m"), "5s"),
  pre_switchover: COMMAND,
  pre_switchover_timeout: withDefault(duration("100ms", "1m"), "5s"),
  on_hook_failure: withDefault(choice("go_on", "stop"), "go_on"),
  write_guard: withDefault(onOff, "off"),
  parallel_syncs: withDefault(wholeNumber(1, 1_000), "1"),
  wait_for_other_master: withDefault(duration("0", "24h"), "2m"),
  prefer_after: withDefault(duration("1s", "24h"), "5m"),
} as const;

/** Of the monitor itself: in the file that it was started with, and nowhere else. */
const MONITOR_OWN_KEYS = {
  include: optional(path, TEXT),
  ssh_known_hosts: optional(path, TEXT),
  guard: withDefault(choice("auto", "installed", "inline"), "auto"),
  name: optional(plainName),
  listen: optional(hostPort),
  data_dir: withDefault(path, "/var/lib/redis-mmm"),
  log: optional(path, TEXT),
  pid: optional(path, TEXT),
  verbose: withDefault(onOff, "off"),
  socket: optional(path, TEXT),
  tls: optional(choice("off", "on")),
  tls_ca: optional(path, TEXT),
  tls_cert: optional(path, TEXT),
  tls_key: optional(path, TEXT),
  tls_revoked: optional(path, TEXT),
  post_failover: COMMAND,
  post_switchover: COMMAND,
  on_alarm: COMMAND,
  on_event: COMMAND,
  webhook: optional(webUrl, SECRET),
  notice_timeout: withDefault(duration("100ms", "5m"), "10s"),
  http: optional(hostPort),
  http_token_file: optional(path, TEXT),
  sentinel: optional(hostPort),
  sentinel_password_file: optional(path, TEXT),
  sentinel_answer: withDefault(choice("node", "vip"), "node"),
  ping_ips: optional(pingTargets),
  ping_interval: optional(duration("200ms", "1m")),
  expose: optional(choices("http", "sentinel")),
} as const;

/** What the top of an included file may hold. */
export const GROUP_KEYS = { ...ADDRESS_KEYS, ...PREFER_KEYS, ...SHARED_KEYS } as const;

export const TOP_KEYS = { ...GROUP_KEYS, ...MONITOR_OWN_KEYS } as const;

export const NODE_KEYS = {
  address: required(nodeAddress, ""),
  port: optional(port),
  interface: optional(interfaceName),
  ssh_user: optional(userName),
  ssh_port: optional(port),
  ssh_key: optional(path, TEXT),
  ssh_key_passphrase_file: optional(path, TEXT),
  ssh_host_key: optional(hostKey),
  priority: optional(wholeNumber(0, 1_000_000)),
  ...REDIS_LOGIN,
} as const;

export const MONITOR_KEYS = {
  address: required(hostName, ""),
  port: withDefault(port, "7400"),
} as const;

export type GroupValues = ValuesOf<typeof GROUP_KEYS>;
export type TopValues = ValuesOf<typeof TOP_KEYS>;
export type NodeValues = ValuesOf<typeof NODE_KEYS>;
export type MonitorValues = ValuesOf<typeof MONITOR_KEYS>;
