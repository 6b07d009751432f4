/**
 * Builds a mutant: the core, the simulated world and the scripts as one module, in which the lines
 * that the mutant changes are changed. esbuild does it in a fraction of a second.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type * as Offer from "./offer.ts";
import { type Edit, edited, type Mutant } from "./mutant.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");

/** The module with nothing changed, for comparison, if `mutant` is null. */
export async function load(mutant: Mutant | null): Promise<typeof Offer> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "offer.ts")],
    absWorkingDir: REPOSITORY,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
    logLevel: "error",
    plugins: [edit(mutant?.edits ?? [])],
  });
  const folder = await mkdtemp(join(tmpdir(), "mmm-mutant-"));
  try {
    const path = join(folder, "mutant.mjs");
    await writeFile(path, outputFiles[0]?.text ?? "");
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as typeof Offer;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function edit(edits: readonly Edit[]): Plugin {
  const files = new Set(edits.map(({ file }) => join(REPOSITORY, file)));
  return {
    name: "mutant",
    setup: (builder) => {
      builder.onLoad({ filter: /[.]ts$/ }, async ({ path }) => {
        if (!files.has(path)) return undefined;
        const text = await readFile(path, "utf8");
        const mine = edits.filter(({ file }) => join(REPOSITORY, file) === path);
        return { contents: mine.reduce(edited, text), loader: "ts" };
      });
    },
  };
}
