/**
 * The format of the state file: records, each of them a whole state, one after the other in a file of
 * fixed size. The last one counts; behind it there are only zeros.
 *
 *     redis-mmm-state 2 <bytes of the file> <bytes of the state> <sha256 of the state> <check>\n
 *     <the durable state as JSON>\n…\n          (filled up with newlines to whole sectors)
 *
 * The check is the beginning of the sha256 of the line before it.
 *
 * A crash in the middle of a write leaves some sectors of the last record as they were: zero, which
 * no sector of a record ever is. That record was not acted on, and the one before it counts. Everything
 * else that is not as it was written is damage, and damage is never taken for a crash.
 */
import { createHash } from "node:crypto";
import type { Durable } from "../../core/consensus/types.ts";
import { json, Malformed } from "../peer/fields.ts";
import { checkDurable } from "../state-shape.ts";

const MAGIC = "redis-mmm-state";
const FORMAT = 2;
/** Disks write this much at once, or none of it. */
const SECTOR = 512;
const NEWLINE = 10;
const CHECK_LENGTH = 16;
const DAMAGED = "its checksum does not match";

/** A record as it stands in a file of `fileSize` bytes. */
export function encodeRecord(durable: Durable, fileSize: number): Buffer {
  const body = Buffer.from(JSON.stringify(durable));
  const line = `${MAGIC} ${FORMAT} ${fileSize} ${body.length} ${digest(body)}`;
  const header = `${line} ${checkOf(line)}\n`;
  const bytes = Buffer.alloc(wholeSectors(header.length + body.length + 1), NEWLINE);
  bytes.write(header);
  body.copy(bytes, header.length);
  return bytes;
}

export type Found =
  | { readonly kind: "state"; readonly durable: Durable }
  | { readonly kind: "damaged"; readonly why: string }
  /** Whole, perhaps, and of a version that came after this one. */
  | { readonly kind: "later"; readonly why: string };

/** What a file holds. */
export function decodeFile(file: Buffer): Found {
  let durable: Durable | null = null;
  for (let at = 0; ; ) {
    const record = decodeRecord(file, at);
    if (record.kind === "whole") {
      durable = record.durable;
      at += record.size;
    } else if (durable !== null && isUnwritten(file, at, record)) {
      return { kind: "state", durable };
    } else {
      return { kind: record.isLater ? "later" : "damaged", why: record.why };
    }
  }
}

interface Broken {
  readonly kind: "broken";
  readonly why: string;
  /** As its header says; null: it has none. */
  readonly size: number | null;
  readonly isLater: boolean;
}

interface Whole {
  readonly kind: "whole";
  readonly durable: Durable;
  readonly size: number;
}

function decodeRecord(file: Buffer, at: number): Whole | Broken {
  const end = file.subarray(at, at + SECTOR).indexOf(NEWLINE);
  const line = file.toString("latin1", at, at + Math.max(end, 0));
  const [magic, format, fileSize, length, sum, check] = line.split(" ");
  if (magic !== MAGIC) return broken("it does not begin as a state file of redis-mmm");
  if (format !== String(FORMAT)) {
    const why = `it has format ${String(format)}, and this version reads format ${FORMAT}`;
    return { ...broken(why), isLater: Number(format) > FORMAT };
  }
  if (fileSize !== String(file.length)) {
    return broken(`it has ${file.length} bytes where ${String(fileSize)} were written`);
  }
  // A line that is whole may be believed; without its check a damaged length could look like a crash.
  if (check !== checkOf(line.slice(0, -CHECK_LENGTH - 1))) return broken(DAMAGED);
  const size = wholeSectors(end + 1 + Number(length) + 1);
  const bytes = file.subarray(at + end + 1, at + size);
  const body = bytes.subarray(0, Number(length));
  const isWhole =
    sum === digest(body) && bytes.subarray(body.length).every((byte) => byte === NEWLINE);
  if (!isWhole) return broken(DAMAGED, size);
  return wholeOf(body, size);
}

/** A sum proves that nothing was damaged, not that a monitor of this version wrote it. */
function wholeOf(body: Buffer, size: number): Whole | Broken {
  try {
    return { kind: "whole", durable: checkDurable(json(body, "state")), size };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return broken(`it is not the state of a monitor: ${error.message}`, size);
  }
}

function broken(why: string, size: number | null = null): Broken {
  return { kind: "broken", why, size, isLater: false };
}

/**
 * Nothing was written here, or not all of a record: a sector of it is still zero, and so is all that
 * would follow it. Of a record that lacks its first sector the size is not known, but that is proof enough.
 */
function isUnwritten(file: Buffer, at: number, { size }: Broken): boolean {
  if (at >= file.length) return true;
  if (size === null) return isZero(file.subarray(at, at + SECTOR));
  if (!isZero(file.subarray(at + size))) return false;
  for (let sector = at; sector < at + size; sector += SECTOR) {
    if (isZero(file.subarray(sector, sector + SECTOR))) return true;
  }
  return false;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR) * SECTOR;
}

function checkOf(line: string): string {
  return digest(line).slice(0, CHECK_LENGTH);
}

function digest(body: Buffer | string): string {
  return createHash("sha256").update(body).digest("hex");
}
