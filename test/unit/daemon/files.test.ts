/** Files of a monitor that somebody else on its host has prepared. */
import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareDataDir } from "../../../src/daemon/data-dir.ts";
import { writePidFile } from "../../../src/daemon/pid-file.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir.remove());

describe("a pid file", () => {
  it("is not written through a link, whatever that points at", () => {
    const [victim, file] = [join(dir.path, "victim"), join(dir.path, "pid")];
    writeFileSync(victim, "mine");
    symlinkSync(victim, file);
    expect(() => writePidFile(file)).toThrow(/cannot write the pid file .*ELOOP/s);
    expect(readFileSync(victim, "utf8")).toBe("mine");
  });

  it("is written over one that a killed monitor left", () => {
    const file = join(dir.path, "pid");
    writeFileSync(file, "999999999\n");
    writePidFile(file).remove();
    expect(() => readFileSync(file)).toThrow("ENOENT");
  });
});

describe.skipIf(process.getuid?.() !== 0)("a data directory", () => {
  it("of another user is not used: that one may put any state there", () => {
    const data = join(dir.path, "data");
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, 12_345, 12_345);
    expect(() => prepareDataDir(data)).toThrow(/it belongs to another user of this host \(12345\)/);
    chownSync(data, 0, 0);
    prepareDataDir(data);
  });
});
