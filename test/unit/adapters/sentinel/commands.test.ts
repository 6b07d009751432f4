import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandReader, ProtocolError } from "../../../../src/adapters/sentinel/commands.ts";

function bytesOf(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join("")}`);
}

function read(...chunks: readonly Buffer[]): readonly (readonly string[])[] {
  const reader = new CommandReader();
  return chunks.flatMap((chunk) => [...reader.read(chunk)]);
}

const word = fc.string({ unit: "binary", maxLength: 40 });
const command = fc.array(word, { minLength: 1, maxLength: 6 });

describe("commands as bytes", () => {
  it("are the same however they are cut into pieces", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 5 }), fc.array(fc.nat()), (commands, cuts) => {
        const whole = Buffer.concat(commands.map(bytesOf));
        const places = cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b);
        const chunks = [0, ...places].map((at, index) => whole.subarray(at, places[index]));
        expect(read(...chunks)).toEqual(commands);
      }),
    );
  });

  it("may be lines of words, as a person types them", () => {
    expect(read(Buffer.from("PING\r\n\r\n  info  all\nQUIT\r\n"))).toEqual([
      ["PING"],
      ["info", "all"],
      ["QUIT"],
    ]);
  });

  it.each([
    ["*1000\r\n"],
    ["*-1\r\n"],
    ["*x\r\n"],
    ["*1\r\n$513\r\n"],
    ["*1\r\n$-1\r\n"],
    ["*1\r\n:1\r\n"],
    ["*1\r\n$1\r\nab\r\n"],
    ["x".repeat(2_000)],
    [`*${"1".repeat(2_000)}`],
    [`${"a ".repeat(100)}\r\n`],
  ])("are refused when they are no command of this protocol: %j", (text) => {
    expect(() => read(Buffer.from(text))).toThrow(ProtocolError);
  });

  it("never end in anything but words or a refusal, and keep little meanwhile", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        try {
          for (const words of read(...chunks.map((chunk) => Buffer.from(chunk))))
            expect(words.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});
