/**
 * Transcripts: a text file of commands and what they print, as in etcd's and CockroachDB's
 * data-driven tests.
 *
 *     # A title, and any comment.
 *     command arguments
 *     ----
 *     expected output
 *
 * A block ends with an empty line. `UPDATE=1` records the output anew; a person then reads the diff.
 */
import { readFileSync } from "node:fs";

export type Run = (command: readonly string[]) => readonly string[];

interface Block {
  /** Comments before the command, and empty lines between them. */
  readonly before: readonly string[];
  readonly command: string;
  readonly expected: readonly string[];
}

const SEPARATOR = "----";

function parse(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let before: string[] = [];
  const lines = text.trimEnd().split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "" || line.startsWith("#")) {
      if (line !== "" || before.length > 0) before.push(line);
      continue;
    }
    const expected: string[] = [];
    if (lines[at + 1] === SEPARATOR) {
      at += 2;
      for (; at < lines.length && lines[at] !== ""; at += 1) expected.push(lines[at] ?? "");
      at -= 1;
    }
    blocks.push({ before, command: line, expected });
    before = [];
  }
  return blocks;
}

function print(blocks: readonly Block[], outputs: readonly (readonly string[])[]): string {
  const texts = blocks.map(({ before, command }, at) =>
    [...before, command, SEPARATOR, ...(outputs[at] ?? [])].join("\n"),
  );
  return `${texts.join("\n\n")}\n`;
}

/** What the file says, and what comes of its commands. */
export function play(
  path: string,
  run: Run,
): { readonly expected: string; readonly actual: string } {
  const expected = readFileSync(path, "utf8");
  const blocks = parse(expected);
  const outputs = blocks.map(({ command }) => run(command.split(/\s+/)));
  return { expected, actual: print(blocks, outputs) };
}
