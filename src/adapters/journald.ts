/**
 * Lines for the journal of systemd: it takes the priority of a line from a prefix like `<3>`, which it does not keep.
 * Without one, everything that a service says is of the same priority, and `journalctl -p err` finds none of it.
 */
import { fstatSync } from "node:fs";
import type { LogLevel } from "../ports.ts";

/** As syslog numbers them. */
const PRIORITY: Readonly<Record<LogLevel, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

/**
 * Whether what is written there goes to the journal.
 * @param env of the process: systemd says in JOURNAL_STREAM which file that is, for it may be redirected once more
 */
export function goesToJournal(
  fd: number,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const stream = env["JOURNAL_STREAM"];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Each line gets its prefix: what is left without one counts as of no importance. */
export function forJournal(level: LogLevel, text: string): string {
  return text.replaceAll(/^(?=.)/gm, `<${PRIORITY[level]}>`);
}
