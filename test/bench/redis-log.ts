/** What the log of a Redis tells of its roles, by its own clock. */

const LINE = /^\d+:\w (\d+ \w+ \d+ [\d:.]+) [*#] (.*)$/;

/**
 * Milliseconds from the second start of this Redis, from which on it took writes, until it was told
 * to follow; null: it did not start again, or follows nobody yet.
 */
export function masterAgainMs(lines: readonly string[]): number | null {
  const said = lines.flatMap((line) => {
    const [, at, text] = LINE.exec(line) ?? [];
    return at === undefined || text === undefined ? [] : [{ atMs: Date.parse(`${at} UTC`), text }];
  });
  const starts = said.filter(({ text }) => text === "Ready to accept connections");
  const start = starts[1];
  if (start === undefined) return null;
  const told = said.find(({ atMs, text }) => atMs >= start.atMs && text.startsWith("REPLICAOF "));
  return told === undefined ? null : told.atMs - start.atMs;
}
