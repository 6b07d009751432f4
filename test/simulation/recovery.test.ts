/** What comes after the last fault of a random run. */
import { expect, test } from "vitest";
import { loseGuard, settled } from "./operations/at-rest.ts";
import { recover } from "./world/recovery.ts";

/** From then on a person helps. */
const HELP_AFTER_MS = 90_500;

test("the person switches on what is fenced later on, too", () => {
  const world = settled(1, { nodes: 2, settings: { fenceCommand: "fence" } });
  world.monitor("mon3").stop(HELP_AFTER_MS + 1_000);
  world.after(HELP_AFTER_MS - 200, () => world.after(20_000, loseGuard(world, "db1")));
  world.after(HELP_AFTER_MS + 10_000, () => expect(world.host("db1").up).toBe(false));
  expect(recover(world).human).toBe(true);
  expect(world.group?.master).toBe("db2");
  expect(world.host("db1").up).toBe(true);
});
