/**
 * From the flags to a running monitor: what must be checked before, and taken by one process only.
 * Everything that hinders it is thrown with what, why and what to do.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import { SystemClock } from "../adapters/clock.ts";
import { foundingPlan } from "../adapters/config/bequest.ts";
import { identify, type Identity } from "../adapters/config/identity.ts";
import { loadConfig, readConfig } from "../adapters/config/load.ts";
import { OwnFile } from "../adapters/config/own-file.ts";
import { proposalsOf } from "../adapters/config/proposal.ts";
import type { Config, MonitorTls } from "../adapters/config/types.ts";
import { FileLog } from "../adapters/logger.ts";
import { isLoopback, showAddress } from "../adapters/peer/address.ts";
import { importedState } from "../adapters/store/import-file.ts";
import { FileJournal } from "../adapters/store/journal.ts";
import type { MonitorState } from "../core/monitor.ts";
import { MmmError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { Certificates } from "./certificates.ts";
import { begin, core } from "./core.ts";
import { Daemon } from "./daemon.ts";
import { openState, prepareDataDir } from "./data-dir.ts";
import { takeDataDir } from "../adapters/store/exclusive.ts";
import type { RunFlags } from "./flags.ts";
import type { Logins } from "./logins.ts";
import { stayYoungWith } from "./memory.ts";
import { OwnSettings } from "./own-settings.ts";
import { type PidFile, writePidFile } from "./pid-file.ts";
import { withFailPoint } from "./fail-points.ts";
import { type NodeWorld, openNodeWorld } from "./world.ts";

export interface Running {
  readonly daemon: Daemon<MonitorState>;
  readonly own: OwnSettings;
  readonly log: FileLog;
  readonly pidFile: PidFile | null;
}

/**
 * @param onFault called once, when the monitor can go on no longer
 * @throws MmmError, ConfigErrors
 */
export async function startUp(
  flags: RunFlags,
  onFault: (error: unknown, log: FileLog) => void,
): Promise<Running> {
  const config = loadConfig(flags.config, flags.overrides);
  const identity = identify(config, hostname());
  const tls = flags.tlsOff ? "off" : config.local.tls;
  refuseOpenListening(identity, tls);
  const files = tls === "off" || tls === "unset" ? null : tls;
  const certificates = new Certificates(files, identity.name);
  const { dataDir, log: file, verbose, pid } = config.local;
  prepareDataDir(dataDir);
  await takeDataDir(dataDir);
  const log = new FileLog({ monitor: identity.name, file, verbose });
  for (const warning of config.warnings) log.write("warn", "config.warning", warning);
  const read = () => loadConfig(config.file, flags.overrides).local;
  const own = new OwnSettings({ local: config.local, read, monitor: identity.name, log });
  const fault = (error: unknown) => onFault(error, log);
  const parts = { log, own, certificates, onFault: fault };
  const { daemon, open } = await compose(config, identity, parts);
  const pidFile = pid === null ? null : writePidFile(pid);
  try {
    await daemon.start();
    await open();
  } catch (error) {
    pidFile?.remove();
    throw error;
  }
  return { daemon, own, log, pidFile };
}

interface Composition {
  readonly log: FileLog;
  readonly own: OwnSettings;
  readonly certificates: Certificates;
  readonly onFault: (error: unknown) => void;
}

async function compose(
  config: Config,
  identity: Identity,
  { log, own, certificates, onFault }: Composition,
): Promise<{ readonly daemon: Daemon<MonitorState>; readonly open: () => Promise<void> }> {
  const { dataDir } = config.local;
  const clock = new SystemClock();
  const { doors, logins } = own;
  const journal = new FileJournal(dataDir, log);
  const { durable, store } = await openState(dataDir, identity.name);
  // What was imported counts only for the founding of a cluster.
  const imported = durable.slot === null ? importedState(dataDir) : null;
  const founding = foundingPlan(config, imported);
  stayYoungWith(config.groups);
  const file = new OwnFile(config.file);
  const plan = { peers: identity.peers.length, ownAddress: identity.advertise, ...founding };
  if (founding.bequest !== undefined)
    log.write(
      "info",
      "state.imported",
      `goes on where ${founding.bequest} ended, once all monitors are here`,
    );
  await own.begin();
  const daemon = new Daemon({
    identity,
    version: VERSION,
    core,
    state: begin(durable, plan, clock.at()),
    clock,
    store,
    journal,
    nodes: openNodes(config, logins, log),
    logins,
    log,
    certificates,
    socket: config.local.socket ?? join(dataDir, "mmm.sock"),
    local: config.local,
    config: () => readConfig(config.file),
    proposals: () => proposalsOf(readConfig(config.file)),
    fileDiffers: (committed) => file.differsFrom(committed),
    own,
    onFault,
  });
  const open = () => doors.open({ status: () => daemon.status(), summary: journal.summary, log });
  return { daemon, open };
}

/** Set by `scripts/build.mjs`; from the source there is none. */
declare const FAIL_POINTS: boolean | undefined;

function openNodes({ local }: Config, logins: Logins, log: FileLog): NodeWorld {
  const nodes = openNodeWorld(local, (target) => logins.to(target), log);
  if (typeof FAIL_POINTS !== "undefined" && FAIL_POINTS)
    return withFailPoint(nodes, process.env["MMM_FAIL_AFTER"]);
  return nodes;
}

/** @throws MmmError LISTEN_OPEN */
export function refuseOpenListening({ listen }: Pick<Identity, "listen">, tls: MonitorTls): void {
  if (tls !== "unset" || isLoopback(listen.host)) return;
  throw new MmmError("LISTEN_OPEN", {
    what: `will not listen on ${showAddress(listen)}`,
    why: "anybody who reaches that port could command a failover: traffic between monitors is not encrypted",
    todo: "make certificates (mmm tls init) and set tls_ca, tls_cert and tls_key; or, if only monitors and operators can reach it, say so: tls = off in the file, or --tls off",
  });
}
