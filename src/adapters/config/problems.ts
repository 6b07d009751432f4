/**
 * What is wrong with a configuration, all of it at once: a person who fixes one line and is then
 * told of the next one loses patience before the file is right.
 */

export interface Problem {
  readonly file: string;
  /** From 1. null: the problem has no place in the file (a flag, a missing file). */
  readonly line: number | null;
  readonly column: number | null;
  /** Empty for the top of the file. */
  readonly section: string;
  readonly key: string | null;
  /** What is wrong, and what to write. */
  readonly text: string;
}

/** `file:line:column: [section] key: text`. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null);
  const section = problem.section === "" ? "" : `[${problem.section}] `;
  const key = problem.key === null ? "" : `${problem.key}: `;
  return `${place.join(":")}: ${section}${key}${problem.text}`;
}

/** File by file, each from its top; what has no line comes last. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? Infinity) - (b.line ?? Infinity) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

/** Thrown by everything that reads a configuration. The caller prints it and exits with 3. */
export class ConfigErrors extends Error {
  override readonly name = "ConfigErrors";
  readonly exitCode = 3;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    super(sorted.map(formatProblem).join("\n"));
    this.problems = sorted;
  }
}

/** There is no file at all, which may well be so. */
export function isMissing({ problems }: ConfigErrors): boolean {
  return problems.every(
    ({ line, text }) => line === null && text.startsWith("there is no such file"),
  );
}
