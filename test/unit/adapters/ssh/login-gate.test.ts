import { expect, test } from "vitest";
import { LoginGate } from "../../../../src/adapters/ssh/login-gate.ts";

const kept = () => false;
const awaited = () => true;

/** Lets whoever has a place by now go on. */
const others = () => new Promise((later) => setImmediate(later));

test("some are let in at once, the others in order, those that somebody waits for first", async () => {
  const gate = new LoginGate(2);
  const inside: string[] = [];
  const leave: (() => void)[] = [];
  const enter = async (name: string, isAwaited: () => boolean): Promise<void> => {
    leave.push(await gate.enter(isAwaited));
    inside.push(name);
  };
  const all = [
    enter("a", kept),
    enter("b", kept),
    enter("c", kept),
    enter("d", kept),
    enter("e", awaited),
  ];
  await others();
  expect(inside).toEqual(["a", "b"]);
  leave[0]?.();
  leave[0]?.();
  await others();
  expect(inside).toEqual(["a", "b", "e"]);
  for (const [index] of all.entries()) {
    leave[index]?.();
    await others();
  }
  await Promise.all(all);
  expect(inside).toEqual(["a", "b", "e", "c", "d"]);
});

test("who does not go on makes room for others", async () => {
  const gate = new LoginGate(1);
  await gate.enter(kept);
  const leave = await gate.enter(kept);
  leave();
});
