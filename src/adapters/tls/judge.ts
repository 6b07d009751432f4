/**
 * Whom a connection comes from, by the certificate that it presented. OpenSSL has checked the chain
 * and the dates; what it found is told in words of ours, to the log and to the caller.
 */
import type { TLSSocket } from "node:tls";
import type { Caller } from "../caller.ts";
import { nameOf, showName } from "./certificate-name.ts";
import type { Revoked } from "./revoked.ts";
import { invalidity, validityOf } from "./validity.ts";

const REVOKED = "is revoked (tls_revoked of this monitor)";

export function judge(socket: TLSSocket, revoked: Revoked, now: number): Caller {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return refused("it presents no certificate");
  const name = nameOf(certificate);
  const whose = name === null ? "its certificate" : `the certificate of ${showName(name)}`;
  // A resumed session was checked when it began; its certificate may have expired since.
  const date = invalidity(validityOf(certificate), now);
  if (date !== null) return refused(`${whose} ${date}`);
  if (!socket.authorized) return refused(`${whose} ${faultOf(socket)}`);
  if (revoked.has(certificate)) return refused(`${whose} ${REVOKED}`);
  if (name === null)
    return refused("its certificate names no monitor, operator or reader of redis-mmm");
  return { kind: "certified", name };
}

function faultOf({ authorizationError }: TLSSocket): string {
  const code = String(authorizationError);
  if (/UNABLE_TO|SELF_SIGNED|CERT_UNTRUSTED/.test(code))
    return "is not signed by an authority in tls_ca of this monitor";
  if (/PURPOSE/.test(code)) return "is not made for clients (extended key usage)";
  return `is not accepted (${code})`;
}

function refused(why: string): Caller {
  return { kind: "refused", why };
}
