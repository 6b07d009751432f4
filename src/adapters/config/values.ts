/**
 * From the text of one value to the value. Each parser answers with the value or with a sentence
 * that says what to write instead. What two keys mean together is checked in `checks.ts`.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { Ip } from "../../core/ids.ts";
import { isBlackHole } from "../../core/operation/black-hole.ts";
import type { HostPort, RedisTls } from "./types.ts";

export type Parsed<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "problem"; readonly text: string };
export type Parser<T> = (text: string) => Parsed<T>;

function value<T>(result: T): Parsed<T> {
  return { kind: "value", value: result };
}

function problem(text: string): Parsed<never> {
  return { kind: "problem", text };
}

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 2 ** 10],
  ["mb", 2 ** 20],
  ["gb", 2 ** 30],
]);

/** Whole milliseconds between `min` and `max`, both inclusive and written as in the file. */
export function duration(min: string, max: string): Parser<number> {
  const [least, most] = [milliseconds(min), milliseconds(max)];
  return (text) => {
    const ms = milliseconds(text);
    if (ms === null)
      return problem(`"${text}" is not a duration; write a number with its unit: 500ms, 2s, 1m`);
    if (least !== null && ms < least) return problem(`${text} is too short; write at least ${min}`);
    if (most !== null && ms > most) return problem(`${text} is too long; write at most ${max}`);
    return value(ms);
  };
}

/** The shortest way to write it in the file. */
export function showDuration(ms: number): string {
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function milliseconds(text: string): number | null {
  if (text === "0") return 0;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(text);
  const unit = DURATION_UNITS.get(match?.[2] ?? "");
  if (match === null || unit === undefined) return null;
  const ms = Number(match[1]) * unit;
  return Number.isInteger(ms) ? ms : Math.round(ms);
}

/** Bytes. */
export const size: Parser<number> = (text) => {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text);
  const unit = SIZE_UNITS.get((match?.[2] ?? "").toLowerCase());
  const bytes = match === null || unit === undefined ? Number.NaN : Number(match[1]) * unit;
  return Number.isSafeInteger(bytes)
    ? value(bytes)
    : problem(`"${text}" is not a size; write bytes or a number with its unit: 512kb, 10mb, 1gb`);
};

export function wholeNumber(min: number, max: number): Parser<number> {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max
      ? value(number)
      : problem(`"${text}" is not a whole number from ${min} to ${max}`);
  };
}

export const port = wholeNumber(1, 65_535);

/** ρ. Real clocks are slewed by up to 500 ppm; at one half the waiting time has no meaning. */
export const clockDrift: Parser<number> = (text) => {
  const number = /^(0|0?\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0.001 && number < 0.5) return value(number);
  return problem(
    `"${text}" is not a fraction from 0.001 to 0.499: it bounds how much a host's clock may run fast or slow; write 0.1`,
  );
};

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ["on", true],
  ["true", true],
  ["yes", true],
  ["1", true],
  ["off", false],
  ["false", false],
  ["no", false],
  ["0", false],
]);

export const onOff: Parser<boolean> = (text) => {
  const on = SWITCH.get(text.toLowerCase());
  return on === undefined ? problem(`"${text}" is neither on nor off`) : value(on);
};

export function choice<const T extends string>(...choices: readonly T[]): Parser<T> {
  return (text) => {
    const chosen = choices.find((one) => one === text);
    return chosen === undefined
      ? problem(`"${text}" is not one of its values; write ${listed(choices)}`)
      : value(chosen);
  };
}

/** Some of a few words, separated by commas. */
export function choices<const T extends string>(...words: readonly T[]): Parser<readonly T[]> {
  const one = choice(...words);
  return (text) => {
    const parsed = text.split(",").map((part) => one(part.trim()));
    const bad = parsed.find(({ kind }) => kind === "problem");
    if (bad?.kind === "problem") return bad;
    return value(parsed.flatMap((each) => (each.kind === "value" ? [each.value] : [])));
  };
}

function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

/** The address of a node. Names are refused: a failover must not wait for a name server. */
export const nodeAddress: Parser<Ip> = (text) => {
  if (text.toLowerCase() === "localhost") return problem("write the address 127.0.0.1 itself");
  if (isIPv6(text))
    return problem(`${text} is IPv6, which is not supported for nodes yet; write its IPv4 address`);
  if (!isIPv4(text))
    return problem(
      `"${text}" is not an IPv4 address; write it like 192.168.10.1 (names are not looked up: a failover must not wait for a name server)`,
    );
  if (isBlackHole(text))
    return problem("127.77.0.0/16 is where old masters are parked; choose another address");
  return isUnicast(text) ? value(text) : problem(`${text} is not the address of a host`);
};

/** A virtual IP. `/24`, as the files of 2011 have it, is dropped: a VIP is always added as a /32. */
export const virtualIp: Parser<Ip> = (text) => {
  const [ip = "", prefix] = text.split("/");
  if (isIPv6(ip))
    return problem(
      `${text} is IPv6; virtual addresses of IPv6 are not supported yet, because nothing would fence them. Write an IPv4 address`,
    );
  if (!isIPv4(ip) || (prefix !== undefined && !/^(\d|[12]\d|3[0-2])$/.test(prefix))) {
    return problem(`"${text}" is not an IPv4 address; write it like 192.168.10.70`);
  }
  return isUnicast(ip) && !ip.startsWith("127.")
    ? value(ip)
    : problem(`${ip} cannot be moved between hosts; write an unused address of their network`);
};

/** Which one there is say other keys; this one says that none is meant to be. */
export const noVip: Parser<"off"> = (text) =>
  text === "off"
    ? value("off")
    : problem(
        `"${text}" is not its value; write off where no address can move, else say which one does: master_ip = IP`,
      );

function isUnicast(ip: string): boolean {
  const first = Number(ip.split(".")[0]);
  return first > 0 && first < 224;
}

export const virtualIps: Parser<readonly Ip[]> = (text) => {
  const parsed = text.split(",").map((part) => virtualIp(part.trim()));
  const bad = parsed.find((one) => one.kind === "problem");
  if (bad !== undefined) return bad;
  return value(parsed.flatMap((one) => (one.kind === "value" ? [one.value] : [])));
};

const MOST_TARGETS = 8;

/** Addresses for `ping`, of either kind. A name would need a name server first. */
export const pingTargets: Parser<readonly string[]> = (text) => {
  const targets = [...new Set(text.split(",").map((part) => part.trim()))];
  const bad = targets.find((target) => !isIPv4(target) && !isIPv6(target));
  if (bad !== undefined)
    return problem(`"${bad}" is not an address; write addresses, separated by commas`);
  if (targets.length > MOST_TARGETS)
    return problem(`${targets.length} addresses are too many; write at most ${MOST_TARGETS}`);
  return value(targets);
};

/** Where a monitor listens: an address or a name, without the port. */
export const hostName: Parser<string> = (text) =>
  isIPv4(text) || isIPv6(text) || isDnsName(text)
    ? value(text)
    : problem(`"${text}" is neither an address nor a host name`);

function isDnsName(text: string): boolean {
  // "192.168.10" and "10.0.0.300" are mistyped addresses, not names.
  return /^(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(text) && !/^[\d.]+$/.test(text);
}

export const hostPort: Parser<HostPort> = (text) => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? "";
  const parsedPort = port(match?.[3] ?? "");
  if (hostName(host).kind === "problem" || parsedPort.kind === "problem") {
    return problem(`"${text}" is not HOST:PORT; write it like 192.168.10.11:7400`);
  }
  return value({ host, port: parsedPort.value });
};

export const interfaceName: Parser<string> = (text) =>
  /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,14}$/.test(text)
    ? value(text)
    : problem(
        `"${text}" is not the name of a network interface; write it like eth1 (see: ip link)`,
      );

export const userName: Parser<string> = (text) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(text)
    ? value(text)
    : problem(`"${text}" is not a user name`);

/** As `ssh-keygen -lf` prints it. */
export const hostKey: Parser<string> = (text) =>
  /^SHA256:[A-Za-z0-9+/]{43}$/.test(text)
    ? value(text)
    : problem(
        `is not a fingerprint; write SHA256: and 43 characters, as "ssh-keygen -lf" prints it`,
      );

/** `~/` is expanded where the home directory is known. */
export const path: Parser<string> = (text) =>
  /^[^\0]+$/.test(text) ? value(text) : problem("is not a path");

export const redisTls: Parser<RedisTls> = (text) => {
  if (text.startsWith("/")) return value({ kind: "ca", file: text });
  const on = SWITCH.get(text.toLowerCase());
  if (on === undefined) {
    return problem(
      `"${text}" is not one of its values; write off, on, or the path of a file of authorities (/etc/redis-mmm/redis-ca.pem)`,
    );
  }
  return value({ kind: on ? "system" : "off" });
};

/** It may hold a secret, so that what is wrong with it is said without it. */
export const webUrl: Parser<string> = (text) =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
    ? value(text)
    : problem("is not an address that begins with https:// or http://");

export const anyText: Parser<string> = (text) => value(text);
