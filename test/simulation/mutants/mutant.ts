/**
 * A mutant is the shipped code with one rule left out. It is written down as the lines that change,
 * so the shipped code needs no switches, and a mutant cannot differ in anything else. Lines that are
 * not there any more are an error: then the mutant is brought up to date with the code.
 */
export interface Edit {
  /** Within the repository. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  readonly name: string;
  /** What the rule that is left out says. */
  readonly removes: string;
  readonly edits: readonly Edit[];
  /** Names of the scripts of which each must find it. */
  readonly scripts: readonly string[];
}

/** @throws Error if the lines are not there exactly once. */
export function edited(text: string, edit: Edit): string {
  const parts = text.split(edit.from);
  if (parts.length === 2) return parts.join(edit.to);
  throw new Error(
    `${edit.file} has ${parts.length - 1} times what a mutant changes:\n${edit.from}\nBring test/simulation/mutants up to date.`,
  );
}
