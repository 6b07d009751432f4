/**
 * OpenSSH's known_hosts: plain, hashed and wildcard names, `[host]:port`, negation and `@revoked`.
 * There is no trust on first use: a failover tool connects by itself, so nobody would see the
 * question. `@cert-authority` lines are ignored, since certificates are not supported.
 */
import { createHash, createHmac } from "node:crypto";

export interface KnownHost {
  readonly revoked: boolean;
  readonly patterns: readonly string[];
  readonly type: string;
  /** The public key as in the file: base64 of its wire form. */
  readonly key: string;
}

/** `changed`: the host is known, but by other keys only. */
export type KeyVerdict = "known" | "unknown" | "changed" | "revoked";

/** Lines that cannot be read are skipped, which can only make a host less known. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  const hosts: KnownHost[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [names, type, key] = words;
    if (!names || names.startsWith("#") || !type || !key || marker === "@cert-authority") continue;
    // An unknown marker may restrict the line in a way that this code does not know.
    if (marker !== undefined && marker !== "@revoked") continue;
    hosts.push({ revoked: marker === "@revoked", patterns: names.split(","), type, key });
  }
  return hosts;
}

/** How OpenSSH writes a host into the file. */
export function hostLabel(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** `key` in wire form. */
export function checkHostKey(hosts: readonly KnownHost[], label: string, key: Buffer): KeyVerdict {
  const encoded = key.toString("base64");
  const entries = hosts.filter((entry) => matches(entry.patterns, label));
  if (entries.some((entry) => entry.revoked && entry.key === encoded)) return "revoked";
  const trusted = entries.filter((entry) => !entry.revoked);
  if (trusted.some((entry) => entry.key === encoded)) return "known";
  return trusted.length > 0 ? "changed" : "unknown";
}

/** The key types known of a host, so that the server can be asked for one of these. */
export function knownKeyTypes(hosts: readonly KnownHost[], label: string): readonly string[] {
  return hosts
    .filter((entry) => !entry.revoked && matches(entry.patterns, label))
    .map((entry) => entry.type);
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type name that a key in wire form begins with. Whoever answers wrote it, and a person reads it. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return "unknown";
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
  return /^[a-z0-9@.-]{1,64}$/.test(type) ? type : "unknown";
}

function matches(patterns: readonly string[], label: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (matchesOne(pattern.slice(1), label)) return false;
    } else if (matchesOne(pattern, label)) {
      found = true;
    }
  }
  return found;
}

function matchesOne(pattern: string, label: string): boolean {
  if (pattern.startsWith("|1|")) return matchesHash(pattern, label);
  return matchesGlob(pattern.toLowerCase(), label.toLowerCase());
}

/** Goes back to the last star only, so that many stars cost no more than one. */
function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let read = 0; read < text.length; ) {
    const char = pattern[at];
    if (char === "*") {
      star = at;
      from = read;
      at += 1;
    } else if (char === "?" || (char !== undefined && char === text[read])) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      at = star + 1;
      from += 1;
      read = from;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** `|1|salt|hmac-sha1(salt, name)`, both base64. */
function matchesHash(pattern: string, label: string): boolean {
  const [, , salt, digest] = pattern.split("|");
  if (!salt || !digest) return false;
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(label).digest("base64");
  return actual === digest;
}
