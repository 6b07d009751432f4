/**
 * What an authority of `mmm tls init` has signed, and what of that is revoked: two lists beside its key, a line for
 * each certificate with its fingerprint and its holder. Who loses a key needs the fingerprints of all that were ever
 * made for that name, and the files of those that were renewed are gone.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { X509Certificate } from "node:crypto";
import { MmmError, messageOf } from "../../errors.ts";
import { type CertificateName, nameOf, showName } from "./certificate-name.ts";
import { type Fingerprint, fingerprintOf } from "./revoked.ts";
import { showDay, validityOf } from "./validity.ts";

/** Both are made as others may read them, and only their owner may write. */
const MODE = 0o644;

export class Ledger {
  readonly #issued: string;
  /** The list for `tls_revoked`. */
  readonly revokedFile: string;

  constructor(directory: string) {
    this.#issued = join(directory, "issued.txt");
    this.revokedFile = join(directory, "revoked.txt");
  }

  /** To be called before anybody gets it. @throws MmmError TLS_FILES */
  issued(certificate: X509Certificate): void {
    const name = nameOf(certificate);
    const until = showDay(validityOf(certificate).until);
    const who = name === null ? "nobody" : showName(name);
    append(this.#issued, [`${fingerprintOf(certificate)} ${who} until ${until}`]);
  }

  /** All that were ever made for it here. */
  of(who: CertificateName): readonly Fingerprint[] {
    return linesOf(this.#issued).flatMap((line) => {
      const [fingerprint = "", role, name] = line.split(" ");
      return role === who.role && name === who.name ? [fingerprint] : [];
    });
  }

  /** Those that were not on the list yet. @throws MmmError TLS_FILES */
  revoke(
    fingerprints: readonly Fingerprint[],
    who: CertificateName,
    now: number,
  ): readonly Fingerprint[] {
    const known = new Set(linesOf(this.revokedFile).map((line) => line.split(" ")[0]));
    const fresh = [...new Set(fingerprints)].filter((one) => !known.has(one));
    const note = `${showName(who)}, revoked ${showDay(now)}`;
    append(
      this.revokedFile,
      fresh.map((fingerprint) => `${fingerprint} ${note}`),
    );
    return fresh;
  }
}

function linesOf(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    throw new MmmError("TLS_FILES", { what: `cannot read ${file}`, why: messageOf(error) });
  }
}

/** A last line that a person left without its end does not swallow the next one. */
function append(file: string, lines: readonly string[]): void {
  const last = linesOf(file).at(-1) ?? "";
  const text = lines.map((line) => `${line}\n`).join("");
  try {
    appendFileSync(file, last === "" ? text : `\n${text}`, { mode: MODE });
  } catch (error) {
    throw new MmmError("TLS_FILES", { what: `cannot write ${file}`, why: messageOf(error) });
  }
}
