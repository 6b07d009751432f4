/**
 * Whether the files that a configuration names by its tls_* keys can be used, said at the line that
 * names them. A monitor finds the same when it starts; here nobody has to start one.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { indexPositions } from "../config/position-index.ts";
import type { Problem } from "../config/problems.ts";
import type { Config } from "../config/types.ts";
import { MmmError, systemCode } from "../../errors.ts";
import { showName } from "./certificate-name.ts";
import { TlsIdentity, type TlsFiles } from "./identity.ts";
import { daysLeft, endsSoon, invalidity } from "./validity.ts";

type Key = "tls_ca" | "tls_cert" | "tls_key" | "tls_revoked";

export interface Checked {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

const NOTHING: Checked = { problems: [], warnings: [] };

/** @param now milliseconds since 1970. Never throws for what a file may hold. */
export function checkTlsFiles({ file, local, monitors }: Config, now: number): Checked {
  const { tls } = local;
  if (tls === "off" || tls === "unset") return NOTHING;
  const { ca, cert, key, revoked } = tls;
  const named = revoked === null ? {} : { tls_revoked: revoked };
  const paths = { tls_ca: ca, tls_cert: cert, tls_key: key, ...named };
  const closed = Object.entries(paths).filter(([, path]) => isClosed(path));
  if (closed.length > 0) {
    const warnings = closed.map(
      ([key, path]) => `${key}: this user may not read ${path}: not checked`,
    );
    return { problems: [], warnings };
  }
  const report = (key: Key, text: string): Problem => ({ ...placeOf(file, key), key, text });
  const identity = load(tls);
  if (identity instanceof MmmError) {
    const { what, why = "it cannot be used", todo = "" } = identity.explanation;
    const [at, path] = fileNamed(what, paths);
    return { problems: [report(at, `${path}: ${why}; ${todo}`)], warnings: [] };
  }
  const known = local.name === null ? monitors.flatMap(({ name }) => name ?? []) : [local.name];
  return judged(identity, { known, now, report });
}

/** For the owner of the file it may be readable all the same. */
function isClosed(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch (error) {
    return systemCode(error) === "EACCES";
  }
}

function load(files: TlsFiles): TlsIdentity | MmmError {
  try {
    return TlsIdentity.load(files);
  } catch (error) {
    if (error instanceof MmmError) return error;
    throw error;
  }
}

/** `cannot use FILE` */
function fileNamed(what: string, paths: Readonly<Partial<Record<Key, string>>>) {
  const all = Object.entries(paths) as readonly (readonly [Key, string])[];
  const found = all.find(([, path]) => what.endsWith(` ${path}`));
  return found ?? (["tls_cert", paths.tls_cert] as const);
}

function placeOf(file: string, key: Key): Pick<Problem, "file" | "line" | "column" | "section"> {
  const [top] = indexPositions(readFileSync(file, "utf8")).sections;
  const place = top?.keys.get(key)?.valuePlace;
  return { file, line: place?.line ?? null, column: place?.column ?? null, section: "" };
}

interface Judging {
  /** Names that a monitor which uses this file may have; none: any. */
  readonly known: readonly string[];
  readonly now: number;
  readonly report: (key: Key, text: string) => Problem;
}

function judged(identity: TlsIdentity, { known, now, report }: Judging): Checked {
  const { name, validity, authorityValidity } = identity;
  const problems: Problem[] = [];
  const [expired, ended] = [invalidity(validity, now), invalidity(authorityValidity, now)];
  if (identity.isRevoked) problems.push(report("tls_cert", "it is named in tls_revoked"));
  if (expired !== null) problems.push(report("tls_cert", `the certificate ${expired}`));
  if (ended !== null) problems.push(report("tls_ca", `an authority ${ended}`));
  if (name.role === "monitor" && known.length > 0 && !known.includes(name.name))
    problems.push(
      report(
        "tls_cert",
        `it is the certificate of ${showName(name)}; this file knows ${known.join(", ")}`,
      ),
    );
  const soon = [
    ...(expired === null && endsSoon(validity, now) ? [["tls_cert", validity] as const] : []),
    ...(ended === null && endsSoon(authorityValidity, now)
      ? [["tls_ca", authorityValidity] as const]
      : []),
  ];
  const warnings = soon.map(([key, of]) => `${key}: expires in ${daysLeft(of, now)} days`);
  return { problems, warnings };
}
