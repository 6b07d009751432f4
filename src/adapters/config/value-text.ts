/**
 * How `ini` reads the text behind a `=`, and where that would not be what was written.
 *
 * Its rules: a value that begins and ends with the same quote goes through JSON.parse (so single
 * quotes turn '0123' into a number or keep themselves), anything else ends at the first `;` or `#`
 * that no backslash precedes, and `\\` is one backslash.
 */

export interface ValueText {
  readonly raw: string;
  /** What changes in every kind of value; null: nothing. */
  readonly problem: string | null;
  /** What changes only in free text, such as a password: a comment, or a doubled backslash. */
  readonly inFreeText: string | null;
}

const QUOTE_IT = `put the whole value in double quotes, with \\" and \\\\ inside as in JSON`;

export function inspectValue(raw: string): ValueText {
  if (isQuoted(raw)) return { raw, problem: quotedProblem(raw), inFreeText: null };
  if (/^["']/.test(raw)) return { raw, problem: unclosedProblem(raw), inFreeText: null };
  const cut = firstUnescaped(raw);
  const tight = cut > 0 && !/\s/.test(raw[cut - 1] ?? "");
  const problem = tight ? `is cut at "${raw[cut]}"; ${QUOTE_IT}, or write \\${raw[cut]}` : null;
  return { raw, problem, inFreeText: problem ?? freeTextProblem(raw, cut) };
}

function isQuoted(raw: string): boolean {
  return /^(".*"|'.*')$/s.test(raw);
}

function quotedProblem(raw: string): string | null {
  if (raw.startsWith("'")) return `single quotes change what is between them; ${QUOTE_IT}`;
  try {
    JSON.parse(raw);
    return null;
  } catch {
    return `is not valid between double quotes; write \\" for a quote and \\\\ for a backslash`;
  }
}

function unclosedProblem(raw: string): string {
  const comment = /^("[^"]*"|'[^']*')\s*[;#]/.test(raw);
  return comment
    ? "a comment may not follow a quoted value; put it on its own line"
    : `begins with a quote that does not end it; ${QUOTE_IT}`;
}

function freeTextProblem(raw: string, cut: number): string | null {
  if (cut >= 0)
    return `"${raw[cut]}" begins a comment; ${QUOTE_IT}, or put the comment on its own line`;
  return raw.includes("\\\\") ? `two backslashes are read as one; ${QUOTE_IT}` : null;
}

/** Index of the `;` or `#` at which `ini` stops, or -1. */
function firstUnescaped(raw: string): number {
  let escaped = false;
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at];
    if (!escaped && (char === ";" || char === "#")) return at;
    escaped = char === "\\" && !escaped;
  }
  return -1;
}
