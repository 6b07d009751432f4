import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { inPlace } from "../../../src/adapters/places.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

function put(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  }
}

it("in a checkout names the page by its whole path, and the script as it is called there", async () => {
  await using dir = await tempDir();
  const page = join(dir.path, "docs/doctor.md");
  put(page, join(dir.path, "scripts/setup-host"), join(dir.path, "dist/chunks/a.js"));
  const from = join(dir.path, "dist/chunks");
  expect(inPlace("see docs/doctor.md; scripts/setup-host there", from)).toBe(
    `see ${page}; scripts/setup-host there`,
  );
});

it("of a Debian package names where that puts them", async () => {
  await using dir = await tempDir();
  const page = join(dir.path, "usr/share/doc/redis-mmm/docs/doctor.md");
  put(page, join(dir.path, "usr/share/redis-mmm/dist/mmm.js"));
  const from = join(dir.path, "usr/share/redis-mmm/dist");
  expect(inPlace("docs/doctor.md, or scripts/setup-host --user x", from)).toBe(
    `${page}, or redis-mmm-setup-host --user x`,
  );
});

it("leaves what is not there, and what is a part of another path", async () => {
  await using dir = await tempDir();
  put(join(dir.path, "docs/doctor.md"), join(dir.path, "scripts/setup-host"));
  const text = "docs/nothing.md /srv/docs/doctor.md my-docs/doctor.md /opt/scripts/setup-host";
  expect(inPlace(text, dir.path)).toBe(text);
});
