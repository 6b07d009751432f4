import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadDurable, saveDurable } from "../../../../src/adapters/store/durable-file.ts";
import type { Durable } from "../../../../src/core/consensus/types.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-store-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const DURABLE: Durable = {
  name: "mon1",
  storageId: "a1",
  term: 7,
  votedFor: "mon2",
  slot: {
    stamp: { term: 6, version: 41 },
    parts: { cluster: { schema: 1, unknown: { kept: ["é", null, 1.5] } } },
    changed: { cluster: { term: 6, version: 40 } },
  },
  acknowledged: { mon2: { term: 6, slot: { term: 6, version: 41 } } },
};

function path(): string {
  return join(dir, "state.json");
}

describe("what is saved", () => {
  test("comes back as it was, unknown fields too", async () => {
    await saveDurable(dir, DURABLE);
    expect(await loadDurable(dir)).toEqual(DURABLE);
  });

  test("replaces what was there before, and leaves nothing beside it", async () => {
    await saveDurable(dir, DURABLE);
    await saveDurable(dir, { ...DURABLE, term: 8, votedFor: null });
    expect(await loadDurable(dir)).toMatchObject({ term: 8, votedFor: null });
    expect(readdirSync(dir)).toEqual(["state.json"]);
  });

  test("is readable by its owner only", async () => {
    await saveDurable(dir, DURABLE);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("is not replaced by what a crash left unfinished beside it", async () => {
    await saveDurable(dir, DURABLE);
    writeFileSync(`${path()}.new`, "half of a new st");
    expect(await loadDurable(dir)).toEqual(DURABLE);
    await saveDurable(dir, { ...DURABLE, term: 9 });
    expect(await loadDurable(dir)).toMatchObject({ term: 9 });
  });
});

test("a directory without a state has none", async () => {
  expect(await loadDurable(dir)).toBeNull();
});

describe("a file that is not whole is refused, never taken for an empty one", () => {
  const content = (): Buffer => readFileSync(path());

  test.each<readonly [string, (bytes: Buffer) => Buffer | string, RegExp]>([
    ["empty", () => "", /does not begin/],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 5), /bytes of state/],
    ["cut within its first line", (bytes) => bytes.subarray(0, 30), /does not begin/],
    ["longer", (bytes) => `${bytes.toString()}x`, /bytes of state/],
    ["changed in one bit", (bytes) => flipped(bytes), /checksum/],
    ["of a later format", (bytes) => bytes.toString().replace("state 1 ", "state 2 "), /format 2/],
    ["something else", () => "{}\n", /does not begin/],
  ])("%s", async (_, change, why) => {
    await saveDurable(dir, DURABLE);
    writeFileSync(path(), change(content()));
    const refused = loadDurable(dir);
    await expect(refused).rejects.toMatchObject({ code: "STORE_CORRUPT", exitCode: 3 });
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toMatchObject({
      explanation: { todo: expect.stringContaining("mmm monitor replace") as string },
    });
  });

  function flipped(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    const at = copy.length - 20;
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  }

  test("every truncation of the file", async () => {
    await saveDurable(dir, DURABLE);
    const whole = content();
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path(), whole.subarray(0, length));
      await expect(loadDurable(dir)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    }
  });
});

describe("what cannot be done is an error, not a guess", () => {
  test("a directory that vanished cannot be written", async () => {
    rmSync(dir, { recursive: true });
    await expect(saveDurable(dir, DURABLE)).rejects.toMatchObject({ code: "STORE_IO" });
  });

  test("a state file that is a directory cannot be read", async () => {
    mkdirSync(path());
    await expect(loadDurable(dir)).rejects.toMatchObject({ code: "STORE_IO" });
    await expect(saveDurable(dir, DURABLE)).rejects.toMatchObject({ code: "STORE_IO" });
  });
});
