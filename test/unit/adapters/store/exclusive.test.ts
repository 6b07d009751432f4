/** The lock in a data directory itself, which meets monitors of other network namespaces. */
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeDataDir, takeInside } from "../../../../src/adapters/store/exclusive.ts";
import { type TempDir, tempDir } from "../../../helpers/temp-dir.ts";

let dir: TempDir;
let held: (Server | null)[] = [];

beforeEach(async () => {
  dir = await tempDir();
});
afterEach(async () => {
  for (const server of held.splice(0)) server?.close();
  await dir.remove();
});

/** As many come at the same time. @returns how many of them have the directory */
async function come(count: number): Promise<number> {
  held = await Promise.all(Array.from({ length: count }, () => takeInside(dir.path)));
  return held.filter((server) => server !== null).length;
}

function leave(): Promise<unknown> {
  return Promise.all(
    held.splice(0).map((server) => new Promise((done) => (server ? server.close(done) : done(0)))),
  );
}

/** What a process leaves behind that is killed. */
async function leaveBehind(name: string): Promise<void> {
  const server = createServer();
  const path = join(dir.path, name);
  await new Promise<void>((done) => server.listen(`${path}-live`, done));
  renameSync(`${path}-live`, path);
  await new Promise((done) => server.close(done));
}

describe("a data directory", () => {
  it("is had by one at most of those who come at the same time, also after one that was killed", async () => {
    for (const dead of ["lock", "lock.0a1b2c"]) {
      await leaveBehind(dead);
      expect(await come(2)).toBeLessThan(2);
      await leave();
    }
    expect(await come(8)).toBeLessThan(2);
  });

  it("is not had by another while somebody has it, and free after that", async () => {
    expect(await come(1)).toBe(1);
    expect(await takeInside(dir.path)).toBeNull();
    await leave();
    expect(await come(1)).toBe(1);
  });

  it("keeps nothing of those who left, however they did, and all else", async () => {
    writeFileSync(join(dir.path, "lock-smith"), "");
    await leaveBehind("lock");
    await leaveBehind("lock.0a1b2c");
    const exclusive = await takeDataDir(dir.path);
    expect(readdirSync(dir.path)).toHaveLength(2);
    exclusive.release();
    await expect.poll(() => readdirSync(dir.path)).toEqual(["lock-smith"]);
  });
});
