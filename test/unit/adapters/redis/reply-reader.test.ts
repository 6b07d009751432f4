import { describe, expect, it } from "vitest";
import type { Reply } from "../../../../src/adapters/redis/connection.ts";
import { ReplyReader } from "../../../../src/adapters/redis/reply-reader.ts";

const ANSWERS = "+PONG\r\n-ERR no such thing\r\n:-12\r\n$7\r\na\r\nb é\r\n$0\r\n\r\n$-1\r\n+\r\n";
const MEANING: readonly Reply[] = [
  { kind: "value", value: "PONG" },
  { kind: "error", text: "ERR no such thing" },
  { kind: "value", value: -12 },
  { kind: "value", value: "a\r\nb é" },
  { kind: "value", value: "" },
  { kind: "value", value: null },
  { kind: "value", value: "" },
];

function readInPieces(bytes: Buffer, size: number): readonly Reply[] {
  const reader = new ReplyReader();
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.length; at += size)
    replies.push(...reader.take(bytes.subarray(at, at + size)));
  return replies;
}

describe("the reader of replies", () => {
  it("reads the same, whatever pieces they come in", () => {
    const bytes = Buffer.from(ANSWERS);
    for (let size = 1; size <= bytes.length; size += 1)
      expect(readInPieces(bytes, size)).toEqual(MEANING);
  });

  it("reads a long text that comes in many pieces without copying it again and again", () => {
    const text = "x".repeat(7 * 2 ** 20);
    const bytes = Buffer.from(`$${text.length}\r\n${text}\r\n`);
    const started = performance.now();
    expect(readInPieces(bytes, 4_096)).toEqual([{ kind: "value", value: text }]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it.each([
    ["a list", "*1\r\n$1\r\na\r\n"],
    ["no number", ":1x\r\n"],
    ["a length that is none", "$-2\r\n"],
    ["a text that is longer than told", "$1\r\nabc\r\n"],
    ["a text without end", "$536870912\r\n"],
    ["a line without end", "+".repeat(5_000)],
    ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["another that ends no line", "SSH-2.0-x\n"],
    ["another of bytes", "J\0\0\0\n8.0.36"],
    ["an alert of TLS", "\x15\x03\x03\0\x02\x02F"],
    ["a second answer that is none", "+PONG\r\nJ"],
    ["an end of line in a word", "+PO\rNG\r\n"],
  ])("takes %s for no answer", (_what, text) => {
    expect(() => new ReplyReader().take(Buffer.from(text))).toThrow("sends");
  });
});
