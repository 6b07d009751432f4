/**
 * The certificate of this monitor: what is in force, and whether the files could be read when it was
 * last asked for (SIGHUP). Files that cannot be used change nothing.
 */
import type { TlsSight } from "../adapters/doctor/tls-rules.ts";
import { TlsIdentity, type TlsFiles } from "../adapters/tls/identity.ts";
import { daysLeft, endsSoon, invalidity, type Validity } from "../adapters/tls/validity.ts";
import type { MonitorName, WallTime } from "../core/ids.ts";
import type { SecurityStatus, Warning } from "../core/status-types.ts";
import { MmmError, messageOf } from "../errors.ts";

export class Certificates {
  readonly #files: TlsFiles | null;
  readonly #name: MonitorName;
  #identity: TlsIdentity | null = null;
  #problem: string | null = null;

  /**
   * @param files null: there is no TLS
   * @throws MmmError TLS_FILES
   */
  constructor(files: TlsFiles | null, name: MonitorName) {
    this.#files = files;
    this.#name = name;
    if (files !== null) this.#identity = load(files, name);
  }

  get identity(): TlsIdentity | null {
    return this.#identity;
  }

  /**
   * Reads the files again, as whoever rotates logs makes it do, too; null: nothing is new.
   * @throws MmmError TLS_FILES: what was in force stays so
   */
  renew(now: WallTime): TlsIdentity | null {
    if (this.#files === null) return null;
    try {
      const fresh = load(this.#files, this.#name);
      const isNew = this.#identity === null || !fresh.equals(this.#identity);
      if (isNew) refuseInvalid(fresh, this.#files, now);
      this.#problem = null;
      if (!isNew) return null;
      this.#identity = fresh;
      return fresh;
    } catch (error) {
      this.#problem = error instanceof MmmError ? error.message : String(error);
      throw error;
    }
  }

  /** What is in force, and beside it what the files would give now; null: there is no TLS. */
  sight(): TlsSight | null {
    if (this.#files === null || this.#identity === null) return null;
    const { revoked: list = null } = this.#files;
    return { inForce: this.#identity, list, onDisk: loadable(this.#files, this.#name) };
  }

  status(): SecurityStatus {
    const identity = this.#identity;
    if (identity === null) return { tls: "off", authority_expires_at: null };
    return {
      tls: "on",
      authority_expires_at: new Date(identity.authorityValidity.until).toISOString(),
    };
  }

  warnings(now: WallTime): readonly Warning[] {
    const identity = this.#identity;
    if (identity === null) return [];
    const { validity, authorityValidity } = identity;
    const ends = [
      ...(identity.isRevoked ? [revoked(this.#name)] : []),
      ...warningOf(`the certificate of ${this.#name}`, validity, now),
      ...warningOf("the authority in tls_ca", authorityValidity, now),
    ];
    if (this.#problem === null) return ends;
    const text = `the new certificate of ${this.#name} is not used: ${this.#problem}`;
    return [...ends, { level: "warning", text }];
  }
}

/** It goes on all the same, as with one that has expired: leases want to be kept alive. */
function revoked(name: MonitorName): Warning {
  const text = `the certificate of ${name} is named in its own tls_revoked: who has the same list refuses it`;
  return { level: "critical", text };
}

/** One that ends is told of in time; it is no secret how to renew it. */
function warningOf(what: string, validity: Validity, now: WallTime): readonly Warning[] {
  const why = invalidity(validity, now);
  if (why !== null) return [{ level: "critical", text: `${what} ${why}` }];
  if (!endsSoon(validity, now)) return [];
  const text = `${what} expires in ${daysLeft(validity, now)} days: put a new one in its place and send SIGHUP`;
  return [{ level: "warning", text }];
}

function load(files: TlsFiles, name: MonitorName): TlsIdentity {
  const identity = TlsIdentity.load(files);
  const { role, name: named } = identity.name;
  if (role === "monitor" && named === name) return identity;
  throw new MmmError("TLS_FILES", {
    what: `cannot use ${files.cert}`,
    why: `it is the certificate of ${role} ${named}, and this is monitor ${name}`,
    todo: `make one for it: mmm tls issue DIR --monitor ${name}; or give this monitor its --name`,
  });
}

/** The text says why not. */
function loadable(files: TlsFiles, name: MonitorName): TlsIdentity | string {
  try {
    return load(files, name);
  } catch (error) {
    return messageOf(error);
  }
}

/** At the start an expired one is better than no monitor: it still keeps leases alive. */
function refuseInvalid({ validity }: TlsIdentity, { cert }: TlsFiles, now: WallTime): void {
  const why = invalidity(validity, now);
  if (why !== null)
    throw new MmmError("TLS_FILES", { what: `cannot use ${cert}`, why: `it ${why}` });
}
