/** Writers measure on the machine's monotonic clock, logs and faults are noted on the wall clock. */
import { readFileSync } from "node:fs";
import { nowS } from "../helpers/lab.ts";

/** Seconds to take from the wall clock's to get the monotonic one's. */
export function wallMinusMonotonicS(): number {
  return Date.now() / 1_000 - nowS();
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
