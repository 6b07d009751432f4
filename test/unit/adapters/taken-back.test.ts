import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { endRestless } from "../../../src/adapters/taken-back.ts";

type End = "answered" | "taken back" | "taken back politely" | "broken off";

/** What a stream looks like at its end. */
const AT_END: Readonly<Record<End, { readonly rstCode: number; readonly headersSent: boolean }>> = {
  answered: { rstCode: 0, headersSent: true },
  "taken back": { rstCode: 8, headersSent: false },
  "taken back politely": { rstCode: 0, headersSent: false },
  "broken off": { rstCode: 8, headersSent: true },
};

class Connection extends EventEmitter {
  isClosed = false;
  paid = 0;
  readonly begun: unknown[] = [];

  constructor() {
    super();
    // As gRPC is there first.
    this.on("stream", (stream) => this.begun.push(stream));
    endRestless(this, () => (this.paid += 1));
  }

  destroy(): void {
    this.isClosed = true;
  }

  /** @param end null: it goes on */
  call(end: End | null): EventEmitter {
    const stream = Object.assign(new EventEmitter(), AT_END[end ?? "answered"]);
    this.emit("stream", stream);
    if (end !== null) stream.emit("close");
    return stream;
  }
}

describe("a connection", () => {
  test.each(["taken back", "taken back politely", "broken off"] as const)(
    "whose calls are %s is closed, and no other",
    (end) => {
      const [restless, other] = [new Connection(), new Connection()];
      other.call(end);
      for (let call = 0; call < 16; call += 1) restless.call(end);
      expect(restless.isClosed).toBe(false);
      restless.call(end);
      expect([restless.isClosed, other.isClosed]).toEqual([true, false]);
      expect([restless.paid, other.paid]).toEqual([1, 0]);
    },
  );

  test("whose calls are answered is kept, however many they are", () => {
    const connection = new Connection();
    for (let call = 0; call < 8; call += 1) connection.call("taken back");
    for (let call = 0; call < 1_000; call += 1) connection.call("answered");
    for (let call = 0; call < 8; call += 1) connection.call(null);
    expect(connection.isClosed).toBe(false);
  });

  test("that is closed begins nothing more, pays once, and its streams may fail", () => {
    const connection = new Connection();
    for (let call = 0; call < 900; call += 1) connection.call("taken back");
    expect(connection.begun.length).toBeLessThanOrEqual(17);
    expect(connection.paid).toBe(1);
    connection.call(null).emit("error", new Error("reset"));
  });
});
