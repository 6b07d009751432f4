/**
 * `mmm tls init|issue|revoke|show`: an authority of one's own and certificates signed by it, for those who
 * have none. Works on files only; nothing that exists is overwritten unless --renew says so.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import {
  type CertificateName,
  nameOf,
  ROLES,
  type Role,
  showName,
} from "../../adapters/tls/certificate-name.ts";
import { issueCertificate, type Issued, makeAuthority } from "../../adapters/tls/issue.ts";
import { Ledger } from "../../adapters/tls/ledger.ts";
import { fingerprintOf } from "../../adapters/tls/revoked.ts";
import { certificateStatus, validityOf } from "../../adapters/tls/validity.ts";
import { makeDirectory, type PairFiles, writePair } from "../../adapters/tls/pair-files.ts";
import { isMonitorName } from "../../adapters/peer/address.ts";
import { wholeNumber } from "../../adapters/config/values.ts";
import type { CertificateStatus } from "../../core/status-types.ts";
import { EXIT, type ExitCode, MmmError, messageOf } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { usageFailure } from "../failure.ts";

/** Longer than anybody looks after a cluster without looking at its certificates. */
const AUTHORITY_DAYS = "3650";
const CERTIFICATE_DAYS = "730";

export async function run(context: Context): Promise<ExitCode> {
  const [action = "", path = ""] = context.operands;
  switch (action) {
    case "init":
      init(path, context);
      break;
    case "issue":
      issue(path, context);
      break;
    case "revoke":
      revoke(path, context);
      break;
    case "show":
      show(path, context);
      break;
    default:
      throw usageFailure(`tls does not know "${action}"; write init, issue, revoke or show`, "tls");
  }
  return await Promise.resolve(EXIT.ok);
}

function init(directory: string, context: Context): void {
  const files = authorityFiles(directory);
  const days = daysOf(context, AUTHORITY_DAYS);
  makeDirectory(directory);
  const authority = makeAuthority(days, new Date());
  const advice = "choose another directory; an authority is never replaced";
  writePair(files, authority, { replace: false, advice });
  tell(context, describe(authority.certificate, files), [
    `OK: ${files.certificate} is an authority; every monitor and operator needs a copy`,
    `keep ${files.key} away from them: whoever has it may do everything`,
    `next: mmm tls issue ${directory} --monitor NAME, for each monitor`,
  ]);
}

function issue(directory: string, context: Context): void {
  const authority = readAuthority(authorityFiles(directory));
  const days = daysOf(context, CERTIFICATE_DAYS);
  const ledger = new Ledger(directory);
  const all = whoFrom(context).map((who) => {
    const files = filesOf(directory, who);
    const issued = issueCertificate(authority, who, days, new Date());
    ledger.issued(new X509Certificate(issued.certificate));
    const advice = "to put a new key and certificate in their place, add --renew";
    writePair(files, issued, { replace: context.options.renew === true, advice });
    return describe(issued.certificate, files);
  });
  const lines = all.map(
    ({ name, certificate, key }) => `OK: ${certificate} and ${key} are for ${name}`,
  );
  tell(context, all, lines);
}

/** All that anybody may still have of that name; what is issued from now on counts. */
function revoke(directory: string, context: Context): void {
  const ledger = new Ledger(directory);
  const all = whoFrom(context).map((who) => {
    const { certificate } = filesOf(directory, who);
    const present = existsSync(certificate)
      ? [fingerprintOf(parsed(readPem(certificate), certificate))]
      : [];
    const known = [...ledger.of(who), ...present];
    if (known.length === 0) throw neverIssued(directory, who);
    const fingerprints = ledger.revoke(known, who, Date.now());
    return { name: showName(who), fingerprints, file: ledger.revokedFile };
  });
  tell(context, all, [
    ...all.map(({ name, fingerprints, file }) =>
      fingerprints.length === 0
        ? `OK: what was issued for ${name} is revoked already`
        : `OK: ${file} names ${fingerprints.length} more, of ${name}`,
    ),
    `next: copy ${ledger.revokedFile} to where tls_revoked of every monitor says, and reload each (SIGHUP)`,
  ]);
}

function neverIssued(directory: string, who: CertificateName): MmmError {
  return new MmmError("TLS_FILES", {
    what: `cannot revoke ${showName(who)}`,
    why: `nothing in ${directory} says that a certificate was ever issued for that name`,
    todo: `write its fingerprint (mmm tls show FILE) as a line of ${join(directory, "revoked.txt")}`,
  });
}

function filesOf(directory: string, { role, name }: CertificateName): PairFiles {
  const stem = join(directory, `${role}-${name}`);
  return { certificate: `${stem}.pem`, key: `${stem}.key` };
}

function show(file: string, context: Context): void {
  const pem = readPem(file, "name the file of a certificate, such as DIR/monitor-mon1.pem");
  const { name, expires_at, days_left } = describe(pem, { certificate: file, key: "" });
  const fingerprint = fingerprintOf(parsed(pem, file));
  tell(context, { name, expires_at, days_left, fingerprint }, [
    `${name ?? "no name of redis-mmm"}   expires ${expires_at.slice(0, 10)} (${days_left} days)`,
    `fingerprint   ${fingerprint}`,
  ]);
}

/** Exactly one kind; of monitors several at once. */
function whoFrom({ options }: Context): readonly CertificateName[] {
  const given: Readonly<Record<Role, readonly string[]>> = {
    monitor: options.monitor ?? [],
    operator: options.operator === undefined ? [] : [options.operator],
    reader: options.reader === undefined ? [] : [options.reader],
  };
  const roles = ROLES.filter((role) => given[role].length > 0);
  const [role] = roles;
  if (role === undefined || roles.length > 1) {
    throw usageFailure("say whom it is for: --monitor, --operator or --reader NAME", "tls");
  }
  const wrong = given[role].find((name) => !isMonitorName(name));
  if (wrong !== undefined) {
    throw usageFailure(`--${role}: "${wrong}" is not a name: letters, digits, -, _ and .`, "tls");
  }
  return given[role].map((name) => ({ role, name }));
}

function daysOf({ options }: Context, preset: string): number {
  const parsed = wholeNumber(1, 36_500)(options.days ?? preset);
  if (parsed.kind === "problem") throw usageFailure(`--days: ${parsed.text}`, "tls");
  return parsed.value;
}

function authorityFiles(directory: string): PairFiles {
  return { certificate: join(directory, "ca.pem"), key: join(directory, "ca.key") };
}

function readAuthority({ certificate, key }: PairFiles): Issued {
  return { certificate: readPem(certificate), key: readPem(key) };
}

/** @throws MmmError TLS_FILES */
function readPem(file: string, todo = "make an authority first: mmm tls init DIR"): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new MmmError("TLS_FILES", { what: `cannot read ${file}`, why: messageOf(error), todo });
  }
}

interface Described extends PairFiles, CertificateStatus {
  readonly name: string | null;
}

/** The files' names, and what the certificate says; never the key. */
function describe(pem: string, files: PairFiles): Described {
  const read = parsed(pem, files.certificate);
  const name = nameOf(read);
  return {
    ...files,
    name: name === null ? null : showName(name),
    ...certificateStatus(validityOf(read), Date.now()),
  };
}

function parsed(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    const why = "it does not begin with a certificate in PEM form";
    throw new MmmError("TLS_FILES", { what: `cannot use ${file}`, why });
  }
}

function tell({ terminal, options }: Context, data: object, lines: readonly string[]): void {
  terminal.print(options.output === "json" ? toJson(data) : lines);
}
