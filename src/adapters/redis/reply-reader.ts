/**
 * Reads what a Redis answers to probes: words, numbers, errors, and texts of a told length. Lists are no
 * answer to anything that a probe asks, and neither is what takes more room than any INFO.
 */
import type { Reply } from "./connection.ts";

/** INFO of a node with thousands of databases is a tenth of it. Whoever sends more fills the memory of this monitor. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024;
/** Of what has no told length. */
const LONGEST_LINE_BYTES = 4_096;

const [CR, LF] = [0x0d, 0x0a];
const [WORD, ERROR, NUMBER, TEXT] = [0x2b, 0x2d, 0x3a, 0x24];
const NO_TEXT = -1;
const NO_ANSWER = "sends what is no answer of Redis";
const NOTHING: readonly Reply[] = [];

export class ReplyReader {
  #chunks: Buffer[] = [];
  #length = 0;
  /** With fewer bytes than that there is nothing new to be read. */
  #wanted = 1;

  /**
   * The answers that are complete by now.
   * @throws Error when this is no answer
   */
  take(chunk: Buffer): readonly Reply[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return NOTHING;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#length);
    const replies: Reply[] = [];
    let at = 0;
    for (let end = this.#endOf(bytes, at); end !== null; end = this.#endOf(bytes, at)) {
      replies.push(replyIn(bytes, at, end));
      at = end;
    }
    const rest = bytes.subarray(at);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return replies;
  }

  /** Where the answer ends that begins there; null: not here yet. */
  #endOf(bytes: Buffer, at: number): number | null {
    // Another protocol may never come to the end of a line.
    if (at < bytes.length && !isBeginning(bytes[at])) throw new Error(NO_ANSWER);
    const line = lineEnd(bytes, at);
    if (line === null) {
      if (bytes.length - at > LONGEST_LINE_BYTES) throw new Error("sends a line without end");
      this.#wanted = bytes.length - at + 1;
      return null;
    }
    if (bytes[at] !== TEXT) return line;
    const length = wholeNumber(bytes, at, line);
    if (length === NO_TEXT) return line;
    if (length < 0 || length > LONGEST_ANSWER_BYTES)
      throw new Error(`sends a text of ${length} bytes for an answer`);
    const end = line + length + 2;
    if (bytes.length >= end) return end;
    this.#wanted = end - at;
    return null;
  }
}

function isBeginning(byte: number | undefined): boolean {
  return byte === WORD || byte === ERROR || byte === NUMBER || byte === TEXT;
}

/** Behind CR and LF; null: they are not here yet. */
function lineEnd(bytes: Buffer, at: number): number | null {
  const end = bytes.indexOf(CR, at);
  if (end === -1 || end + 1 === bytes.length) return null;
  if (bytes[end + 1] !== LF) throw new Error(NO_ANSWER);
  return end + 2;
}

function replyIn(bytes: Buffer, at: number, end: number): Reply {
  switch (bytes[at]) {
    case WORD:
      return { kind: "value", value: bytes.toString("utf8", at + 1, end - 2) };
    case ERROR:
      return { kind: "error", text: bytes.toString("utf8", at + 1, end - 2) };
    case NUMBER:
      return { kind: "value", value: wholeNumber(bytes, at, end) };
    case TEXT:
      return { kind: "value", value: textIn(bytes, at, end) };
    case undefined:
    default:
      throw new Error(NO_ANSWER);
  }
}

function textIn(bytes: Buffer, at: number, end: number): string | null {
  const start = lineEnd(bytes, at) ?? end;
  if (start === end) return null;
  if (bytes[end - 2] !== CR || bytes[end - 1] !== LF)
    throw new Error("sends a text of another length than it told");
  return bytes.toString("utf8", start, end - 2);
}

function wholeNumber(bytes: Buffer, at: number, end: number): number {
  const digits = bytes.toString("latin1", at + 1, end - 2);
  if (!/^-?\d{1,16}$/.test(digits)) throw new Error(NO_ANSWER);
  return Number(digits);
}
