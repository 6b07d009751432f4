/** Columns for people and for awk: no borders, two spaces between, the header in capitals. */
import { stripVTControlCharacters } from "node:util";

export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  return all.map((row) => {
    const cells = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)));
    return cells.join("  ").trimEnd();
  });
}

/**
 * As wide as a screen is, if leaving out some of `spare`, the first of them first, makes it so.
 * @param columns null: no screen, so nothing is left out
 */
export function tableWithin(
  columns: number | null,
  spare: readonly string[],
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const lines = table(header, rows);
  const [first, ...others] = spare;
  const isTooWide = columns !== null && lines.some((line) => width(line) > columns);
  if (first === undefined || !isTooWide) return lines;
  const at = header.indexOf(first);
  const narrower = [header, ...rows].map((row) => row.toSpliced(at, 1));
  return tableWithin(columns, others, narrower[0] ?? [], narrower.slice(1));
}

/** Parts of one line, three spaces between; on a screen that is too narrow for that, of several. */
export function lineWithin(columns: number | null, parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1) ?? ""}   ${part}`;
    if (lines.length === 0 || (columns !== null && width(longer) > columns)) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
