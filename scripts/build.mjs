#!/usr/bin/env node
// usage: build.mjs [--fail-points] [DIR]
// Bundles src/bin/*.ts into DIR/*.js (dist): what runs needs no node_modules. Code that several
// commands share, and what a command imports only when it is used, goes into chunks of its own.
// --fail-points makes a build for tests, whose monitors die on demand (src/daemon/fail-points.ts).
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "src/bin");
const [place] = process.argv.slice(2).filter((argument) => argument !== "--fail-points");
const dist = resolve(place ?? join(root, "dist"));
// Whoever runs the old bundle meanwhile finds it whole.
const fresh = `${dist}.new-${process.pid}`;
const names = readdirSync(bin)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => basename(file, ".ts"));

/** ssh2 tries its native parts, and does without them where they cannot be loaded. */
const NATIVE_PARTS = /\.node$|^cpu-features$/;
/** gRPC loads it for a service about itself, which we do not offer. */
const OF_NO_USE = /^@grpc\/proto-loader$/;
const leftOut = {
  name: "left-out",
  setup(bundler) {
    for (const filter of [NATIVE_PARTS, OF_NO_USE])
      bundler.onResolve({ filter }, ({ path }) => ({ path, external: true }));
  },
};

/** With DEBUG in the environment ioredis would write down every command, AUTH with its password, too. */
const SILENT = `module.exports = () => Object.assign(() => {}, { enabled: false });
module.exports.default = module.exports;`;
const silenced = {
  name: "silenced",
  setup(bundler) {
    bundler.onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: "silent" }));
    bundler.onLoad({ filter: /^/, namespace: "silent" }, () => ({ contents: SILENT, loader: "js" }));
  },
};

rmSync(fresh, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(names.map((name) => [name, join(bin, `${name}.ts`)])),
  outdir: fresh,
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  define: { FAIL_POINTS: String(process.argv.includes("--fail-points")) },
  // Drops what a definition has made unreachable.
  minifySyntax: true,
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
  plugins: [leftOut, silenced],
  banner: {
    // CommonJS packages in the bundle still say require() and __dirname.
    js: [
      'import { createRequire as bundleRequire } from "node:module";',
      'import { dirname as bundleDirname } from "node:path";',
      'import { fileURLToPath as bundlePath } from "node:url";',
      "const require = bundleRequire(import.meta.url);",
      "const __filename = bundlePath(import.meta.url);",
      "const __dirname = bundleDirname(__filename);",
    ].join("\n"),
  },
});

writeFileSync(join(fresh, "LICENSES.txt"), licences(Object.keys(metafile.inputs)));
for (const name of names) chmodSync(join(fresh, `${name}.js`), 0o755);
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);

/** Of every package that the bundle contains: what it asks whoever hands it on to hand on as well. */
function licences(inputs) {
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)].sort().map(licenceOf).join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? "" : `\n${readFileSync(join(root, folder, file), "utf8")}`;
  return `${name} ${version}, ${license ?? "as follows"}\n${text}`;
}
