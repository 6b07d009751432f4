/** The transcripts of consensus as one script: a mutant that changes what they print is found. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Monitors } from "../scenario/monitors.ts";
import { play } from "../scenario/transcript.ts";
import type { Script } from "./rules/script.ts";
import { Violation } from "./world/violation.ts";

/** From where the tests are run: a mutant lies somewhere else. */
const FOLDER = join(process.cwd(), "test/scenario/consensus");

function playAll(seed: number): void {
  if (seed !== 1) return;
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    const monitors = new Monitors();
    const { expected, actual } = play(join(FOLDER, file), (words) => monitors.run(words));
    if (actual === expected) continue;
    const lines = expected.split("\n");
    const at = actual.split("\n").findIndex((line, number) => line !== lines[number]);
    throw new Violation("a transcript", `${file}:${at + 1}: ${lines[at] ?? "the end"}`);
  }
}

export const TRANSCRIPTS: readonly Script[] = [
  { name: "the transcripts of consensus", run: playAll },
];
