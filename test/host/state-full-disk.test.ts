/** A disk that is full, and has somebody who takes each byte that comes free: the state needs none of them. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadState, StateFile } from "../../src/adapters/store/state-file.ts";
import type { Durable } from "../../src/core/consensus/types.ts";
import { isRoot } from "./guard-host.ts";

/** Enough for several new files. */
const SAVES = 10_000;

function ofTerm(term: number): Durable {
  return { name: "mon1", storageId: "a1", term, votedFor: null, slot: null, acknowledged: {} };
}

describe.skipIf(!isRoot())("on a full disk the state", () => {
  let disk: string;

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), "mmm-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", disk]);
  });
  afterEach(() => {
    execFileSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true });
  });

  function fill(): void {
    for (let bytes = 1 << 20; bytes >= 4096; ) {
      try {
        appendFileSync(join(disk, "filler"), Buffer.alloc(bytes));
      } catch {
        bytes /= 2;
      }
    }
  }

  test("is saved again and again, also by a monitor that was started there", async () => {
    let term = 1;
    for (const _ of ["once", "again"]) {
      await using store = new StateFile(disk);
      await store.save(ofTerm(term));
      fill();
      for (const end = term + SAVES; term < end; ) {
        term += 1;
        await store.save(ofTerm(term));
        if (term % 1_000 === 0) fill();
      }
      expect(await loadState(disk)).toEqual(ofTerm(term));
    }
  });
});
