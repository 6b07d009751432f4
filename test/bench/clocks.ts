/** Writers measure on the machine's monotonic clock, logs and faults are noted on the wall clock. */
import { readFileSync } from "node:fs";
import { nowS } from "../helpers/lab.ts";

/** Seconds to take from the wall clock's to get the monotonic one's. */
export function wallMinusMonotonicS(): number {
  return Date.now() / 1_000 - nowS();
}

/** Both systems look at a master by timers of up to two seconds, which start with the lab. */
const LONGEST_TIMER_MS = 2_000;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * How much later than the others run `run` strikes, ms. How long a silent master goes unnoticed depends on
 * where in its timers' round the fault falls: always the same place would measure that place. Steps
 * of the golden ratio spread any number of runs evenly, and both systems get the same ones.
 */
export function momentMs(run: number): number {
  return ((run * GOLDEN_RATIO) % 1) * LONGEST_TIMER_MS;
}

interface NotedEvent {
  readonly wall: number;
}

/** When the first fault was noted at or after `sinceWallS`; null: none was. */
export function firstFaultAfter(labDirectory: string, sinceWallS: number): number | null {
  const noted = readLines(`${labDirectory}/events.jsonl`).map(
    (line) => (JSON.parse(line) as NotedEvent).wall,
  );
  return noted.find((wall) => wall >= sinceWallS) ?? null;
}

export function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}
