/**
 * What a program needs to speak TLS: its certificate, the key of it, and the authorities that it
 * trusts, read from three files and checked together; and whom it trusts no more. The key leaves this object only
 * into OpenSSL.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { messageOf } from "../../errors.ts";
import { type CertificateName, nameOf } from "./certificate-name.ts";
import { readText, unusable } from "./read-file.ts";
import { Revoked } from "./revoked.ts";
import { type Validity, validityOf } from "./validity.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string;
  /** The certificate, and behind it those between it and an authority, if there are any. */
  readonly cert: string;
  readonly key: string;
  /** Fingerprints of certificates that count no more; null: there are none. */
  readonly revoked?: string | null;
}

const ADVICE =
  "make certificates with mmm tls init and mmm tls issue, or correct tls_ca, tls_cert, tls_key (mmm: --ca, --cert, --key)";
const OPEN_TO_OTHERS = 0o006;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** More certificates between ours and an authority are a circle. */
const LONGEST_CHAIN = 8;

export class TlsIdentity {
  readonly name: CertificateName;
  readonly validity: Validity;
  /** Of the authority that ends first. */
  readonly authorityValidity: Validity;
  readonly revoked: Revoked;
  /** Its own certificate counts no more. */
  readonly isRevoked: boolean;
  readonly #context: SecureContextOptions;
  #secureContext: SecureContext | null = null;

  private constructor(name: CertificateName, parts: Parts) {
    this.name = name;
    this.revoked = parts.revoked;
    this.isRevoked = parts.chain.some((one) => parts.revoked.has(one));
    this.validity = validityOf(parts.leaf);
    this.authorityValidity = parts.authorities
      .map(validityOf)
      .reduce((first, one) => (one.until < first.until ? one : first));
    this.#context = {
      ca: parts.authorities.map(String),
      cert: parts.chain.map(String).join(""),
      key: parts.key.export({ type: "pkcs8", format: "pem" }),
      minVersion: "TLSv1.3",
    };
  }

  /**
   * A certificate that is not valid now is no error here: peers refuse it, and say so.
   * @throws MmmError TLS_FILES
   */
  static load(files: TlsFiles): TlsIdentity {
    const parts = readParts(files);
    const name = nameOf(parts.leaf);
    if (name === null) {
      throw unusable(
        files.cert,
        "it names nobody: among its alternative names must be exactly one URI like urn:redis-mmm:monitor:mon1",
        "make it with mmm tls issue, or see docs/certificates.md for what your own authority has to write",
      );
    }
    if (!parts.leaf.checkPrivateKey(parts.key)) {
      throw unusable(
        files.key,
        `it is not the key of ${files.cert}`,
        "give both files of one certificate",
      );
    }
    if (!isTrusted(parts)) {
      throw unusable(
        files.cert,
        `no authority in ${files.ca} has signed it`,
        "give the ca.pem that belongs to it",
      );
    }
    return new TlsIdentity(name, parts);
  }

  /** Whether the files say the same. */
  equals(other: TlsIdentity): boolean {
    const [mine, theirs] = [this.#context, other.#context];
    return (
      mine.cert === theirs.cert &&
      mine.key === theirs.key &&
      String(mine.ca) === String(theirs.ca) &&
      this.revoked.equals(other.revoked)
    );
  }

  /** Both ends speak TLS 1.3 only. */
  context(): SecureContextOptions {
    return this.#context;
  }

  /** The same one for every connection. */
  secureContext(): SecureContext {
    this.#secureContext ??= createSecureContext(this.#context);
    return this.#secureContext;
  }
}

interface Parts {
  readonly authorities: readonly X509Certificate[];
  readonly leaf: X509Certificate;
  readonly chain: readonly X509Certificate[];
  readonly key: KeyObject;
  readonly revoked: Revoked;
}

function readParts(files: TlsFiles): Parts {
  const key = readKey(files.key);
  const chain = readCertificates(files.cert);
  const authorities = readCertificates(files.ca);
  const [leaf] = chain;
  if (leaf === undefined) throw unusable(files.cert, "it holds no certificate", "give a PEM file");
  if (authorities.length === 0 || authorities.some(({ ca }) => !ca)) {
    throw unusable(
      files.ca,
      "it must hold certificates of authorities, and nothing else",
      "give the ca.pem of mmm tls init, or that of your own authority",
    );
  }
  const { revoked = null } = files;
  return { authorities, chain, leaf, key, revoked: readRevoked(revoked) };
}

function readRevoked(file: string | null): Revoked {
  return file === null ? Revoked.none : Revoked.read(file);
}

function readKey(file: string): KeyObject {
  const { text, mode } = readText(file, ADVICE);
  if (!text.includes("PRIVATE KEY")) throw noKey(file);
  if ((mode & OPEN_TO_OTHERS) !== 0) {
    throw unusable(
      file,
      "it holds a private key and is open to anybody on this host",
      `chmod o-rw ${file}`,
    );
  }
  if (/ENCRYPTED/.test(text)) {
    throw unusable(
      file,
      "the key is encrypted, and nobody is here to type its passphrase",
      `write it in the clear, for this user only: openssl pkey -in ${file} -out NEW`,
    );
  }
  try {
    return createPrivateKey(text);
  } catch {
    // The message of OpenSSL helps nobody, and might say something of the content.
    throw noKey(file);
  }
}

function noKey(file: string): Error {
  return unusable(file, "it holds no private key that can be read", "give a PEM file of the key");
}

function readCertificates(file: string): readonly X509Certificate[] {
  const { text } = readText(file, ADVICE);
  try {
    return [...text.matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));
  } catch (error) {
    throw unusable(
      file,
      `a certificate in it cannot be read: ${messageOf(error)}`,
      "give a PEM file",
    );
  }
}

/** Dates are not looked at here. */
function isTrusted({ leaf, chain, authorities }: Parts): boolean {
  let current = leaf;
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    const signedBy = (other: X509Certificate) =>
      current.checkIssued(other) && current.verify(other.publicKey);
    if (authorities.some(signedBy)) return true;
    const next = chain.find((other) => other !== current && signedBy(other));
    if (next === undefined) return false;
    current = next;
  }
  return false;
}
