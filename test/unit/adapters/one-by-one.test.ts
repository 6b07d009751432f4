import { expect, test } from "vitest";
import { OneByOne } from "../../../src/adapters/one-by-one.ts";
import { eventually } from "../../helpers/eventually.ts";

test("what is asked for at once leaves room for others in between, and goes in order", async () => {
  const order: string[] = [];
  const jobs = new OneByOne();
  for (const name of ["first", "second", "third"])
    jobs.run(() => {
      order.push(name);
      setImmediate(() => order.push("another"));
    });
  expect(order).toEqual([]);
  await eventually(
    () => order.length,
    (length) => length === 6,
  );
  expect(order).toEqual(["first", "another", "second", "another", "third", "another"]);
});
