import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import type { InsideCall } from "../../../src/adapters/call-limits.ts";
import { TakenBack } from "../../../src/adapters/taken-back.ts";

class Connection {
  isClosed = false;
  readonly #takenBack: TakenBack;

  constructor(takenBack: TakenBack) {
    this.#takenBack = takenBack;
  }

  destroy(): void {
    this.isClosed = true;
  }

  /** @param rstCode how it ends: 0 is well; null: not at all */
  call(rstCode: number | null): void {
    const stream = Object.assign(new EventEmitter(), { session: this, rstCode });
    this.#takenBack.watch({ stream } as unknown as InsideCall);
    if (rstCode !== null) stream.emit("close");
  }
}

describe("a connection", () => {
  let takenBack: TakenBack;
  beforeEach(() => {
    takenBack = new TakenBack();
  });

  test("whose calls are taken back is closed, and no other", () => {
    const [restless, other] = [new Connection(takenBack), new Connection(takenBack)];
    other.call(8);
    for (let call = 0; call < 16; call += 1) restless.call(8);
    expect(restless.isClosed).toBe(false);
    restless.call(8);
    expect([restless.isClosed, other.isClosed]).toEqual([true, false]);
  });

  test("whose calls are answered is kept, however many they are", () => {
    const connection = new Connection(takenBack);
    for (let call = 0; call < 8; call += 1) connection.call(8);
    for (let call = 0; call < 1_000; call += 1) connection.call(0);
    for (let call = 0; call < 8; call += 1) connection.call(null);
    expect(connection.isClosed).toBe(false);
  });
});
