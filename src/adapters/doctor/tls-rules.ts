/**
 * What there is to say of a monitor's encryption: whether there is any, how long its certificate is good, whom it
 * locks out, and whether it could start again with the files as they are now.
 */
import { isLoopback } from "../peer/address.ts";
import type { TlsIdentity } from "../tls/identity.ts";
import { daysLeft, endsSoon, invalidity, type Validity } from "../tls/validity.ts";
import { type Finding, Subject } from "./finding.ts";

export interface TlsSight {
  readonly inForce: TlsIdentity;
  /** The file of `tls_revoked`; null: there is none. */
  readonly list: string | null;
  /** What the files give now, or why they give nothing; null: `inForce` was just read. */
  readonly onDisk: TlsIdentity | string | null;
}

const RENEW =
  "mmm tls issue DIR --monitor NAME --renew, copy both files, then: systemctl reload mmm-mon";

/**
 * @param who the monitor, or the host that looks
 * @param sight null: it talks in the clear
 * @param now milliseconds since 1970
 */
export function tlsFindings(
  who: string,
  sight: TlsSight | null,
  listens: { readonly host: string },
  now: number,
): readonly Finding[] {
  const subject = new Subject(who);
  if (sight === null) return [inTheClear(subject, listens)];
  const { validity, authorityValidity } = sight.inForce;
  const own = expiry(subject, `the certificate of ${who}`, validity, now);
  const authority = expiry(subject, "the authority in tls_ca", authorityValidity, now);
  const areGood = own.level === "ok" && authority.level === "ok";
  return [
    ...(areGood ? [subject.ok("tls", `${own.what}, ${authority.what}`)] : [own, authority]),
    lockedOut(subject, sight),
    ...onDisk(subject, sight),
  ];
}

function inTheClear(subject: Subject, { host }: { readonly host: string }): Finding {
  if (isLoopback(host))
    return subject.ok("tls", "off; it listens on this host's loopback address only");
  return subject.hint(
    "tls",
    "tls = off: it talks in the clear",
    "whoever reaches its port may vote as a monitor, and order a failover",
    "mmm tls init DIR, mmm tls issue DIR --monitor NAME; then tls_ca, tls_cert and tls_key on every monitor",
  );
}

function expiry(subject: Subject, what: string, validity: Validity, now: number): Finding {
  const why = invalidity(validity, now);
  if (why !== null)
    return subject.error("tls", `${what} ${why}`, "other monitors refuse to talk to it", RENEW);
  const days = daysLeft(validity, now);
  if (!endsSoon(validity, now)) return subject.ok("tls", `${what} is good for ${days} days`);
  return subject.warning(
    "tls",
    `${what} expires in ${days} days`,
    "after that no monitor talks to another",
    RENEW,
  );
}

function lockedOut(subject: Subject, { inForce, list }: TlsSight): Finding {
  const { revoked, isRevoked } = inForce;
  if (isRevoked)
    return subject.error(
      "tls-revoked",
      `its own certificate is named in ${list ?? "tls_revoked"}`,
      "who has the same list refuses it: it has no vote there",
      RENEW,
    );
  if (list === null)
    return subject.hint(
      "tls-revoked",
      "tls_revoked is not set",
      "should a key be lost, every monitor has to be started again before it locks anybody out",
      "tls_revoked = /etc/redis-mmm/revoked.txt on every monitor; the file may be empty",
    );
  const names = revoked.size === 1 ? "1 certificate" : `${revoked.size} certificates`;
  return subject.ok("tls-revoked", `locked out: ${names} (${revoked.digest})`);
}

/** Files that were put there and never taken, or that went away. */
function onDisk(subject: Subject, { inForce, list, onDisk: fresh }: TlsSight): readonly Finding[] {
  if (fresh === null || (typeof fresh !== "string" && fresh.equals(inForce))) return [];
  if (typeof fresh !== "string")
    return [
      subject.warning(
        fresh.revoked.equals(inForce.revoked) ? "tls" : "tls-revoked",
        "its files say something else than what is in force",
        "what was renewed or revoked there does not count yet",
        "systemctl reload mmm-mon",
      ),
    ];
  return [
    subject.error(
      list !== null && fresh.includes(list) ? "tls-revoked" : "tls",
      fresh,
      "it goes on with what it has read, but could not be started again",
      "mmm config check says which line names it",
    ),
  ];
}
