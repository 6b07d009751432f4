/**
 * Which monitors to ask: those of --monitor, else of MMM_MONITORS, else the one on this host through
 * its socket, and those of the configuration file.
 */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { showAddress } from "../adapters/config/identity.ts";
import { DEFAULT_CONFIG, readConfig } from "../adapters/config/load.ts";
import { ConfigErrors, isMissing } from "../adapters/config/problems.ts";
import type { Config } from "../adapters/config/types.ts";
import { hostPort } from "../adapters/config/values.ts";
import type { Options } from "./arguments.ts";
import { usageFailure } from "./failure.ts";

export interface MonitorToAsk {
  /** null: only its address is known. */
  readonly name: string | null;
  /** `HOST:PORT`, or `unix:PATH` */
  readonly address: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the service of a package has it. */
const STANDARD_SOCKET = "/run/redis-mmm/mmm.sock";
const STANDARD_DATA_DIR = "/var/lib/redis-mmm";
const UNIX = "unix:";
const LOCAL: MonitorToAsk = { name: null, address: "127.0.0.1:7400" };

/** @throws Failure, ConfigErrors */
export function monitorsToAsk(options: Options, env: Environment): readonly MonitorToAsk[] {
  if (options.monitor !== undefined) return options.monitor.map((text) => parse(text, "--monitor"));
  if (options.config === undefined && listed(env).length > 0) {
    return listed(env).map((text) => parse(text, "MMM_MONITORS"));
  }
  return fromFile(options.config);
}

/**
 * The file that this command goes by; null: the monitors were named otherwise, or there is no file
 * here, so that the one of the monitor which is asked has to do.
 * @throws ConfigErrors
 */
export function configToGoBy(options: Options, env: Environment): Config | null {
  if (options.config !== undefined) return readConfig(options.config);
  if (options.monitor !== undefined || listed(env).length > 0) return null;
  return readUnlessMissing(DEFAULT_CONFIG);
}

function readUnlessMissing(file: string): Config | null {
  try {
    return readConfig(file);
  } catch (error) {
    if (error instanceof ConfigErrors && isMissing(error)) return null;
    throw error;
  }
}

function listed(env: Environment): readonly string[] {
  return (env["MMM_MONITORS"] ?? "").split(/[\s,]+/).filter((text) => text !== "");
}

function parse(text: string, where: string): MonitorToAsk {
  if (text.startsWith(UNIX) && isAbsolute(text.slice(UNIX.length)))
    return { name: null, address: text };
  const parsed = hostPort(text);
  if (parsed.kind === "problem") throw usageFailure(`${where}: ${parsed.text}`, null);
  return { name: null, address: text };
}

function fromFile(given: string | undefined): readonly MonitorToAsk[] {
  const config = given === undefined ? readUnlessMissing(DEFAULT_CONFIG) : readConfig(given);
  const sockets = socketsHere(config, given !== undefined);
  return [...sockets, ...onTheNetwork(config)];
}

/**
 * A file that was named may be about other hosts: only a socket that it names is its own. Several
 * places are looked at otherwise, of which one monitor has one.
 */
function socketsHere(config: Config | null, isNamed: boolean): readonly MonitorToAsk[] {
  const { socket = null, dataDir = STANDARD_DATA_DIR } = config?.local ?? {};
  const standard = isNamed ? [] : [STANDARD_SOCKET, join(dataDir, "mmm.sock")];
  const here = (socket === null ? standard : [socket]).find((path) => existsSync(path));
  return here === undefined ? [] : [{ name: null, address: `${UNIX}${here}` }];
}

function onTheNetwork(config: Config | null): readonly MonitorToAsk[] {
  // Without a file of its own this host may still run a monitor.
  if (config === null) return [LOCAL];
  const { monitors, local } = config;
  if (monitors.length > 0)
    return monitors.map((one) => ({ name: one.name, address: showAddress(one) }));
  if (local.listen === null) return [LOCAL];
  const { host, port } = local.listen;
  return [{ name: local.name, address: showAddress({ address: host, port }) }];
}
