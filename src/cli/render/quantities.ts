/** Durations, sizes and instants, as short as they stay exact enough. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.2s`, `14s`, `3m12s`, `2h05m`, `3d04h`. */
export function showAge(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return pair(ms, MINUTE, SECOND, "ms");
  return ms < DAY ? pair(ms, HOUR, MINUTE, "hm") : pair(ms, DAY, HOUR, "dh");
}

function pair(ms: number, large: number, small: number, units: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${units[0]}${String(rest).padStart(2, "0")}${units[1]}`;
}

/** How long something took: `41ms`, `3.41s`. */
export function showTook(ms: number): string {
  return ms < SECOND ? `${Math.round(ms)}ms` : `${(ms / SECOND).toFixed(2)}s`;
}

export function showBytes(bytes: number | null): string {
  if (bytes === null) return "-";
  if (bytes < 1_024) return `${bytes}`;
  const units = ["kb", "mb", "gb", "tb"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 1_024 ** power).toFixed(1)}${units[power - 1]}`;
}

/** ISO 8601 as people read it: `2026-11-22 15:04:11`. */
export function showInstant(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, "");
}
