/** `HOST:PORT` and `[NAME=]HOST:PORT`, as they stand on a command line and in messages. */
import type { MonitorName } from "../../core/ids.ts";
import { isReservedName } from "../config/names.ts";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface PeerAddress {
  /** null: whoever answers there says its name. */
  readonly name: MonitorName | null;
  readonly host: string;
  readonly port: number;
}

const MONITOR_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;

export function isMonitorName(name: string): boolean {
  return MONITOR_NAME.test(name) && !isReservedName(name);
}

/** null when it is not `HOST:PORT`; an IPv6 address stands in brackets. */
export function parseHostPort(text: string): HostPort | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) return null;
  return { host, port };
}

/** null when it is neither `NAME=HOST:PORT` nor `HOST:PORT`. */
export function parsePeer(text: string): PeerAddress | null {
  const equals = text.indexOf("=");
  const name = equals === -1 ? null : text.slice(0, equals);
  if (name !== null && !isMonitorName(name)) return null;
  const address = parseHostPort(text.slice(equals + 1));
  return address === null ? null : { name, ...address };
}

export function showAddress({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
