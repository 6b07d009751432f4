/**
 * This monitor's own side for `mmm doctor`: the agreed groups (or those of its file, before there is
 * an agreement), its logins, and what its kept channels say of the guards already.
 */
import { digestOf } from "../adapters/config/digest.ts";
import type { Config } from "../adapters/config/types.ts";
import type { Identity } from "../adapters/config/identity.ts";
import type { ControlClient } from "../adapters/control/client.ts";
import { configFindings } from "../adapters/doctor/config-rules.ts";
import { examine } from "../adapters/doctor/examine.ts";
import { type Finding, type Scope, Subject } from "../adapters/doctor/finding.ts";
import type { GuardSight } from "../adapters/doctor/guard-rules.ts";
import { type Examined, examinedIn, examinedOf } from "../adapters/doctor/subject.ts";
import { networkFindings } from "../adapters/doctor/network-rules.ts";
import { tlsFindings } from "../adapters/doctor/tls-rules.ts";
import type { TargetReport } from "../adapters/ping/self-check.ts";
import type { Ip } from "../core/ids.ts";
import type { Target } from "../core/io.ts";
import type { Committed } from "../core/state.ts";
import type { Status } from "../core/status-types.ts";
import { messageOf } from "../errors.ts";
import type { Certificates } from "./certificates.ts";
import { Doctor } from "./doctor.ts";
import type { Neighbour } from "./history-gaps.ts";
import type { Logins } from "./logins.ts";
import type { NodeWorld } from "./world.ts";

export interface LookOptions {
  readonly identity: Identity;
  /** As the files are now. @throws ConfigErrors */
  readonly config: () => Config;
  /** As the files were when the monitor started. */
  readonly local: Pick<Config["local"], "sshKnownHosts" | "guard">;
  readonly logins: Logins;
  readonly nodes: NodeWorld;
  readonly certificates: Certificates;
  readonly committed: () => Committed | null;
  readonly pings: () => readonly TargetReport[];
  readonly status: () => Status;
  readonly version: string;
  readonly clientOf: (monitor: Neighbour) => ControlClient;
}

/** Shorter than peers wait for it. */
const LIMIT_MS = 4_000;

export function doctorOf(options: LookOptions): Doctor {
  const { identity, version, config, status, clientOf } = options;
  const { name } = identity;
  return new Doctor({
    name,
    version,
    look: (scope) => lookAround(options, scope),
    digest: () => digestNow(config),
    peers: () => status().cluster.monitors.filter((one) => one.name !== name),
    clientOf,
  });
}

/** Never rejects. Ends when the last look that was begun within the limit has ended. */
async function lookAround(options: LookOptions, scope: Scope): Promise<readonly Finding[]> {
  const { identity, local, logins, certificates } = options;
  const { name, listen } = identity;
  const config = readable(options.config);
  const ofConfig =
    typeof config === "string" ? [unusable(name, config)] : configFindings(name, config);
  const found = await examine({
    groups: groupsOf(options.committed(), config),
    scope,
    local,
    loginTo: (target) => logins.to(target),
    guardOf: (target, vip) => Promise.resolve(guardSight(options, target, vip)),
    limitMs: LIMIT_MS,
  });
  const ofMonitor = [
    ...tlsFindings(name, certificates.sight(), listen, Date.now()),
    ...networkFindings(name, options.pings()),
  ];
  return [...ofConfig, ...ofMonitor, ...found];
}

/** null: the files cannot be read, which is a finding of its own. */
function digestNow(read: () => Config): string | null {
  const config = readable(read);
  return typeof config === "string" ? null : digestOf(config);
}

/** The text says why not. */
function readable(read: () => Config): Config | string {
  try {
    return read();
  } catch (error) {
    return messageOf(error);
  }
}

function unusable(name: string, why: string): Finding {
  return new Subject(name).error(
    "config-unusable",
    `its configuration file cannot be used: ${why.split("\n")[0] ?? ""}`,
    "it goes on with what was agreed on, but could not be started again",
    "mmm config check, on its host",
  );
}

function groupsOf(committed: Committed | null, config: Config | string): readonly Examined[] {
  if (committed !== null) return committed.groups.map(examinedOf);
  return typeof config === "string" ? [] : config.groups.map(examinedIn);
}

/** Nothing is asked for it: the monitor looks at its guards all the time. */
function guardSight({ status, nodes }: LookOptions, target: Target, vip: Ip): GuardSight | null {
  const group = status().groups.find(({ name }) => name === target.group);
  const node = group?.nodes.find(({ name }) => name === target.node);
  if (group === undefined || node === undefined) return null;
  const { gate, problem, lacks } = node.guard;
  const vips = group.writer === null ? group.readers : [group.writer, ...group.readers];
  const serves = vips.some(({ ip, holder }) => ip === vip && holder === target.node);
  const mode = nodes.guardModeOf(target);
  return { mode, gate, problem, lacks, serves, isWatched: true };
}
