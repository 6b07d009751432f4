/** Plays every transcript of `test/scenario/consensus`. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Monitors } from "./monitors.ts";
import { play } from "./transcript.ts";

const FOLDER = join(import.meta.dirname, "consensus");

describe("consensus", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    const path = join(FOLDER, file);
    const title = readFileSync(path, "utf8").split("\n", 1)[0]?.replace(/^#\s*/, "") ?? file;
    test(`${file}: ${title}`, () => {
      const monitors = new Monitors();
      const { expected, actual } = play(path, (words) => monitors.run(words));
      if (process.env["UPDATE"] === "1") writeFileSync(path, actual);
      else expect(actual).toBe(expected);
    });
  }
});
