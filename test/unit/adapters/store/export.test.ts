/** An exported state can be read by people and by `mmm state import`, has no secrets, and shows damage. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exportText, readExportText } from "../../../../src/adapters/store/export-format.ts";
import {
  assertImportable,
  importedState,
  putImport,
} from "../../../../src/adapters/store/import-file.ts";
import { StateFile } from "../../../../src/adapters/store/state-file.ts";
import { tempDir } from "../../../helpers/temp-dir.ts";
import { settings } from "../../core/health/build.ts";
import { fullDurable, fullGroup } from "../../fuzz/state.ts";
import type { Part, Slot } from "../../../../src/core/consensus/types.ts";

const PAUSE = {
  by: "ann",
  reason: "disks",
  since: 5,
  forMs: null,
  leftMs: null,
  counted: { term: 5, version: 7 },
};

function slotOf(): Slot {
  const { slot } = fullDurable();
  if (slot === null) throw new Error("it has one");
  const group = fullGroup({
    pause: PAUSE,
    settings: settings({ fenceCommand: "ipmi --password hunter2" }),
  });
  return { ...slot, parts: { ...slot.parts, "group:main": group as unknown as Part } };
}

const text = () => exportText({ monitor: "mon1", slot: slotOf(), at: 0 });
const read = (edited: string) => readExportText(Buffer.from(edited), "state.json");

it("comes back as the core knows it", () => {
  const found = read(text());
  expect(found).toMatchObject({
    exportedAt: "1970-01-01T00:00:00.000Z",
    cluster: "0000abcd",
    stamp: { term: 5, version: 10 },
  });
  expect(found.monitors.map(({ name }) => name)).toEqual(["mon1", "mon2", "mon3"]);
  const [group] = found.groups;
  const { lineage, mode, nodes } = fullGroup();
  const { counted: _, ...pause } = PAUSE;
  expect(group?.left).toEqual({
    mode,
    pause,
    lineage,
    nodes: nodes.map(({ name, admin, outages }) => ({ name, admin, outages })),
  });
  expect(group?.unfinished).toBe("failover from db1 to db2, in phase fence");
  expect(group?.savedMinReplicas).toEqual({ db1: "0" });
});

it("names no command, no key and no password", () => {
  expect(text()).not.toMatch(/hunter2|ipmi|storage|disk-mon|password|ssh/i);
});

it.each([
  [
    "an edit",
    (whole: string) => whole.replace('"manual"', '"active"').replace('"disks"', '"x"'),
    /sha256 does not match/,
  ],
  ["half of it", (whole: string) => whole.slice(0, 500), /JSON/],
  ["another file", () => "{}", /was not written by mmm state export/],
  ["no object", () => "[]", /no object/],
  [
    "a newer format",
    (whole: string) => whole.replace('"version": 1', '"version": 2'),
    /version 2 of the format/,
  ],
])("%s is refused, with the reason", (_, change, why) => {
  expect(() => read(change(text()))).toThrow(why);
});

it("is put only where no monitor knows or has promised anything", async () => {
  await using dir = await tempDir();
  await assertImportable(dir.path);
  const path = putImport(dir.path, Buffer.from(text()));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(importedState(dir.path)?.cluster).toBe("0000abcd");
  await expect(assertImportable(dir.path)).rejects.toThrow(/imported there already/);
});

it("is not put beside the state of a member, but of a monitor that never found its peers", async () => {
  await using dir = await tempDir();
  for (const [name, slot] of [
    ["member", fullDurable().slot],
    ["empty", null],
  ] as const) {
    const path = join(dir.path, name);
    mkdirSync(path);
    await using store = new StateFile(path);
    await store.save({ ...fullDurable(), slot });
    const importing = assertImportable(path);
    if (slot === null) await importing;
    else
      await expect(importing).rejects.toThrow(
        /the state of mon1, a member of a cluster \(epoch 10\)/,
      );
  }
});

it("that was damaged where it waits is noticed at the start", async () => {
  await using dir = await tempDir();
  const path = putImport(dir.path, Buffer.from(text()));
  chmodSync(path, 0o600);
  writeFileSync(path, readFileSync(path, "utf8").replace('"db1"', '"db9"'));
  expect(() => importedState(dir.path)).toThrow(/sha256 does not match/);
  expect(importedState(join(dir.path, "none"))).toBeNull();
});
