import { EventEmitter } from "node:events";
import type { StatusObject } from "@grpc/grpc-js";
import { StreamDecoder } from "@grpc/grpc-js/build/src/stream-decoder.js";
import { beforeEach, describe, expect, test } from "vitest";
import type { InsideCall } from "../../../src/adapters/call-limits.ts";
import { SERVER_OPTIONS } from "../../../src/adapters/services.ts";
import { Unfinished } from "../../../src/adapters/unfinished.ts";

/** A call as gRPC has it inside: what is read, and what the caller is told. */
class Call {
  readonly decoder = new StreamDecoder(8 * 1024 * 1024);
  readonly stream = new EventEmitter();
  told: Partial<StatusObject> | null = null;

  sendStatus(status: Partial<StatusObject>): void {
    this.told = status;
  }

  /** How many pieces are kept, of which nobody knows yet what they say. */
  get pieces(): number {
    return (this.decoder as unknown as { readPartialMessage: unknown[] }).readPartialMessage.length;
  }

  begin(size: number): this {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(size, 1);
    this.decoder.write(head);
    return this;
  }

  read(bytes: number, fill = 0): Buffer[] {
    return this.decoder.write(Buffer.alloc(bytes, fill));
  }
}

describe("messages that have not come whole", () => {
  let unfinished: Unfinished;
  beforeEach(() => {
    unfinished = new Unfinished({ small: 1_000, most: 10_000 });
  });

  function called(): Call {
    const call = new Call();
    unfinished.watch(call as unknown as InsideCall);
    return call;
  }

  test("are given up, the oldest first, when they are too much together", () => {
    const [first, second, third] = [called(), called(), called()];
    for (const call of [first, second, third]) call.begin(9_000).read(4_000);
    expect([first, second, third].map(({ told }) => told?.code ?? null)).toEqual([8, null, null]);
    expect(first.pieces).toBe(0);
    expect(first.read(100)).toEqual([]);
    expect(second.read(5_000)).toHaveLength(1);
    // What is whole, and what its caller took back, counts no longer.
    third.stream.emit("close");
    expect(called().begin(9_500).read(9_499)).toEqual([]);
    expect([second, third].map(({ told }) => told)).toEqual([null, null]);
  });

  test("are taken all the same while they are small", () => {
    const large = [called(), called()].map((call) => call.begin(9_000));
    for (const call of large) call.read(4_900);
    const small = Array.from({ length: 100 }, () => called().begin(1_000));
    for (const call of small) call.read(999);
    expect(small.map((call) => call.read(1).length)).toEqual(small.map(() => 1));
    expect(large.map(({ told }) => told)).toEqual([null, null]);
  });

  test("cost what they are long, in however small pieces they come", () => {
    const call = called().begin(8_000);
    for (let byte = 0; byte < 7_999; byte += 1) expect(call.read(1, byte)).toEqual([]);
    expect(call.pieces).toBeLessThan(8_000 / 256 + 257);
    const [message] = call.read(1, 7_999);
    expect(message?.subarray(5)).toEqual(Buffer.from(Array.from({ length: 8_000 }, (_, at) => at)));
    expect(call.pieces).toBe(0);
    expect(call.begin(2).read(2, 1)).toEqual([Buffer.from([0, 0, 0, 0, 2, 1, 1])]);
  });
});

test("every door of a monitor has these limits", () => {
  expect(SERVER_OPTIONS.interceptors).toHaveLength(1);
});
