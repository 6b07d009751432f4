/**
 * A plugin of vitest: each test file becomes one module together with all that it imports.
 *
 * Otherwise every name that comes from another module is looked up anew whenever it is used, which
 * costs the simulation, whose tests do nothing but compute, a third of its time.
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build, type Plugin as BundlerPlugin } from "esbuild";
import type { Plugin } from "vitest/config";

export function oneModule(): Plugin {
  return {
    name: "one-module",
    enforce: "pre",
    load: (id) => (id.endsWith(".test.ts") ? bundle(id) : null),
  };
}

async function bundle(file: string): Promise<{ code: string; map: string }> {
  const { outputFiles } = await build({
    entryPoints: [file],
    outfile: `${file}.js`,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "external",
    write: false,
    plugins: [OWN_PLACES],
  });
  const [map, code] = outputFiles.map(({ text }) => text);
  return { code: code ?? "", map: map ?? "" };
}

/** A module that asks where it lies is told before it lies elsewhere. */
const OWN_PLACES: BundlerPlugin = {
  name: "own-places",
  setup: (bundler) => {
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};
