/** Plays every transcript of `test/scenario/consensus`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { Monitors } from "./monitors.ts";
import { playTranscript } from "./transcript.ts";

const FOLDER = join(import.meta.dirname, "consensus");

describe("consensus", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    const path = join(FOLDER, file);
    const title = readFileSync(path, "utf8").split("\n", 1)[0]?.replace(/^#\s*/, "") ?? file;
    test(`${file}: ${title}`, () => {
      const monitors = new Monitors();
      playTranscript(path, (words) => monitors.run(words));
    });
  }
});
