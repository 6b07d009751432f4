/** What a mutant changes is still there: otherwise it would show nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MUTANTS } from "../simulation/mutants/all.ts";
import { edited } from "../simulation/mutants/mutant.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

test.each(MUTANTS)("“$name” fits the code", ({ edits }) => {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(REPOSITORY, edit.file), "utf8");
    const changed = edited(text, edit);
    expect(changed).not.toBe(text);
    texts.set(edit.file, changed);
  }
});
