#!/usr/bin/env node
// Bundles src/bin/*.ts into dist/*.js: what runs needs no node_modules. Code that several commands
// share, and what a command imports only when it is used, goes into chunks of its own.
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "src/bin");
const dist = join(root, "dist");
const names = readdirSync(bin)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => basename(file, ".ts"));

/** ssh2 tries its native parts, and does without them where they cannot be loaded. */
const withoutNativeParts = {
  name: "without-native-parts",
  setup(bundler) {
    bundler.onResolve({ filter: /\.node$|^cpu-features$/ }, ({ path }) => ({ path, external: true }));
  },
};

rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(names.map((name) => [name, join(bin, `${name}.ts`)])),
  outdir: dist,
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
  plugins: [withoutNativeParts],
  banner: {
    // CommonJS packages in the bundle still say require().
    js: 'import { createRequire as mmmCreateRequire } from "node:module";\nconst require = mmmCreateRequire(import.meta.url);',
  },
});

for (const name of names) chmodSync(join(dist, `${name}.js`), 0o755);
