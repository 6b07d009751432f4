/** What clients as they come saw of a fault: ioredis, redis-cli and redis-py with their own settings. */
import { existsSync } from "node:fs";
import type { Lab } from "../helpers/lab.ts";
import { readLines } from "./clocks.ts";
import { longestGap, rounded } from "./statistics.ts";

const CLIENTS = ["ioredis", "redis-cli", "redis-py"] as const;
const CHUNK = 500;
/** Each of them writes every 70 ms at least. */
const IS_OPEN_S = 0.5;

export interface StockRecord {
  readonly client: string;
  readonly gap_ms: number;
  /** It had not come back when it was stopped. */
  readonly gap_is_open: boolean;
  readonly acknowledged: number;
  readonly lost: number;
  /** What its user was told, how often. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Wall clock seconds. */
export interface Period {
  readonly struckS: number;
  readonly stoppedS: number;
}

/** Of clients that were stopped; `master` is who tells what is missing. */
export async function stockRecords(
  lab: Lab,
  master: string,
  period: Period,
): Promise<readonly StockRecord[]> {
  const records: StockRecord[] = [];
  for (const client of CLIENTS) {
    const file = `${lab.directory}/stock-${client}.lines`;
    if (!existsSync(file)) continue;
    const lines = readLines(file);
    const numbers = acknowledgedIn(lines).map(({ number }) => number);
    records.push({
      client,
      ...summedUp(lines, period),
      lost: await countMissing(lab, master, { client, numbers }),
    });
  }
  return records;
}

export function summedUp(
  lines: readonly string[],
  { struckS, stoppedS }: Period,
): Omit<StockRecord, "client" | "lost"> {
  const times = acknowledgedIn(lines).map(({ atS }) => atS);
  const gap = longestGap(times, struckS, stoppedS);
  return {
    gap_ms: rounded((gap.toS - gap.fromS) * 1_000, 0),
    gap_is_open: gap.toS === stoppedS && gap.toS - gap.fromS > IS_OPEN_S,
    acknowledged: times.length,
    errors: errorsIn(lines),
  };
}

interface Acknowledged {
  readonly atS: number;
  readonly number: string;
}

function acknowledgedIn(lines: readonly string[]): readonly Acknowledged[] {
  return lines.flatMap((line) => {
    const [what, at, number] = line.split(" ");
    return what === "ok" && number !== undefined ? [{ atS: Number(at), number }] : [];
  });
}

function errorsIn(lines: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const text = /^error \S+ (.*)/.exec(line)?.[1];
    if (text !== undefined) counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

async function countMissing(
  lab: Lab,
  master: string,
  { client, numbers }: { readonly client: string; readonly numbers: readonly string[] },
): Promise<number> {
  let found = 0;
  for (let at = 0; at < numbers.length; at += CHUNK) {
    const keys = numbers.slice(at, at + CHUNK).map((number) => `stock:${client}:${number}`);
    found += Number(await lab.run("redis", master, "exists", ...keys));
  }
  return numbers.length - found;
}
