/**
 * From bytes to commands: arrays of bulk strings as every client library sends them, or a line of
 * words as a person or a health check does. Strict and small: what is larger than any command of
 * this protocol is refused before it is kept.
 */

const MOST_WORDS = 64;
const LONGEST_WORD_BYTES = 512;
const LONGEST_LINE_BYTES = 1_024;
const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;

/** The connection cannot go on: it is not known where the next command begins. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** One whole command, and where the next begins. */
interface Found {
  readonly words: readonly string[];
  readonly end: number;
}

export class CommandReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * The commands that are whole now; what is not whole is kept.
   * @throws ProtocolError
   */
  *read(chunk: Buffer): Generator<readonly string[]> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let found = commandAt(bytes, at); found !== null; found = commandAt(bytes, at)) {
      at = found.end;
      if (found.words.length > 0) yield found.words;
    }
    // A copy: a slice would keep the whole chunk.
    this.#rest = Buffer.from(bytes.subarray(at));
  }
}

/** null: not whole yet. */
function commandAt(bytes: Buffer, start: number): Found | null {
  if (start >= bytes.length) return null;
  return bytes[start] === ASTERISK ? arrayAt(bytes, start) : lineOfWords(bytes, start);
}

function arrayAt(bytes: Buffer, start: number): Found | null {
  const count = numberAt(bytes, start, MOST_WORDS, "multibulk length");
  if (count === null) return null;
  const words: string[] = [];
  let { end } = count;
  for (let left = count.value; left > 0; left -= 1) {
    const word = wordAt(bytes, end);
    if (word === null) return null;
    words.push(word.text);
    end = word.end;
  }
  return { words, end };
}

function wordAt(
  bytes: Buffer,
  start: number,
): { readonly text: string; readonly end: number } | null {
  if (start >= bytes.length) return null;
  if (bytes[start] !== DOLLAR) throw new ProtocolError("expected '$'");
  const length = numberAt(bytes, start, LONGEST_WORD_BYTES, "bulk length");
  if (length === null) return null;
  const end = length.end + length.value;
  if (bytes.length < end + 2) return null;
  if (bytes[end] !== CR || bytes[end + 1] !== LF)
    throw new ProtocolError("a bulk string does not end where it should");
  return { text: bytes.toString("utf8", length.end, end), end: end + 2 };
}

/** The number between the type's character and the end of the line. */
function numberAt(bytes: Buffer, start: number, most: number, what: string) {
  const line = lineAt(bytes, start);
  if (line === null) return null;
  const digits = line.text.slice(1);
  if (!/^\d{1,4}$/.test(digits) || Number(digits) > most)
    throw new ProtocolError(`invalid ${what}`);
  return { value: Number(digits), end: line.end };
}

function lineOfWords(bytes: Buffer, start: number): Found | null {
  const line = lineAt(bytes, start);
  if (line === null) return null;
  const words = line.text.split(/\s+/).filter((word) => word !== "");
  if (words.length > MOST_WORDS) throw new ProtocolError("too many words");
  return { words, end: line.end };
}

function lineAt(
  bytes: Buffer,
  start: number,
): { readonly text: string; readonly end: number } | null {
  const end = bytes.indexOf(LF, start);
  if ((end === -1 ? bytes.length : end) - start > LONGEST_LINE_BYTES)
    throw new ProtocolError("too big a line");
  if (end === -1) return null;
  const last = end > start && bytes[end - 1] === CR ? end - 1 : end;
  return { text: bytes.toString("utf8", start, last), end: end + 1 };
}
