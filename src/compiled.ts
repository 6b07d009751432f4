/**
 * A program that V8 has compiled before. Of what a command of `mmm` takes, a third was reading and compiling the
 * modules of gRPC, each time anew. `scripts/build.mjs` makes both files. Where another V8 runs than the one that
 * compiled, or another kind of processor, it is done as ever.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

/** What the program's file evaluates to. */
type Program<T> = (require: NodeJS.Require, file: string) => T;

/**
 * Beside the program's file. V8 refuses what another version has compiled, but not what one with other patches has, and Node's
 * V8 has patches of its own.
 */
export function compiledName(file: string): string {
  return `${file}.${process.arch}-${process.versions.v8}`;
}

export function scriptOf(file: string): Script {
  const compiled = compiledName(file);
  return new Script(readFileSync(file, "utf8"), {
    filename: file,
    cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

export function runCompiled<T>(file: string): T {
  const program = scriptOf(file).runInThisContext() as Program<T>;
  return program(createRequire(file), file);
}
