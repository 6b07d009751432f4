import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readPackaged } from "../../../src/adapters/packaged.ts";
import { MmmError } from "../../../src/errors.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

it("a packaged file is found beside the program, wherever that is", async () => {
  await using dir = await tempDir();
  mkdirSync(join(dir.path, "dist/chunks"), { recursive: true });
  writeFileSync(join(dir.path, "guard"), "#!/bin/sh");
  expect(readPackaged("guard", join(dir.path, "dist/chunks"))).toBe("#!/bin/sh");
});

it("one that is missing is the installation's fault, and is told with what to do", async () => {
  await using dir = await tempDir();
  const read = () => readPackaged("scripts/no-such-file", dir.path);
  expect(read).toThrow(MmmError);
  expect(read).toThrow(
    /scripts\/no-such-file is part of redis-mmm .* the installation is incomplete/,
  );
});
