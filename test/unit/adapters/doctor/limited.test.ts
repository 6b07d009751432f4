import { expect, it } from "vitest";
import { Limited } from "../../../../src/adapters/doctor/limited.ts";

it("runs so many at a time, and all of them", async () => {
  const limited = new Limited(2, 60_000);
  let running = 0;
  let most = 0;
  const work = async (value: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return value;
  };
  const done = await Promise.all([1, 2, 3, 4, 5].map((n) => limited.run(() => work(n))));
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  expect(limited.dropped).toBe(0);
});

it("begins none when the time is up, and goes on after one that failed", async () => {
  const late = new Limited(1, 0);
  expect(await late.run(() => Promise.resolve(1))).toBeNull();
  expect(late.dropped).toBe(1);
  const limited = new Limited(1, 60_000);
  await expect(limited.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await limited.run(() => Promise.resolve(2))).toBe(2);
});
