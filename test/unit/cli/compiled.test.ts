import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compiledName, scriptOf } from "../../../src/compiled.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PATIENCE_MS = 120_000;
/** Where V8 writes for which version of itself it compiled. */
const VERSION_AT = 4;

function build(dist: string): void {
  execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), dist]);
}

function programIn(dist: string): string {
  const name = readdirSync(join(dist, "chunks")).find((file) => /^mmm-.*\.cjs$/.test(file));
  return join(dist, "chunks", name ?? "no program");
}

function help(dist: string): string {
  return execFileSync(process.execPath, [join(dist, "mmm.js"), "help"], { encoding: "utf8" });
}

describe("the command line of a build", { timeout: PATIENCE_MS }, () => {
  const dir = mkdtempSync(join(tmpdir(), "mmm-compiled-"));
  const dist = join(dir, "dist");
  const copy = (name: string): string => {
    const place = join(dir, name);
    cpSync(dist, place, { recursive: true });
    return place;
  };

  beforeAll(() => build(dist), PATIENCE_MS);
  afterAll(() => rmSync(dir, { recursive: true }));

  it("is taken by V8 as it was compiled", () => {
    expect(scriptOf(programIn(dist)).cachedDataRejected).toBe(false);
  });

  it("is compiled to the same bytes in another place, at another time", () => {
    const other = join(dir, "elsewhere", "dist");
    build(other);
    const bytes = (file: string) => readFileSync(compiledName(file)).toString("base64");
    expect(bytes(programIn(other)) === bytes(programIn(dist))).toBe(true);
  });

  it("runs all the same where another V8 does not take it", () => {
    const other = copy("other-v8");
    const file = compiledName(programIn(other));
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(bytes.readUInt32LE(VERSION_AT) + 1, VERSION_AT);
    writeFileSync(file, bytes);
    expect(scriptOf(programIn(other)).cachedDataRejected).toBe(true);
    expect(help(other)).toBe(help(dist));
  });

  it("runs all the same where nothing was compiled for this Node.js", () => {
    const other = copy("without");
    const file = compiledName(programIn(other));
    renameSync(file, `${file}-other`);
    expect(help(other)).toBe(help(dist));
  });
});
