/**
 * What a monitor must never forget, in one file: its identity, term, vote and the newest state.
 *
 *     redis-mmm-state 1 <bytes> <sha256 of the bytes>\n
 *     <the durable state as JSON>
 *
 * A new content is written beside the file, synced, renamed over it, and the directory is synced:
 * after a crash there is the old content or the new one, whole. A file that is not whole is never
 * taken for an empty one: the monitor could vote twice. After a failed sync nothing is tried again,
 * because the kernel may by then believe that the pages are clean; the monitor ends.
 *
 * That one process at a time uses the directory is for the caller to ensure.
 */
import { createHash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Durable } from "../../core/consensus/types.ts";
import { MmmError, messageOf, systemCode } from "../../errors.ts";

const FILE = "state.json";
const MAGIC = "redis-mmm-state";
const FORMAT = 1;
const NEW_DISK =
  "restore nothing from a backup; give the monitor an empty directory, and replace it in the cluster: " +
  "mmm monitor replace NAME";

/**
 * The state of a data directory; null if it has none yet.
 *
 * @throws MmmError STORE_CORRUPT if the file is not exactly what `saveDurable` wrote, STORE_IO if it
 * cannot be read.
 */
export async function loadDurable(dir: string): Promise<Durable | null> {
  const path = join(dir, FILE);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw failure(`cannot read ${path}`, error);
  }
  return decode(path, bytes);
}

/**
 * Returns only once `durable` is on disk.
 *
 * @throws MmmError STORE_IO if that is not certain: the caller must end.
 */
export async function saveDurable(dir: string, durable: Durable): Promise<void> {
  const path = join(dir, FILE);
  try {
    await writeSynced(`${path}.new`, encode(durable));
    await rename(`${path}.new`, path);
    await syncDirectory(dir);
  } catch (error) {
    throw failure(`cannot write ${path}`, error);
  }
}

async function writeSynced(path: string, content: Buffer): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(dir: string): Promise<void> {
  const directory = await open(dir, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

// ——— format ———

function encode(durable: Durable): Buffer {
  const body = Buffer.from(`${JSON.stringify(durable)}\n`);
  const header = `${MAGIC} ${FORMAT} ${body.length} ${digest(body)}\n`;
  return Buffer.concat([Buffer.from(header), body]);
}

function decode(path: string, bytes: Buffer): Durable {
  const end = bytes.indexOf("\n");
  const header = bytes.subarray(0, Math.max(end, 0)).toString().split(" ");
  const body = bytes.subarray(end + 1);
  const problem = problemOf(header, body);
  if (problem !== null) throw corrupt(path, problem);
  return JSON.parse(body.toString()) as Durable;
}

function problemOf(header: readonly string[], body: Buffer): string | null {
  const [magic, format, length, sum] = header;
  if (magic !== MAGIC) return "it does not begin as a state file of redis-mmm";
  if (format !== String(FORMAT)) {
    return `it has format ${String(format)}, and this version reads format ${FORMAT}`;
  }
  if (length !== String(body.length)) {
    return `it has ${body.length} bytes of state where ${String(length)} were written`;
  }
  return sum === digest(body) ? null : "its checksum does not match";
}

function digest(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

function corrupt(path: string, why: string): MmmError {
  return new MmmError("STORE_CORRUPT", { what: `cannot use ${path}`, why, todo: NEW_DISK });
}

function failure(what: string, cause: unknown): MmmError {
  return new MmmError("STORE_IO", {
    what,
    why: messageOf(cause),
    todo: "check the disk, the free space and who owns the directory, then start the monitor again",
    cause,
  });
}
