import { expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";

it("what became true while this process stood still is seen, though the time is over", async () => {
  let looks = 0;
  const look = () => {
    looks += 1;
    if (looks === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    return looks;
  };
  expect(await eventually(look, (count) => count === 2, { withinMs: 20 })).toBe(2);
});

it("what does not become true ends with what was seen last", async () => {
  const waiting = eventually(
    () => "no",
    () => false,
    { withinMs: 20, what: "yes" },
  );
  await expect(waiting).rejects.toThrow("yes: not within 20 ms; last: 'no'");
});
