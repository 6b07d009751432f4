import { expect, test } from "vitest";
import { Turnstile } from "../../../src/adapters/turnstile.ts";

test("one is let in at a time, in order of arrival", async () => {
  const turnstile = new Turnstile();
  const order: string[] = [];
  expect(await turnstile.enter(0)).toBe(true);
  const second = turnstile.enter(5_000).then(() => order.push("second"));
  const third = turnstile.enter(5_000).then(() => order.push("third"));
  expect(order).toEqual([]);
  turnstile.leave();
  await second;
  expect(order).toEqual(["second"]);
  turnstile.leave();
  await third;
  expect(order).toEqual(["second", "third"]);
});

test("who waits too long goes away and holds nobody up", async () => {
  const turnstile = new Turnstile();
  await turnstile.enter(0);
  const impatient = turnstile.enter(1);
  const patient = turnstile.enter(5_000);
  expect(await impatient).toBe(false);
  turnstile.leave();
  expect(await patient).toBe(true);
});
