/**
 * Whom a certificate names: exactly one URI among its alternative names,
 * `urn:redis-mmm:monitor:mon1`, `urn:redis-mmm:operator:ann` or `urn:redis-mmm:reader:grafana`.
 *
 * Not a host name, because a monitor is known by its name and may change its address. Not the common
 * name, because an authority that signs other certificates too would make operators of their holders.
 */
import type { X509Certificate } from "node:crypto";
import { isMonitorName } from "../peer/address.ts";

/** monitor: votes, and hands commands on. operator: reads and acts. reader: reads. */
export type Role = "monitor" | "operator" | "reader";

export const ROLES: readonly Role[] = ["monitor", "operator", "reader"];

export interface CertificateName {
  readonly role: Role;
  readonly name: string;
}

const PREFIX = "urn:redis-mmm:";
/** `TYPE:value`, or `TYPE:"value"` where the value could be taken for several entries. */
const ENTRY = /([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

export function uriOf({ role, name }: CertificateName): string {
  return `${PREFIX}${role}:${name}`;
}

/** `operator ann` */
export function showName({ role, name }: CertificateName): string {
  return `${role} ${name}`;
}

/** null: none of ours, or more than one. */
export function nameOf(
  certificate: Pick<X509Certificate, "subjectAltName">,
): CertificateName | null {
  const ours = urisIn(certificate.subjectAltName ?? "").filter((uri) => uri.startsWith(PREFIX));
  const [only] = ours;
  return only === undefined || ours.length > 1 ? null : parse(only.slice(PREFIX.length));
}

function parse(text: string): CertificateName | null {
  const colon = text.indexOf(":");
  const role = ROLES.find((one) => one === text.slice(0, colon));
  const name = text.slice(colon + 1);
  return role === undefined || !isMonitorName(name) ? null : { role, name };
}

/** Text that cannot be split with certainty names nobody. */
function urisIn(text: string): readonly string[] {
  const uris: string[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const match = ENTRY.exec(text);
    if (match === null) return [];
    const [, type, value = ""] = match;
    if (type === "URI") uris.push(value);
  }
  return uris;
}
