/**
 * Decides about the key that a host shows: it must be pinned by the node's `ssh_host_key`, or stand
 * in the known_hosts file. A refusal carries the command that mends it, and the fingerprint to
 * compare on the host itself.
 */
import { readFile } from "node:fs/promises";
import type { Target } from "../../core/io.ts";
import type { GuardProblem } from "../../core/vip/types.ts";
import { systemCode } from "../../errors.ts";
import {
  checkHostKey,
  fingerprint,
  hostLabel,
  type KnownHost,
  keyType,
  knownKeyTypes,
  parseKnownHosts,
} from "./known-hosts.ts";

export type KeyDecision =
  | { readonly kind: "trusted" }
  | { readonly kind: "refused"; readonly problem: GuardProblem; readonly text: string };

type Host = Pick<Target, "address" | "sshPort" | "sshHostKey">;

/** A missing file knows no host. Rejects when it cannot be read: then nothing is trusted. */
export async function readKnownHosts(file: string): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(await readFile(file, "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

export function judgeHostKey(
  host: Host,
  key: Buffer,
  file: string,
  known: readonly KnownHost[],
): KeyDecision {
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  const at = `${host.address} port ${host.sshPort}`;
  if (host.sshHostKey !== null) {
    if (host.sshHostKey === fingerprint(key)) return { kind: "trusted" };
    const text = `host key of ${at} is ${shown}, but ssh_host_key says ${host.sshHostKey}`;
    return { kind: "refused", problem: "host-key-changed", text };
  }
  const scan = `ssh-keyscan -p ${host.sshPort} ${host.address} >> ${file}`;
  switch (checkHostKey(known, hostLabel(host.address, host.sshPort), key)) {
    case "known":
      return { kind: "trusted" };
    case "unknown":
      return {
        kind: "refused",
        problem: "host-key-unknown",
        text: `host key of ${at} is not known: ${shown}; compare it on the host, then run: ${scan}`,
      };
    case "changed":
      return {
        kind: "refused",
        problem: "host-key-changed",
        text: `host key of ${at} is ${shown}, ${file} has another; if the host was reinstalled, remove its lines, then run: ${scan}`,
      };
    case "revoked":
      return {
        kind: "refused",
        problem: "host-key-changed",
        text: `host key of ${at}, ${shown}, is revoked in ${file}`,
      };
  }
}

const ALGORITHMS = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
] as const;

/** A server with several keys shows the first that it is asked for: ask for one that is known. */
export function hostKeyAlgorithms(
  host: Host,
  known: readonly KnownHost[],
): (typeof ALGORITHMS)[number][] {
  const types = knownKeyTypes(known, hostLabel(host.address, host.sshPort));
  const isKnown = (name: string): boolean =>
    types.includes(name.startsWith("rsa-") ? "ssh-rsa" : name);
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((name) => !isKnown(name))];
}
