/**
 * Makes an authority, and certificates signed by it, for those who have none.
 *
 * One kind of certificate is made, so it is written here: keys and signatures come from OpenSSL
 * (through Node), and each certificate is read back by it before it is handed out. A library for
 * certificates of every kind would bring twenty packages into what guards the monitors, and a call of
 * the openssl command a program that monitors otherwise do without.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { MmmError } from "../../errors.ts";
import { type CertificateName, nameOf, uriOf } from "./certificate-name.ts";
import {
  bits,
  type Der,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
  yes,
} from "./der.ts";

/** Both as PEM. The key is secret. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  organization: "2.5.4.10",
  commonName: "2.5.4.3",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

const CURVE = "prime256v1";
const ORGANIZATION = "redis-mmm";
const DAY_MS = 86_400_000;
/** Hosts whose clock is a little late take a new certificate all the same. */
const BACKDATED_MS = 3_600_000;
/** An uncompressed point of the curve stands at the end of a public key. */
const POINT_BYTES = 65;

/** A new authority that signs nothing but end certificates. */
export function makeAuthority(days: number, now: Date): Issued {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: CURVE });
  // Two authorities are told apart by their names, as long as both are trusted.
  const subject = `authority ${randomBytes(4).toString("hex")}`;
  const extensions = [
    extension(OID.basicConstraints, sequence(yes(), integer(Uint8Array.of(0))), "critical"),
    extension(OID.keyUsage, bits(Uint8Array.of(0b0000_0110), 1), "critical"),
    extension(OID.subjectKeyId, octets(keyId(publicKey))),
    authorityKeyId(publicKey),
  ];
  const until = new Date(now.getTime() + days * DAY_MS);
  const body = { issuer: subject, subject, publicKey, extensions, now, until };
  return issued(signed(body, privateKey), privateKey);
}

/**
 * It ends with its authority at the latest.
 * @throws MmmError TLS_FILES, if that authority was not made by `makeAuthority`
 */
export function issueCertificate(
  authority: Issued,
  who: CertificateName,
  days: number,
  now: Date,
): Issued {
  const ca = new X509Certificate(authority.certificate);
  const signer = createPrivateKey(authority.key);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: CURVE });
  // Only a monitor answers; an operator's certificate is of no use to whoever plays a monitor.
  const uses = who.role === "monitor" ? [OID.serverAuth, OID.clientAuth] : [OID.clientAuth];
  const extensions = [
    extension(OID.basicConstraints, sequence(), "critical"),
    extension(OID.keyUsage, bits(Uint8Array.of(0b1000_0000), 7), "critical"),
    extension(OID.extendedKeyUsage, sequence(...uses.map(oid))),
    extension(OID.alternativeName, sequence(implicit(6, Buffer.from(uriOf(who), "ascii")))),
    extension(OID.subjectKeyId, octets(keyId(publicKey))),
    authorityKeyId(ca.publicKey),
  ];
  const issuer = commonNameOf(ca);
  const subject = `${who.role} ${who.name}`;
  const until = new Date(Math.min(now.getTime() + days * DAY_MS, Date.parse(ca.validTo)));
  const body = { issuer, subject, publicKey, extensions, now, until };
  const made = issued(signed(body, signer), privateKey);
  checkReadable(made, ca, who);
  return made;
}

/** What OpenSSL does not read as it was meant is not handed out. */
function checkReadable({ certificate }: Issued, ca: X509Certificate, who: CertificateName): void {
  const read = new X509Certificate(certificate);
  const name = nameOf(read);
  if (name === null || name.role !== who.role || name.name !== who.name) {
    throw new Error(`the new certificate does not name ${uriOf(who)}`);
  }
  if (read.checkIssued(ca) && read.verify(ca.publicKey)) return;
  throw new MmmError("TLS_FILES", {
    what: "cannot sign with this authority",
    why: "ca.key is not the key of ca.pem, or they were not made by mmm tls init",
    todo: "sign with the tools that made them (docs/certificates.md says what a certificate must hold)",
  });
}

interface Body {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Der[];
  readonly now: Date;
  readonly until: Date;
}

function signed(body: Body, signer: KeyObject): Der {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const toSign = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    algorithm,
    distinguishedName(body.issuer),
    validity(body),
    distinguishedName(body.subject),
    body.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...body.extensions)),
  );
  return sequence(toSign, algorithm, bits(sign("sha256", toSign, signer)));
}

function validity({ now, until }: Body): Der {
  return sequence(time(new Date(now.getTime() - BACKDATED_MS)), time(until));
}

function distinguishedName(commonName: string): Der {
  const part = (type: string, text: string) => set(sequence(oid(type), utf8(text)));
  return sequence(part(OID.organization, ORGANIZATION), part(OID.commonName, commonName));
}

function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? "";
}

function extension(id: string, content: Der, critical?: "critical"): Der {
  const weight = critical === undefined ? [] : [yes()];
  return sequence(oid(id), ...weight, octets(content));
}

function authorityKeyId(publicKey: KeyObject): Der {
  return extension(OID.authorityKeyId, sequence(implicit(0, keyId(publicKey))));
}

/** As RFC 5280 proposes: SHA-1 of the key's bits. It identifies, and protects nothing. */
function keyId(publicKey: KeyObject): Der {
  const point = publicKey.export({ type: "spki", format: "der" }).subarray(-POINT_BYTES);
  return createHash("sha1").update(point).digest();
}

function issued(certificate: Der, privateKey: KeyObject): Issued {
  const lines =
    Buffer.from(certificate)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
