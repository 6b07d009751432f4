/**
 * Which certificates count no more, although an authority that is trusted has signed them: a file with the
 * SHA-256 fingerprint of each, as `mmm tls revoke` writes it and `openssl x509 -fingerprint -sha256` shows it.
 *
 * Not a list of revocations as authorities sign them (CRL): those expire, and on the day that one does, every
 * monitor would refuse every other.
 */
import { createHash, type X509Certificate } from "node:crypto";
import { readText, unusable } from "./read-file.ts";

/** Hex digits alone. */
export type Fingerprint = string;

const ADVICE = "make it with mmm tls revoke, or empty as long as nothing is revoked";
/** What stands behind it is for people. */
const LINE = /^([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})(?:\s.*)?$/i;
const OPEN_TO_OTHERS = 0o002;
/** More certificates in a chain are a circle. */
const LONGEST_CHAIN = 8;

type Chained = Pick<X509Certificate, "fingerprint256"> & {
  readonly issuerCertificate?: Chained | undefined;
};

export function fingerprintOf({ fingerprint256 }: Pick<X509Certificate, "fingerprint256">): string {
  return normal(fingerprint256);
}

export class Revoked {
  static readonly none = new Revoked(new Set());
  readonly #fingerprints: ReadonlySet<Fingerprint>;

  private constructor(fingerprints: ReadonlySet<Fingerprint>) {
    this.#fingerprints = fingerprints;
  }

  /** @throws MmmError TLS_FILES: what cannot be understood revokes nobody, which nobody would notice */
  static read(file: string): Revoked {
    const { text, mode } = readText(file, ADVICE);
    if ((mode & OPEN_TO_OTHERS) !== 0)
      throw unusable(file, "anybody on this host may change it", `chmod o-w ${file}`);
    const all = text.split("\n").flatMap((line, at) => fingerprintIn(line.trim(), file, at + 1));
    return new Revoked(new Set(all));
  }

  /** Whether it, or one that signed it, is named. What signed it is known of a connection that was made anew. */
  has(certificate: Chained): boolean {
    let current: Chained | undefined = certificate;
    for (let length = 0; current !== undefined && length < LONGEST_CHAIN; length += 1) {
      if (this.#fingerprints.has(fingerprintOf(current))) return true;
      current = current.issuerCertificate;
    }
    return false;
  }

  get size(): number {
    return this.#fingerprints.size;
  }

  /** Of two lists the same if they name the same certificates, in whichever order. */
  get digest(): string {
    const text = [...this.#fingerprints].toSorted().join("\n");
    return createHash("sha256").update(text).digest("hex").slice(0, 8);
  }

  equals(other: Revoked): boolean {
    const [mine, theirs] = [this.#fingerprints, other.#fingerprints];
    return mine.size === theirs.size && [...mine].every((one) => theirs.has(one));
  }
}

function fingerprintIn(line: string, file: string, number: number): readonly Fingerprint[] {
  if (line === "" || line.startsWith("#")) return [];
  const [, found] = LINE.exec(line) ?? [];
  if (found !== undefined) return [normal(found)];
  const why = `line ${number} does not begin with a SHA-256 fingerprint of 64 hex digits`;
  throw unusable(file, why, "write one a line, as mmm tls show prints it; # begins a comment");
}

function normal(fingerprint: string): Fingerprint {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
