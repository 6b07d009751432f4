// usage: node --no-rehash-snapshot compile.mjs FILE CONFIG
// Writes FILE.ARCH-V8: FILE, a program of src/compiled.ts, as V8 has compiled it for a run of `mmm config check CONFIG`
// (which ends with a complaint, for there are no certificates). Without a random seed for its tables, and with one name
// for all, the same program gives the same bytes everywhere.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

const [file, config] = process.argv.slice(2);
const script = new Script(readFileSync(file, "utf8"), { filename: "mmm" });
const { runMmm } = script.runInThisContext()(createRequire(file), file);
process.stdout.write = process.stderr.write = () => true;
await runMmm(["config", "check", config]);
// Like whoever reads it: V8 does not take what was compiled with other flags.
setFlagsFromString("--rehash-snapshot");
writeFileSync(`${file}.${process.arch}-${process.versions.v8}`, script.createCachedData());
