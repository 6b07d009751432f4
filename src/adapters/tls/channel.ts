/**
 * The calling end of TLS: which credentials a gRPC channel gets, and whom it accepts as a monitor.
 * Not the host's address is checked but the name in its certificate.
 */
import { X509Certificate } from "node:crypto";
import { type ChannelOptions, ChannelCredentials, credentials } from "@grpc/grpc-js";
import type { PeerCertificate } from "node:tls";
import { nameOf, showName } from "./certificate-name.ts";
import type { TlsIdentity } from "./identity.ts";
import { type Validity, validityOf } from "./validity.ts";

/** What whoever answers showed of itself. */
export interface Presented {
  readonly name: string;
  readonly validity: Validity;
}

/** Begins the sentences that are ours among the errors of a channel. */
export const OURS = "redis-mmm: ";

/** The name that is sent in the clear with the handshake must be a host's, and says nothing. */
export const TLS_CHANNEL: ChannelOptions = { "grpc.ssl_target_name_override": "redis-mmm" };

/** @param check why the monitor of that name is not the one that was wanted; null: it is */
export function credentialsFor(
  identity: TlsIdentity | null,
  check: (presented: Presented) => string | null,
): ChannelCredentials {
  if (identity === null) return credentials.createInsecure();
  const checkServerIdentity = (_host: string, presented: PeerCertificate) => {
    const why = identity.revoked.has(presented)
      ? "its certificate is revoked (tls_revoked here)"
      : judgeServer(new X509Certificate(presented.raw), check);
    return why === null ? undefined : new Error(`${OURS}${why}`);
  };
  return ChannelCredentials.createFromSecureContext(identity.secureContext(), {
    checkServerIdentity,
  });
}

function judgeServer(
  certificate: X509Certificate,
  check: (presented: Presented) => string | null,
): string | null {
  const name = nameOf(certificate);
  if (name === null) return "its certificate names no monitor of redis-mmm";
  if (name.role !== "monitor")
    return `it presents the certificate of ${showName(name)}, which is no monitor`;
  return check({ name: name.name, validity: validityOf(certificate) });
}

/** For whoever knows which monitor should answer; null: any will do. */
export function expecting(wanted: string | null): (presented: Presented) => string | null {
  return ({ name }) => mismatch(name, wanted);
}

export function mismatch(name: string, wanted: string | null): string | null {
  return wanted === null || name === wanted
    ? null
    : `it presents the certificate of monitor ${name}, not of ${wanted}`;
}
