/**
 * Which of the configured monitors this process is, where it listens, and who its peers are.
 * The same file may lie on every host, so this comes from `--name`, or from the host's own name.
 */
import type { MonitorName } from "../../core/ids.ts";
import { isName } from "./names.ts";
import { ConfigErrors } from "./problems.ts";
import type { Config, HostPort, MonitorAddress } from "./types.ts";

export interface Identity {
  readonly name: MonitorName;
  readonly listen: HostPort;
  /** `host:port` as peers dial it. */
  readonly advertise: string;
  readonly peers: readonly MonitorAddress[];
}

const LONELY: HostPort = { host: "127.0.0.1", port: 7400 };
const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** @throws ConfigErrors, if the file and the flags do not say who this is. */
export function identify(config: Config, hostname: string): Identity {
  const name = nameOf(config, hostname);
  const listen = listenOf(config, name);
  const own = config.monitors.find((one) => one.name === name);
  const isSelf = (one: MonitorAddress) => one.name === name || isAt(one, listen);
  return {
    name,
    listen,
    advertise: own === undefined ? advertised(config, listen) : showAddress(own),
    peers: config.monitors.filter((one) => !isSelf(one)),
  };
}

function nameOf({ local, monitors, file }: Config, hostname: string): MonitorName {
  const named = monitors.flatMap((one) => one.name ?? []);
  if (local.name !== null) return local.name;
  const { listen } = local;
  const atListen = listen === null ? undefined : monitors.find((one) => isAt(one, listen))?.name;
  const short = hostname.split(".")[0] ?? "";
  const guess = atListen ?? named.find((one) => one === hostname || one === short);
  if (guess !== undefined) return guess;
  if (monitors.length === 0) return isName(short) ? short : "mon1";
  if (monitors.length === 1 && named[0] !== undefined) return named[0];
  const known = named.length === 0 ? "mon1" : named.join(", ");
  throw fault(file, `does not say which monitor this is; start mmm-mon with --name (${known})`);
}

function listenOf({ local, monitors, file }: Config, name: MonitorName): HostPort {
  if (local.listen !== null) return local.listen;
  const own = monitors.find((one) => one.name === name);
  if (own !== undefined) return { host: own.address, port: own.port };
  if (monitors.length === 0) return LONELY;
  throw fault(file, `has no [monitor:${name}]; add it, or start mmm-mon with --listen HOST:PORT`);
}

function advertised({ monitors, file }: Config, listen: HostPort): string {
  if (monitors.length === 0 || !WILDCARDS.has(listen.host)) {
    return showAddress({ address: listen.host, port: listen.port });
  }
  throw fault(
    file,
    `peers cannot dial ${listen.host}; add a section [monitor:NAME] with this monitor's address, or listen on it`,
  );
}

export function showAddress({ address, port }: Pick<MonitorAddress, "address" | "port">): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function isAt(monitor: MonitorAddress, listen: HostPort): boolean {
  return monitor.address === listen.host && monitor.port === listen.port;
}

function fault(file: string, text: string): ConfigErrors {
  return new ConfigErrors([{ file, line: null, column: null, section: "", key: null, text }]);
}
