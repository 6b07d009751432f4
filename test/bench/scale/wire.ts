/** What goes over the wire between monitors, as the kernel counts it. */
import { execFileSync } from "node:child_process";
import { MONITOR_PORT } from "./places.ts";

export interface Wire {
  readonly bytes: number;
  readonly segments: number;
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
