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

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
