/** The flags of `mmm-mon`, which win over the file. They are checked as strictly as the file is. */
import { isName } from "./names.ts";
import { ConfigErrors, type Problem } from "./problems.ts";
import type { Config, HostPort, Local, MonitorAddress, Overrides } from "./types.ts";
import { hostPort } from "./values.ts";

/** @throws ConfigErrors with a problem for each flag that cannot be used. */
export function applyOverrides(config: Config, overrides: Overrides): Config {
  const problems: Problem[] = [];
  const name =
    overrides.name === undefined ? config.local.name : readName(overrides.name, problems);
  const listen = readFlag("--listen", overrides.listen, problems) ?? config.local.listen;
  const peers = (overrides.peers ?? []).flatMap((peer) => readPeer(peer, problems));
  if (problems.length > 0) throw new ConfigErrors(problems);
  const local: Local = {
    ...config.local,
    name,
    listen,
    dataDir: overrides.dataDir ?? config.local.dataDir,
    log: overrides.log ?? config.local.log,
    pid: overrides.pid ?? config.local.pid,
    socket: overrides.socket ?? config.local.socket,
    verbose: overrides.verbose ?? config.local.verbose,
  };
  return { ...config, local, monitors: peers.reduce(withPeer, config.monitors) };
}

function readName(text: string, problems: Problem[]): string {
  if (!isName(text))
    complain(problems, "--name", `"${text}" is not a name: letters, digits, - and _`);
  return text;
}

function readFlag(flag: string, text: string | undefined, problems: Problem[]): HostPort | null {
  if (text === undefined) return null;
  const parsed = hostPort(text);
  if (parsed.kind === "value") return parsed.value;
  complain(problems, flag, parsed.text);
  return null;
}

/** `[NAME=]HOST:PORT` */
function readPeer(text: string, problems: Problem[]): readonly MonitorAddress[] {
  const equals = text.indexOf("=");
  const name = equals < 0 ? null : text.slice(0, equals);
  if (name !== null) {
    if (!isName(name))
      complain(problems, "--peer", `"${name}" is not a name: letters, digits, - and _`);
  }
  const address = readFlag("--peer", text.slice(equals + 1), problems);
  return address === null ? [] : [{ name, address: address.host, port: address.port }];
}

/** A peer of a known name replaces that monitor's address; a nameless one of a known address is it. */
function withPeer(
  monitors: readonly MonitorAddress[],
  peer: MonitorAddress,
): readonly MonitorAddress[] {
  const isAt = (one: MonitorAddress) => one.address === peer.address && one.port === peer.port;
  if (peer.name === null) return monitors.some(isAt) ? monitors : [...monitors, peer];
  const others = monitors.filter(
    (one) => one.name !== peer.name && !(one.name === null && isAt(one)),
  );
  return [...others, peer];
}

function complain(problems: Problem[], flag: string, text: string): void {
  problems.push({ file: flag, line: null, column: null, section: "", key: null, text });
}
