/** Durations, sizes and instants, as short as they stay exact enough. */

const SECOND = 1_000;

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
