import { Writable } from "node:stream";
import type { Client } from "ssh2";
import { describe, expect, it } from "vitest";
import { writeInOneGo } from "../../../../src/adapters/ssh/one-write.ts";
import { eventually } from "../../../helpers/eventually.ts";

describe("what is written in one go", () => {
  it("leaves as one, and what is written later by itself", async () => {
    const left: string[] = [];
    const socket = new Writable({
      writev: (chunks, done) => {
        left.push(chunks.map(({ chunk }) => String(chunk)).join(""));
        done();
      },
    });
    writeInOneGo({ _sock: socket } as unknown as Client);

    for (const piece of ["length", " content", " check"]) socket.write(piece);
    await eventually(
      () => left,
      (all) => all.length > 0,
    );
    socket.write("another");
    await eventually(
      () => left,
      (all) => all.length > 1,
    );
    expect(left).toEqual(["length content check", "another"]);
  });
});
