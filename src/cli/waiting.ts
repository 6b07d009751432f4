/**
 * `--at TIME`: the command waits here, in the terminal of whoever gave it. Nothing is agreed on before,
 * so nothing happens behind anybody's back: who ends the waiting has ended the matter.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { showAge } from "../core/ages.ts";
import { EXIT } from "../errors.ts";
import type { Context } from "./command.ts";
import { Failure, usageFailure } from "./failure.ts";

const DAY_MS = 86_400_000;
/** Further ahead nobody knows what the cluster will be like. */
const LONGEST_MS = 7 * DAY_MS;
/** The clock may be set meanwhile, so it is looked at again and again. */
const LOOK_EVERY_MS = 10_000;

/**
 * `03:00` or `03:00:30`, the next time that the clock here shows it; or an instant of ISO 8601.
 * @throws Failure with the code of wrong usage
 */
export function instantOf(text: string, now: Date): Date {
  const at = clockTime(text, now) ?? isoTime(text);
  if (at === null)
    throw usageFailure(
      `--at: "${text}" is no time; write 03:00 or 2026-11-27T03:00Z`,
      "switchover",
    );
  const ahead = at.getTime() - now.getTime();
  if (ahead < 0) throw usageFailure(`--at: ${text} is over`, "switchover");
  if (ahead > LONGEST_MS)
    throw usageFailure(
      `--at: ${text} is more than ${LONGEST_MS / DAY_MS} days ahead`,
      "switchover",
    );
  return at;
}

function clockTime(text: string, now: Date): Date | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (match === null) return null;
  const at = new Date(now);
  at.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0);
  if (at < now) at.setDate(at.getDate() + 1);
  return at;
}

function isoTime(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** @throws Failure, if somebody interrupts it */
export async function waitUntil(at: Date, { terminal }: Context): Promise<void> {
  const left = () => at.getTime() - Date.now();
  const interrupted = terminal.interrupted();
  terminal.note([
    `waiting until ${at.toISOString()} (${showAge(Math.max(0, left()))}); Ctrl-C ends it, and nothing is done`,
  ]);
  while (left() > 0 && !interrupted.aborted) {
    const ms = Math.min(left(), LOOK_EVERY_MS);
    await sleep(ms, undefined, { signal: interrupted }).catch(() => undefined);
  }
  if (interrupted.aborted) throw new Failure(EXIT.refused, ["interrupted: nothing was done"]);
}
