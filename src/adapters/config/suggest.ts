/** "Did you mean": the known word that is fewest edits away, if it is near enough to be a slip. */

export function suggest(word: string, known: readonly string[]): string | null {
  const limit = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.candidate ?? null;
}

/** Levenshtein's, row by row; two neighbours that changed places are one edit. */
function editDistance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = edits(row, j) + (a[i] === b[j] ? 0 : 1);
      const swapped = areSwapped(a, i, b, j) ? edits(above, j - 1) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, edits(row, j + 1) + 1, edits(next, j) + 1));
    }
    above = row;
    row = next;
  }
  return edits(row, b.length);
}

function edits(row: readonly number[], at: number): number {
  return row[at] ?? Infinity;
}

function areSwapped(a: string, i: number, b: string, j: number): boolean {
  return i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
}
