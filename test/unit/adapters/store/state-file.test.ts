import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadState, StateFile } from "../../../../src/adapters/store/state-file.ts";
import type { Durable, Part } from "../../../../src/core/consensus/types.ts";
import type { MmmError } from "../../../../src/errors.ts";
import { aCluster } from "../../core/consensus/a-monitor.ts";

let dir: string;
let store: StateFile;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-store-"));
  store = new StateFile(dir, SIZE);
});

afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Room for some records only, so that a few saves need a second file. */
const SIZE = 16 * 512;

const DURABLE: Durable = {
  name: "mon1",
  storageId: "a1",
  term: 7,
  votedFor: "mon2",
  slot: {
    stamp: { term: 6, version: 41 },
    parts: {
      cluster: {
        ...aCluster(),
        unknown: { kept: ["é", null, 1.5, "x".repeat(900)] },
      } as unknown as Part,
    },
    changed: { cluster: { term: 6, version: 40 } },
  },
  acknowledged: { mon2: { term: 6, slot: { term: 6, version: 41 } } },
};

const ofTerm = (term: number): Durable => ({ ...DURABLE, term });

function path(): string {
  return join(dir, "state");
}

describe("what is saved", () => {
  test("comes back as it was, unknown fields too", async () => {
    await store.save(DURABLE);
    expect(await loadState(dir)).toEqual(DURABLE);
  });

  test("replaces what was there before, as often as it is done, and leaves but the file of the next time beside it", async () => {
    for (let term = 1; term <= 20; term += 1) {
      await store.save(ofTerm(term));
      expect(await loadState(dir)).toEqual(ofTerm(term));
      expect(statSync(path()).size).toBe(SIZE);
    }
    expect(readdirSync(dir)).toEqual(["state", "state.new"]);
  });

  test("is readable by its owner only", async () => {
    await store.save(DURABLE);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("may be larger than a file usually is", async () => {
    const large = { ...DURABLE, unknown: "m".repeat(5 * SIZE) };
    await store.save(DURABLE);
    await store.save(large);
    await store.save(large);
    expect(await loadState(dir)).toEqual(large);
  });

  test("is not replaced by what a crash left unfinished beside it", async () => {
    await store.save(DURABLE);
    writeFileSync(`${path()}.new`, "half of a new st");
    expect(await loadState(dir)).toEqual(DURABLE);
    await using next = new StateFile(dir, SIZE);
    await next.save(ofTerm(9));
    expect(await loadState(dir)).toEqual(ofTerm(9));
  });
});

test("a directory without a state has none", async () => {
  expect(await loadState(dir)).toBeNull();
});

describe("a crash while a new file takes the place of the old one", () => {
  /** What is there besides, by the names under which the old file is known when it happens. */
  test.each([
    ["once it has its second name", () => linkSync(path(), `${path()}.old`)],
    [
      "before that is its only one",
      () => {
        linkSync(path(), `${path()}.old`);
        rmSync(`${path()}.new`);
      },
    ],
    ["before there was a spare one", () => rmSync(`${path()}.new`)],
  ])("%s, is forgotten by the next saves", async (_, crash) => {
    await store.save(ofTerm(8));
    crash();
    await using next = new StateFile(dir, SIZE);
    for (let term = 9; term <= 30; term += 1) {
      await next.save(ofTerm(term));
      expect(await loadState(dir)).toEqual(ofTerm(term));
      expect(statSync(path()).ino).not.toBe(statSync(`${path()}.new`).ino);
    }
    expect(readdirSync(dir)).toEqual(["state", "state.new"]);
  });

  test("leaves a spare one of any length, which is made to fit", async () => {
    for (const length of [0, 100, SIZE + 512]) {
      writeFileSync(`${path()}.new`, Buffer.alloc(length, "x"));
      await using next = new StateFile(dir, SIZE);
      await next.save(ofTerm(9));
      expect(await loadState(dir)).toEqual(ofTerm(9));
    }
  });
});

describe("a crash in the middle of a save", () => {
  /** The record that is written with the second save, and the file before and after. */
  async function twoSaves(): Promise<{
    before: Buffer;
    after: Buffer;
    sectors: readonly number[];
  }> {
    await store.save(ofTerm(8));
    const before = readFileSync(path());
    await store.save(ofTerm(9));
    const after = readFileSync(path());
    const all = Array.from({ length: SIZE / 512 }, (_, index) => index);
    const changed = (sector: number): boolean =>
      before.compare(after, sector * 512, sector * 512 + 512, sector * 512, sector * 512 + 512) !==
      0;
    return { before, after, sectors: all.filter(changed) };
  }

  test("leaves the state before it, whichever of the sectors reached the disk", async () => {
    const { before, after, sectors } = await twoSaves();
    expect(sectors.length).toBeGreaterThan(1);
    for (let chosen = 0; chosen < 2 ** sectors.length; chosen += 1) {
      const torn = Buffer.from(before);
      const written = sectors.filter((_, bit) => (chosen & (1 << bit)) !== 0);
      for (const sector of written)
        after.copy(torn, sector * 512, sector * 512, sector * 512 + 512);
      writeFileSync(path(), torn);
      const whole = written.length === sectors.length;
      expect(await loadState(dir)).toEqual(ofTerm(whole ? 9 : 8));
    }
  });

  test("is forgotten by the next save after the start", async () => {
    const { before, after, sectors } = await twoSaves();
    const torn = Buffer.from(before);
    const [first = 0] = sectors;
    after.copy(torn, first * 512, first * 512, first * 512 + 512);
    writeFileSync(path(), torn);
    await using next = new StateFile(dir, SIZE);
    for (const term of [10, 11]) {
      await next.save(ofTerm(term));
      expect(await loadState(dir)).toEqual(ofTerm(term));
    }
  });
});

describe("a file that is not whole is refused, never taken for an empty or an older one", () => {
  const content = (): Buffer => readFileSync(path());

  test.each<readonly [string, (bytes: Buffer) => Buffer | string, RegExp]>([
    ["empty", () => "", /does not begin/],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 512), /bytes where/],
    ["cut within its first line", (bytes) => bytes.subarray(0, 30), /does not begin/],
    ["longer", (bytes) => Buffer.concat([bytes, Buffer.alloc(512)]), /bytes where/],
    ["of an earlier format", () => "redis-mmm-state 1 3 aa\n{}\n", /format 1/],
    ["something else", () => "{}\n", /does not begin/],
    ["all zeros", (bytes) => Buffer.alloc(bytes.length), /does not begin/],
  ])("%s", async (_, change, why) => {
    await store.save(DURABLE);
    writeFileSync(path(), change(content()));
    const refused = loadState(dir);
    await expect(refused).rejects.toMatchObject({ code: "STORE_CORRUPT", exitCode: 3 });
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toMatchObject({
      explanation: { todo: expect.stringContaining("mmm monitor replace") as string },
    });
  });

  test("of a later format, which is for the version to read that wrote it", async () => {
    await store.save(DURABLE);
    writeFileSync(path(), content().toString().replace("state 2 ", "state 3 "));
    const refused = loadState(dir);
    await expect(refused).rejects.toMatchObject({ code: "STORE_CORRUPT", exitCode: 3 });
    await expect(refused).rejects.toThrow(/format 3/);
    const { explanation } = (await refused.catch((error: unknown) => error)) as MmmError;
    expect(explanation.todo).toContain("start the version that wrote it");
    expect(explanation.todo).not.toContain("empty");
  });

  test("with any bit of any record changed", async () => {
    await store.save(ofTerm(8));
    await store.save(ofTerm(9));
    const whole = content();
    const end = whole.findLastIndex((byte) => byte !== 0) + 1;
    for (let at = 0; at < end; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path(), changed);
      await expect(loadState(dir)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    }
  });

  test("every truncation of the file", async () => {
    await store.save(DURABLE);
    const whole = content();
    for (let length = 0; length < whole.length; length += 29) {
      writeFileSync(path(), whole.subarray(0, length));
      await expect(loadState(dir)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    }
  });
});

describe("what cannot be done is an error, not a guess", () => {
  test("a directory that vanished cannot be written", async () => {
    rmSync(dir, { recursive: true });
    await expect(store.save(DURABLE)).rejects.toMatchObject({ code: "STORE_IO" });
  });

  test("a file that was removed or replaced is not written to any more", async () => {
    await store.save(DURABLE);
    const copy = readFileSync(path());
    rmSync(path());
    await expect(store.save(DURABLE)).rejects.toMatchObject({ code: "STORE_IO" });
    writeFileSync(path(), copy);
    await expect(store.save(DURABLE)).rejects.toThrow("another file was put in its place");
  });

  test("a state file that is a directory cannot be read", async () => {
    mkdirSync(path());
    await expect(loadState(dir)).rejects.toMatchObject({ code: "STORE_IO" });
    await expect(store.save(DURABLE)).rejects.toMatchObject({ code: "STORE_IO" });
  });
});
