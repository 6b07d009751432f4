/**
 * A master that answers strangely is no dead master: a password that somebody changed, no room for one
 * more client, a full disk, a long script. Nothing moves, and status says what is seen.
 */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { IS_LOCAL, isLong, Lab, passing } from "../helpers/lab.ts";

const FAST = { downAfter: "1s", lease: "1s", set: ["busy_grace=30s"] } as const;

async function reasons(lab: Lab): Promise<readonly string[]> {
  const votes = (await lab.group()).nodes.find(({ name }) => name === "db1")?.votes ?? {};
  return Object.values(votes).map(({ vote, reason }) => `${vote} ${reason ?? ""}`);
}

/** For longer than a silent master would live. */
async function staysMaster(lab: Lab, seen: RegExp | null): Promise<void> {
  if (seen !== null)
    await eventually(
      () => reasons(lab),
      (all) => all.some((each) => seen.test(each)),
      {
        withinMs: 8_000,
        everyMs: 100,
        what: `a vote like ${seen}`,
      },
    );
  await passing(2_000);
  const group = await lab.group();
  expect(group.master).toBe("db1");
  expect(group.operation).toBeNull();
  expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);
}

describe("nothing moves", () => {
  it.skipIf(!isLong || IS_LOCAL)(
    "while its password, its connections, its disk or a script are in the way",
    async () => {
      await using lab = await Lab.up(FAST);
      const set = (name: string, value: string) =>
        lab.run("redis", "db1", "config", "set", name, value);

      await set("requirepass", "secret");
      await lab.tryRun("redis", "db1", "-a", "secret", "client", "kill", "type", "normal");
      await staysMaster(lab, /abstain|degraded/);
      await lab.run("redis", "db1", "-a", "secret", "config", "set", "requirepass", "");
      await lab.healthy();

      // Whoever sets this must come back over the same connection: there is no other.
      const full =
        "(echo config set maxclients 1; sleep 3; echo config set maxclients 10000) | redis-cli -h 10.77.0.11";
      const isFull = lab.run("exec", "db1", "bash", "-c", full);
      await staysMaster(lab, null);
      await isFull;
      await lab.healthy();

      await lab.tryRun("redis", "db1", "client", "pause", "600", "all");
      await staysMaster(lab, null);

      await set("busy-reply-threshold", "100");
      await lab.tryRun("redis", "db1", "eval", "while true do end", "0");
      await staysMaster(lab, /busy/i);
      await lab.run("redis", "db1", "script", "kill");
      await lab.healthy();

      const { directory } = lab;
      await lab.run("exec", "db1", "mkdir", `${directory}/redis/db1/dump.rdb`);
      await set("save", "1 1");
      await lab.run("redis", "db1", "set", "key", "value");
      await staysMaster(lab, /misconf/i);
      await lab.run("exec", "db1", "rmdir", `${directory}/redis/db1/dump.rdb`);
      await set("save", "");
      await lab.healthy();
    },
  );
});
