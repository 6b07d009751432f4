/** What a process costs, and what goes over the wire between monitors, as the kernel counts it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { MONITOR_PORT } from "./places.ts";

/** Of /proc/PID/stat: USER_HZ is 100 wherever Linux runs Node. */
const TICK_MS = 10;

export interface Costs {
  readonly at: number;
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly wire: Wire;
}

export interface Wire {
  readonly bytes: number;
  readonly segments: number;
}

export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export function rssMbOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

/** All that the monitors' listening ends have received: each byte between two peers, once. */
export function received(): Wire {
  const text = execFileSync("ss", ["-tinH", `sport = :${MONITOR_PORT}`], { encoding: "utf8" });
  const sum = (field: string): number =>
    [...text.matchAll(new RegExp(`\\b${field}:(\\d+)`, "g"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return { bytes: sum("bytes_received"), segments: sum("data_segs_in") };
}
