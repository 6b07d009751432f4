/** What shows only when the reports of several monitors are laid side by side. */
import { type Finding, type Report, Subject } from "../../adapters/doctor/finding.ts";

export function configDiffers(reports: readonly Report[]): readonly Finding[] {
  const readable = reports.filter(({ config }) => config !== null);
  const [first] = readable;
  if (first === undefined) return [];
  const subject = new Subject("cluster");
  const forms = groupedBy(readable, ({ config }) => config ?? "");
  if (forms.size === 1)
    return [
      subject.ok(
        "config-differs",
        `the file says the same on ${namesOf(readable)} (${first.config})`,
      ),
    ];
  const sides = [...forms].map(([digest, those]) => `${namesOf(those)} (${digest})`);
  return [
    subject.warning(
      "config-differs",
      `the files differ: ${sides.join(" against ")}`,
      "whichever monitor is asked to reload decides what all of them do",
      "make them the same on every monitor, then: mmm reload --dry-run (docs/runbook.md#config-differs)",
    ),
  ];
}

/** A list acts only where it lies: who is locked out at some monitors still acts through the others. */
export function locksDiffer(reports: readonly Report[]): readonly Finding[] {
  const lockOf = ({ findings }: Report) => {
    const isLock = (level: string) => level === "ok" || level === "hint";
    const found = findings.find(({ id, level }) => id === "tls-revoked" && isLock(level));
    return found?.what ?? "";
  };
  const locks = groupedBy(
    reports.filter((report) => lockOf(report) !== ""),
    lockOf,
  );
  if (locks.size < 2) return [];
  const sides = [...locks].map(([lock, those]) => `${namesOf(those)}: ${lock}`);
  return [
    new Subject("cluster").warning(
      "tls-revoked",
      `the lists of tls_revoked differ: ${sides.join("; ")}`,
      "a list acts where it lies: whoever is missing in one is still let in there",
      "copy the same list to every monitor, then there: systemctl reload mmm-mon",
    ),
  ];
}

export function versionsDiffer(reports: readonly Report[]): readonly Finding[] {
  const versions = groupedBy(reports, ({ version }) => version);
  const [only] = versions.keys();
  const subject = new Subject("cluster");
  if (only === undefined) return [];
  if (versions.size === 1)
    return [subject.ok("monitor-version", `every monitor is of version ${only}`)];
  const sides = [...versions].map(([version, those]) => `${namesOf(those)}: ${version}`);
  return [
    subject.hint(
      "monitor-version",
      `versions differ: ${sides.join("; ")}`,
      "that is meant for an upgrade only; what is new is not used until all have it",
      "upgrade the others, the leader last",
    ),
  ];
}

function groupedBy(
  reports: readonly Report[],
  key: (report: Report) => string,
): ReadonlyMap<string, readonly Report[]> {
  const groups = new Map<string, readonly Report[]>();
  for (const report of reports)
    groups.set(key(report), [...(groups.get(key(report)) ?? []), report]);
  return groups;
}

function namesOf(reports: readonly Report[]): string {
  return reports.map(({ monitor }) => monitor).join(", ");
}
