#!/usr/bin/env node
// usage: build.mjs [--fail-points] [DIR]
// Bundles src/bin/*.ts into DIR/*.js (dist): what runs needs no node_modules. Code that several
// commands share, and what a command imports only when it is used, goes into chunks of its own.
// The command line is one program by itself, compiled beforehand (src/compiled.ts).
// --fail-points makes a build for tests, whose monitors die on demand (src/daemon/fail-points.ts).
import { execFileSync } from "node:child_process";
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

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  // Drops what a definition has made unreachable.
  minifySyntax: true,
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
};

rmSync(fresh, { recursive: true, force: true });
const COMMAND_LINE = join(root, "src/cli/process.ts");
const commandLine = await build({
  ...common,
  entryPoints: { mmm: COMMAND_LINE },
  // What is compiled belongs to this very text.
  entryNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".cjs" },
  outdir: fresh,
  format: "iife",
  globalName: "exported",
  define: { "import.meta.url": "fileUrl" },
  banner: {
    js: [
      "(function (require, __filename) {",
      'const __dirname = require("node:path").dirname(__filename);',
      'const fileUrl = require("node:url").pathToFileURL(__filename).href;',
    ].join("\n"),
  },
  footer: { js: "return exported;\n})" },
  plugins: [leftOut, silenced],
});
const program = Object.keys(commandLine.metafile.outputs).find((file) => file.endsWith(".cjs"));
compile(join(root, program));

/** Whoever imports the command line gets the compiled one. */
const compiled = {
  name: "compiled",
  setup(bundler) {
    bundler.onResolve({ filter: /\/cli\/process\.ts$/ }, () => ({ path: COMMAND_LINE, namespace: "compiled" }));
    bundler.onLoad({ filter: /^/, namespace: "compiled" }, () => ({
      contents: `import { fileURLToPath } from "node:url";
import { runCompiled } from "./src/compiled.ts";
export const { runMmm } = runCompiled(fileURLToPath(new URL("./${basename(program)}", import.meta.url)));`,
      resolveDir: root,
    }));
  },
};

/** Chunks of their own: as one module of 2.7 MB they cost a monitor 6 MB more, for as long as it runs. */
const PARTS = { core: "src/core/monitor.ts", grpc: "src/adapters/grpc.ts", redis: "ioredis", ssh: "ssh2" };
const parts = Object.entries(PARTS).map(([name, module]) => [`chunks/${name}`, module]);
const programs = names.map((name) => [name, join(bin, `${name}.ts`)]);

const monitor = await build({
  ...common,
  entryPoints: Object.fromEntries([...programs, ...parts]),
  outdir: fresh,
  splitting: true,
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  define: { FAIL_POINTS: String(process.argv.includes("--fail-points")) },
  plugins: [leftOut, silenced, compiled],
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

writeFileSync(join(fresh, "LICENSES.txt"), licences([commandLine, monitor].flatMap(({ metafile }) => Object.keys(metafile.inputs))));
for (const name of names) chmodSync(join(fresh, `${name}.js`), 0o755);
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);

/** Without the random seed of its tables V8 makes the same bytes of the same text. */
function compile(file) {
  const words = [join(root, "scripts/build.d/compile.mjs"), file, join(root, "config/redis-mmm.conf")];
  execFileSync(process.execPath, ["--no-rehash-snapshot", ...words], { stdio: "inherit" });
}

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
