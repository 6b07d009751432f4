/** From the values of the sections to the configuration: nodes, settings, monitors, logins. */
import type { GroupName, NodeName } from "../../core/ids.ts";
import type { Node } from "../../core/state.ts";
import { type GroupSettings, permitMsFor } from "../../core/settings.ts";
import { pingIntervalOf } from "./pings.ts";
import { showPlace, whereIs } from "./reader.ts";
import type { GroupValues, MonitorValues, NodeValues, TopValues } from "./schema.ts";
import { Secret } from "./secret.ts";
import type { GroupFile, SourceFile, Whole } from "./sections.ts";
import type {
  GroupProposal,
  Local,
  MonitorAddress,
  MonitorTls,
  NodeLogin,
  OwnDoor,
  CertificateFiles,
  RedisTls,
} from "./types.ts";

/** What the file does not say and this computer does. */
export interface Environment {
  readonly home: string;
  /** Where systemd put what LoadCredential= names; absent: nowhere. */
  readonly credentials?: string | undefined;
  readonly exists: (path: string) => boolean;
  /** The files that a pattern means in the file `from`. */
  readonly included: (pattern: string, from: string) => readonly SourceFile[];
}

export interface Named<T> {
  readonly name: string;
  readonly values: T;
}

const LEASE_MIN_MS = 300;
const LEASE_MAX_MS = 300_000;
/** As it is written in the file. */
export const CREDENTIALS = "$CREDENTIALS_DIRECTORY/";
const NO_TLS: RedisTls = { kind: "off" };

/** @param main the top of the file that a monitor is started with */
export function buildGroup(
  { name, source, top, nodes }: GroupFile,
  main: Whole["top"],
): GroupProposal {
  const { values } = top;
  return {
    name,
    file: source.file,
    settings: buildSettings(values, nodes),
    nodes: nodes.map((node) => buildNode(node.name, node.values, values)),
    writer: values.master_ip,
    readers: values.slave_ip ?? [],
    mode: values.mode,
    // What `mmm mode` has set is not undone by a default that nobody wrote.
    saysMode: [top, main].some(({ section }) => section.keys.has("mode")),
  };
}

/** Unless told otherwise, as long as `down_after`: a shorter blip should not take the VIP away. */
export function leaseMsOf(top: GroupValues): number {
  return top.vip_lease ?? Math.min(Math.max(top.down_after, LEASE_MIN_MS), LEASE_MAX_MS);
}

function buildSettings(top: GroupValues, nodes: readonly Named<NodeValues>[]): GroupSettings {
  const leaseMs = leaseMsOf(top);
  return {
    probeIntervalMs: top.probe_interval,
    downAfterMs: top.down_after,
    leaseMs,
    permitMs: permitMsFor(leaseMs),
    clockDrift: top.clock_drift,
    leaseBackend: shareAHost(nodes) ? "off" : top.lease_backend,
    onQuorumLoss: top.on_quorum_loss,
    onReboot: top.on_reboot,
    restartGraceMs: top.restart_grace,
    busyGraceMs: top.busy_grace,
    maxLagBytes: top.max_lag,
    cooldownMs: top.cooldown,
    flapCount: top.flap_count,
    flapWindowMs: top.flap_window,
    fenceCommand: top.fence_command,
    writeGuard: top.write_guard,
    parallelSyncs: top.parallel_syncs,
    waitForOtherMasterMs: top.wait_for_other_master,
    ...(top.prefer !== null && { prefer: { node: top.prefer, afterMs: top.prefer_after } }),
    ...hooksOf(top),
  };
}

function hooksOf(top: GroupValues): Pick<GroupSettings, "preFailover" | "preSwitchover"> {
  const { pre_failover, pre_failover_timeout, pre_switchover, pre_switchover_timeout } = top;
  const onFailure = top.on_hook_failure === "stop" ? "stop" : "go-on";
  const asked = (command: string, timeoutMs: number) =>
    ({ command, timeoutMs, onFailure }) as const;
  return {
    ...(pre_failover !== null && { preFailover: asked(pre_failover, pre_failover_timeout) }),
    ...(pre_switchover !== null && {
      preSwitchover: asked(pre_switchover, pre_switchover_timeout),
    }),
  };
}

/** Two nodes of one host share its packet filter, which therefore cannot tell them apart. */
export function shareAHost(nodes: readonly Named<NodeValues>[]): boolean {
  const addresses = nodes.map(({ values }) => values.address).filter((address) => address !== "");
  return new Set(addresses).size < addresses.length;
}

function buildNode(name: string, values: NodeValues, top: GroupValues): Node {
  return {
    name,
    address: values.address,
    port: values.port ?? top.port,
    interface: values.interface ?? top.cluster_interface ?? "",
    sshUser: values.ssh_user ?? top.ssh_user,
    sshPort: values.ssh_port ?? top.ssh_port,
    sshHostKey: values.ssh_host_key,
    admin: "online",
    outages: [],
    ...(values.priority === null ? {} : { priority: values.priority }),
  };
}

export function buildLocal(whole: Whole, environment: Environment): Local {
  const { groups } = whole;
  const top = whole.top.values;
  return {
    name: top.name,
    listen: top.listen,
    dataDir: expand(top.data_dir, environment),
    log: top.log,
    pid: top.pid,
    verbose: top.verbose,
    sshKnownHosts: chooseFile(top.ssh_known_hosts, "known_hosts", environment),
    guard: top.guard,
    ...buildSharedLogin(top, environment),
    logins: Object.fromEntries(groups.flatMap((group) => loginsOf(group, environment))),
    socket: top.socket,
    tls: buildTls(top, environment),
    notices: {
      postFailover: top.post_failover,
      postSwitchover: top.post_switchover,
      onAlarm: top.on_alarm,
      onEvent: top.on_event,
      webhook: top.webhook === null ? null : new Secret(top.webhook),
      deadlineMs: top.notice_timeout,
    },
    doors: buildDoors(whole, environment),
    pings: { targets: top.ping_ips ?? [], intervalMs: pingIntervalOf(whole) },
  };
}

function buildDoors(
  { source, top: { section, values } }: Whole,
  environment: Environment,
): Local["doors"] {
  const door = (key: "http" | "sentinel", secretFile: string | null): OwnDoor | null => {
    const at = values[key];
    if (at === null) return null;
    const where = showPlace(source.file, whereIs(section, key));
    return { ...at, where, secret: null, secretFile: expandOrNull(secretFile, environment) };
  };
  const sentinel = door("sentinel", values.sentinel_password_file);
  return {
    http: door("http", values.http_token_file),
    sentinel: sentinel && { ...sentinel, answer: values.sentinel_answer },
  };
}

function loginsOf({ name: group, top, nodes }: GroupFile, environment: Environment) {
  const shared = buildSharedLogin(top.values, environment);
  return nodes.map(({ name, values }) => {
    return [loginKey(group, name), buildLogin(values, shared, environment)] as const;
  });
}

/** Two groups may each have a node of one name. */
export function loginKey(group: GroupName, node: NodeName): string {
  return `${group}/${node}`;
}

function buildSharedLogin(top: GroupValues, environment: Environment): NodeLogin {
  return {
    redisUser: top.redis_user,
    redisPassword: top.redis_password === null ? null : new Secret(top.redis_password),
    redisPasswordFile: expandOrNull(top.redis_password_file, environment),
    redisTls: top.redis_tls ?? NO_TLS,
    redisCertificate: certificateOf(top, environment),
    sshKey: chooseFile(top.ssh_key, "id_ed25519", environment),
    sshPassphrase: null,
    sshPassphraseFile: expandOrNull(top.ssh_key_passphrase_file, environment),
  };
}

/** A password of the node's own, in either form, replaces both forms of the shared one. */
function buildLogin(node: NodeValues, shared: NodeLogin, environment: Environment): NodeLogin {
  const own = node.redis_password !== null || node.redis_password_file !== null;
  return {
    redisUser: node.redis_user ?? shared.redisUser,
    redisPassword: ownPassword(node) ?? (own ? null : shared.redisPassword),
    redisPasswordFile:
      expandOrNull(node.redis_password_file, environment) ??
      (own ? null : shared.redisPasswordFile),
    redisTls: node.redis_tls ?? shared.redisTls,
    redisCertificate: certificateOf(node, environment) ?? shared.redisCertificate,
    ...buildSshKey(node, shared, environment),
  };
}

type CertificateKeys = Pick<NodeValues, "redis_tls_cert" | "redis_tls_key">;

function certificateOf(values: CertificateKeys, environment: Environment): CertificateFiles | null {
  const cert = expandOrNull(values.redis_tls_cert, environment);
  const key = expandOrNull(values.redis_tls_key, environment);
  return cert === null || key === null ? null : { cert, key };
}

/** The shared passphrase is that of the shared key. */
function buildSshKey(
  { ssh_key, ssh_key_passphrase_file }: NodeValues,
  { sshKey, sshPassphraseFile }: NodeLogin,
  environment: Environment,
): Pick<NodeLogin, "sshKey" | "sshPassphrase" | "sshPassphraseFile"> {
  const own = expandOrNull(ssh_key_passphrase_file, environment);
  return {
    sshKey: ssh_key === null ? sshKey : expand(ssh_key, environment),
    sshPassphrase: null,
    sshPassphraseFile: own ?? (ssh_key === null ? sshPassphraseFile : null),
  };
}

function ownPassword(node: NodeValues): Secret | null {
  return node.redis_password === null ? null : new Secret(node.redis_password);
}

function buildTls(top: TopValues, environment: Environment): MonitorTls {
  const { tls_ca: ca, tls_cert: cert, tls_key: key } = top;
  if (ca !== null && cert !== null && key !== null) {
    const revoked = expandOrNull(top.tls_revoked, environment);
    return { ca, cert: expand(cert, environment), key: expand(key, environment), revoked };
  }
  return top.tls === "off" ? "off" : "unset";
}

export function buildMonitors(
  monitors: readonly Named<MonitorValues>[],
): readonly MonitorAddress[] {
  return monitors.map(({ name, values }) => ({ name, address: values.address, port: values.port }));
}

/** The service account's own file if there is one, else that of the user who runs this. */
export function chooseFile(given: string | null, file: string, environment: Environment): string {
  if (given !== null) return expand(given, environment);
  const installed = `/etc/redis-mmm/${file}`;
  return environment.exists(installed) ? installed : `${environment.home}/.ssh/${file}`;
}

/** A shell would know more; these two are what a service's files are named by. */
function expand(path: string, { home, credentials }: Environment): string {
  if (path.startsWith("~/")) return `${home}${path.slice(1)}`;
  return credentials !== undefined && path.startsWith(CREDENTIALS)
    ? `${credentials}/${path.slice(CREDENTIALS.length)}`
    : path;
}

function expandOrNull(path: string | null, environment: Environment): string | null {
  return path === null ? null : expand(path, environment);
}
