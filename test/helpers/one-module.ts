/**
 * A plugin of vitest: all test files of a folder become one module together with all that they import,
 * and Node loads that as it is. In it each test file is run when its turn comes.
 *
 * The simulation does nothing but compute. When every name of another module is looked up anew whenever
 * it is used, that takes a third longer; and V8 needs seconds of a processor until it has compiled the
 * core and the world well, which each process does once for all of its files, instead of once for each.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build, type Plugin as BundlerPlugin } from "esbuild";
import type { Plugin } from "vitest/config";

const ROOT = join(import.meta.dirname, "../..");
/** Where packages are found from. Working trees may share it. */
const CACHE = join(ROOT, "node_modules/.cache/one-module");

/** @param folder within the repository; what changes in it while vitest watches is not seen */
export function oneModule(folder: string): Plugin {
  let built: Promise<string> | null = null;
  return {
    name: "one-module",
    enforce: "pre",
    load: async (id) => {
      if (!id.endsWith(".test.ts")) return null;
      built ??= bundle(join(ROOT, folder));
      return `import { tests } from ${JSON.stringify(await built)};\nawait tests[${JSON.stringify(relative(ROOT, id))}]();`;
    },
  };
}

/** @returns the path of a module whose `tests` run one test file each, by its path */
async function bundle(folder: string): Promise<string> {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const outfile = join(CACHE, `${name}.mjs`);
  await build({
    stdin: { contents: entryOf(await testFilesOf(folder)), resolveDir: ROOT },
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    plugins: [OWN_PLACES],
  });
  return outfile;
}

async function testFilesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => relative(ROOT, join(folder, name)));
}

function entryOf(files: readonly string[]): string {
  const tests = files.map((file) => {
    return `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)}),`;
  });
  return `export const tests = {\n${tests.join("\n")}\n};`;
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
