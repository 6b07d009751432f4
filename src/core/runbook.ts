/** Where docs/runbook.md speaks of an alarm. A test holds both together with the alarms that are raised. */

const NAMED: ReadonlySet<string> = new Set([
  "adoption",
  "backend",
  "failover",
  "successor",
  "fence",
  "fencing",
  "reach",
  "reborn",
  "roles",
  "master",
  "leaving",
  "strangers",
  "blocked",
  "write guard",
]);

/** Those that carry the name of a node or the address of a VIP. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^guard of /, "guard-of"],
  [/ let go$/, "let-go"],
  [/ refused$/, "refused"],
  [/ rewrite$/, "rewrite"],
  [/^[\d.]+$/, "redis-at-the-vip"],
];

/** @param alarm its name, without the group; null: nothing is written of it */
export function placeInRunbook(alarm: string): string | null {
  if (NAMED.has(alarm)) return alarm.replaceAll(" ", "-");
  return PATTERNS.find(([pattern]) => pattern.test(alarm))?.[1] ?? null;
}
