/** How old something is, as people read it. */

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
