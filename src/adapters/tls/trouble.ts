/**
 * Why a monitor is not talked to, where TLS is the reason: from the long text of gRPC and OpenSSL to
 * a sentence that says which file to look at.
 */
import { type ServiceError, status } from "@grpc/grpc-js";
import { OURS } from "./channel.ts";

const SENTENCES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/certificate has expired/, "its certificate has expired"],
  [
    /certificate is not yet valid/,
    "its certificate is not valid yet (is the clock of this host right?)",
  ],
  [
    /self-signed certificate|unable to (get|verify)/,
    "its certificate is not signed by an authority in tls_ca here",
  ],
  [
    /unsuitable certificate purpose/,
    "its certificate is not made for servers (extended key usage)",
  ],
  [/alert protocol version|unsupported protocol/, "it does not speak TLS 1.3"],
  [/alert handshake failure|wrong version number/, "it does not speak TLS: it runs with tls = off"],
  [/before secure TLS connection/, "it closed the connection before TLS stood"],
];

/** What there is, if both ends work and their certificates are of different authorities, or one end has none. */
const MISFITS =
  /self-signed certificate|unable to (get|verify)|alert handshake failure|wrong version number/;

/** Whether other files here, and nothing else, would be the remedy. */
export function isTlsMisfit({ code, details }: ServiceError): boolean {
  return code === status.UNAUTHENTICATED || (!details.includes(OURS) && MISFITS.test(details));
}

/** null: it is something else. */
export function tlsTrouble({ code, details }: ServiceError): string | null {
  // The other monitor says itself why it refuses: this certificate, or talk without one.
  if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED)
    return `it refuses: ${details}`;
  const [, own] = new RegExp(`${OURS}(.*?)\\. Resolution note`).exec(details) ?? [];
  return own ?? SENTENCES.find(([pattern]) => pattern.test(details))?.[1] ?? null;
}
