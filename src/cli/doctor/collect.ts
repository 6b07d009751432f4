/**
 * The findings of several monitors as one list: what more than one of them found stands there once,
 * with who found it; and what only shows when they are laid side by side is added.
 */
import { configDiffers, locksDiffer, versionsDiffer } from "./compare.ts";
import {
  type Examination,
  type Finding,
  HERE,
  type Level,
  LEVELS,
  Subject,
} from "../../adapters/doctor/finding.ts";
import { findings as statusFindings } from "../../core/status-findings.ts";
import type { Status, Warning } from "../../core/status-types.ts";

export interface Collected {
  /** Monitors that looked; `here` for this host. */
  readonly examined_by: readonly string[];
  readonly unreachable: Examination["unreachable"];
  readonly findings: readonly CollectedFinding[];
  /** The worst level that was found. */
  readonly worst: Level;
}

export interface CollectedFinding extends Finding {
  readonly seen_by: readonly string[];
}

export function collect({
  status,
  examination,
}: {
  readonly status: Status;
  readonly examination: Examination;
}): Collected {
  const { reports, unreachable } = examination;
  const own = reports.flatMap(({ monitor, findings }) =>
    findings.map((one) => seenBy(one, monitor)),
  );
  const [asked = "cluster"] = reports.map(({ monitor }) => monitor);
  const together = [
    ...statusFindings(status).filter(isFinding).map(fromStatus),
    ...unreachable.map(unreachableFinding),
    ...configDiffers(reports),
    ...versionsDiffer(reports),
    ...locksDiffer(reports),
  ].map((one) => seenBy(one, asked));
  return summed(
    reports.map(({ monitor }) => monitor),
    unreachable,
    [...together, ...own],
  );
}

export function collectHere(findings: readonly Finding[]): Collected {
  return summed(
    [HERE],
    [],
    findings.map((one) => seenBy(one, HERE)),
  );
}

/** Whether `mmm doctor` ends well. */
export function isSound({ worst }: Collected): boolean {
  return worst === "ok" || worst === "hint";
}

function seenBy(finding: Finding, monitor: string): CollectedFinding {
  return { ...finding, seen_by: [monitor] };
}

function summed(
  examined_by: readonly string[],
  unreachable: Examination["unreachable"],
  all: readonly CollectedFinding[],
): Collected {
  const merged = new Map<string, CollectedFinding>();
  for (const finding of all) {
    const key = keyOf(finding);
    const known = merged.get(key);
    const names = [...(known?.seen_by ?? []), ...finding.seen_by];
    merged.set(key, { ...(known ?? finding), seen_by: [...new Set(names)] });
  }
  const findings = [...merged.values()].toSorted(worstFirst);
  return { examined_by, unreachable, findings, worst: findings[0]?.level ?? "ok" };
}

/** Two measurements of what is well are one finding; two troubles in different words are two. */
function keyOf({ id, level, subject, what }: Finding): string {
  return JSON.stringify(level === "ok" ? [id, level, subject] : [id, level, subject, what]);
}

function worstFirst(a: Finding, b: Finding): number {
  const byLevel = LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level);
  return byLevel !== 0 ? byLevel : a.subject.localeCompare(b.subject, "en", { numeric: true });
}

const LEVEL_OF: Readonly<Record<Warning["level"], Level>> = {
  critical: "error",
  warning: "warning",
  hint: "hint",
};

/** Some of its hints only name the next command. */
function isFinding({ text }: Warning): boolean {
  return !text.startsWith("mmm ");
}

/** What `mmm status` says by itself. */
function fromStatus({ level, text }: Warning): Finding {
  const why = "mmm status says so, too";
  return {
    id: "status",
    level: LEVEL_OF[level],
    subject: "cluster",
    what: text,
    why,
    fix: "mmm status --cluster   |   mmm explain",
  };
}

function unreachableFinding({ name, address, why }: Examination["unreachable"][number]): Finding {
  return new Subject(name).warning(
    "monitor-unreachable",
    `${address} did not examine anything: ${why}`,
    "what only this monitor could see is not known, and it may be missing in the next failover",
    `on its host: systemctl status mmm-mon`,
  );
}
