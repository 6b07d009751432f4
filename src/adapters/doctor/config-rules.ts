/** What there is to say of a configuration by itself: its warnings, its encryption, its times. */
import { showBudgets } from "../config/time-budget.ts";
import type { Config } from "../config/types.ts";
import { isLoopback } from "../peer/address.ts";
import { daysLeft, endsSoon, invalidity, type Validity } from "../tls/validity.ts";
import { type Finding, Subject } from "./finding.ts";
import type { Examined } from "./subject.ts";

/** @param who the monitor, or the host that looks */
export function configFindings(who: string, config: Config): readonly Finding[] {
  const subject = new Subject(who);
  return config.warnings.map((text) =>
    subject.warning(
      "config-warning",
      text,
      "it is legal, but less than what is probably wanted",
      `change it in ${config.file}, then: mmm config check, mmm reload`,
    ),
  );
}

export function timeFindings(group: Examined): readonly Finding[] {
  if (group.vips.length === 0) return [];
  const backend = group.hasLeases === false ? "off" : group.settings.leaseBackend;
  const text = showBudgets({ ...group.settings, leaseBackend: backend }).join("; ");
  return [new Subject(group.name).ok("time-budget", text)];
}

/** What a monitor speaks TLS with; null: it talks in the clear. */
export interface Certified {
  readonly validity: Validity;
  readonly authority: Validity;
}

export function tlsFindings(
  who: string,
  certified: Certified | null,
  listens: { readonly host: string },
  now: number,
): readonly Finding[] {
  const subject = new Subject(who);
  if (certified === null) {
    if (isLoopback(listens.host))
      return [subject.ok("tls", "off; it listens on this host's loopback address only")];
    return [
      subject.hint(
        "tls",
        "tls = off: it talks in the clear",
        "whoever reaches its port may vote as a monitor, and order a failover",
        "mmm tls init DIR, mmm tls issue DIR --monitor NAME; then tls_ca, tls_cert and tls_key on every monitor",
      ),
    ];
  }
  return [
    expiry(subject, `the certificate of ${who}`, certified.validity, now),
    expiry(subject, "the authority in tls_ca", certified.authority, now),
  ];
}

function expiry(subject: Subject, what: string, validity: Validity, now: number): Finding {
  const fix =
    "mmm tls issue DIR --monitor NAME --renew, copy both files, then: systemctl reload mmm-mon";
  const why = invalidity(validity, now);
  if (why !== null)
    return subject.error("tls", `${what} ${why}`, "other monitors refuse to talk to it", fix);
  const days = daysLeft(validity, now);
  if (!endsSoon(validity, now)) return subject.ok("tls", `${what} is good for ${days} days`);
  return subject.warning(
    "tls",
    `${what} expires in ${days} days`,
    "after that no monitor talks to another",
    fix,
  );
}
