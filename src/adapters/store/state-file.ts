/**
 * What a monitor must never forget: its identity, term, vote and the newest state, in one file.
 *
 * A save appends a record to a file that was written full of zeros before, so that one sync of data
 * is all it waits for: about a millisecond, where a new file costs a file system several. What does
 * not fit any more begins a new file, which is written beside the old one, synced, and renamed over
 * it; so does the first save after a start. A crash at any moment leaves the state before or after
 * it. The file that was the state until then is kept to be written over the next time: on a full disk there
 * is no room for another one. A file that is not whole is never taken for an empty one: the monitor could vote twice. After a
 * failed write or sync nothing is tried again, because the kernel may by then believe that the pages
 * are clean; the monitor ends.
 *
 * That one process at a time uses the directory is for the caller to ensure.
 */
import { linkSync, rmSync, statSync, writeSync } from "node:fs";
import { type FileHandle, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Durable } from "../../core/consensus/types.ts";
import { MmmError, messageOf, systemCode } from "../../errors.ts";
import type { DurableStore } from "../../ports.ts";
import { decodeFile, encodeRecord } from "./state-records.ts";

const FILE = "state";
/** Some eighty saves of a usual state. */
const SIZE_BYTES = 1024 * 1024;
const NEW_DISK =
  "restore nothing from a backup; give the monitor an empty directory, and replace it in the cluster: " +
  "mmm monitor replace NAME";

const LATER = "start the version that wrote it, and change nothing in the directory";

/**
 * The state of a data directory; null if it has none yet.
 *
 * @throws MmmError STORE_CORRUPT if the file is not what `StateFile` wrote, STORE_IO if it cannot be read.
 */
export async function loadState(dir: string): Promise<Durable | null> {
  const path = join(dir, FILE);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw failure(`cannot read ${path}`, error);
  }
  const found = decodeFile(bytes);
  if (found.kind === "state") return found.durable;
  throw new MmmError("STORE_CORRUPT", {
    what: `cannot use ${path}`,
    why: found.why,
    todo: found.kind === "later" ? LATER : NEW_DISK,
  });
}

/** An open file and where its next record goes. */
interface Place {
  readonly file: FileHandle;
  readonly inode: number;
  readonly size: number;
  readonly at: number;
}

export class StateFile implements DurableStore {
  readonly #dir: string;
  readonly #path: string;
  readonly #minSize: number;
  #place: Place | null = null;

  constructor(dir: string, minSize: number = SIZE_BYTES) {
    this.#dir = dir;
    this.#path = join(dir, FILE);
    this.#minSize = minSize;
  }

  /**
   * Returns only once `durable` is on disk. One call at a time.
   *
   * @throws MmmError STORE_IO if that is not certain: the caller must end.
   */
  async save(durable: Durable): Promise<void> {
    try {
      this.#place = await this.#saved(durable);
    } catch (error) {
      throw failure(`cannot write ${this.#path}`, error);
    }
  }

  /** Nothing is saved afterwards. */
  async close(): Promise<void> {
    await this.#place?.file.close();
    this.#place = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #saved(durable: Durable): Promise<Place> {
    const place = this.#place;
    if (place === null) return await this.#begin(durable);
    const record = encodeRecord(durable, place.size);
    if (place.at + record.length > place.size) {
      await place.file.close();
      return await this.#begin(durable);
    }
    this.#assertInPlace(place);
    await writeSynced(place.file, record, place.at);
    return { ...place, at: place.at + record.length };
  }

  /** What is written to a file that somebody removed or replaced would be gone with this process. */
  #assertInPlace(place: Place): void {
    const { ino } = statSync(this.#path);
    if (ino !== place.inode) throw new Error("another file was put in its place");
  }

  async #begin(durable: Durable): Promise<Place> {
    let size = this.#minSize;
    let record = encodeRecord(durable, size);
    while (record.length * 2 > size) {
      size *= 2;
      record = encodeRecord(durable, size);
    }
    const file = await this.#openSpare();
    await file.truncate(size);
    await writeSynced(file, Buffer.concat([record], size), 0);
    const isKept = this.#keep();
    await rename(this.#spare, this.#path);
    await syncDirectory(this.#dir);
    // Not before that is on disk: by no crash may the spare one come to be the state itself.
    if (isKept) await rename(this.#former, this.#spare);
    else await writeFile(this.#spare, Buffer.alloc(size), { mode: 0o600 }).catch(() => undefined);
    return { file, inode: (await file.stat()).ino, size, at: record.length };
  }

  get #spare(): string {
    return `${this.#path}.new`;
  }

  get #former(): string {
    return `${this.#path}.old`;
  }

  #openSpare(): Promise<FileHandle> {
    return open(this.#spare, "r+").catch(() => open(this.#spare, "w", 0o600));
  }

  /** Under another name, before it loses its own. false: there is none, or no file here has two names. */
  #keep(): boolean {
    try {
      rmSync(this.#former, { force: true });
      linkSync(this.#path, this.#former);
      return true;
    } catch {
      return false;
    }
  }
}

/** Only what waits for the disk is left to another thread: each change of threads costs clients time, too. */
async function writeSynced(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file.fd, bytes, done, bytes.length - done, at + done);
  await file.datasync();
}

async function syncDirectory(dir: string): Promise<void> {
  const directory = await open(dir, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function failure(what: string, cause: unknown): MmmError {
  return new MmmError("STORE_IO", {
    what,
    why: messageOf(cause),
    todo: "check the disk, the free space and who owns the directory, then start the monitor again",
    cause,
  });
}
