/** Two versions side by side: monitors are replaced one by one, under write load, and back again. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectNothingLost,
  expectOneServer,
  expectUnmoved,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST, MONITORS, NO_GAP_MS } from "../helpers/lab-setup.ts";
import { buildPrevious, previousVersion } from "../helpers/previous-build.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const VERSION = previousVersion();

/** What a lab starts from now on. */
function use(dist: string | null): void {
  if (dist === null) delete process.env["MMM_DIST"];
  else process.env["MMM_DIST"] = dist;
}

/** As a package does it: SIGTERM, then the other version. */
async function replace(lab: Lab, name: string, dist: string | null): Promise<void> {
  const [pid = ""] = readFileSync(join(lab.directory, `run/${name}.pid`), "utf8").split(" ");
  await lab.run("exec", name, "kill", "-TERM", pid);
  await eventually(
    () => lab.run("status"),
    (text) => new RegExp(`^${name} .* dead$`, "m").test(text),
    { withinMs: 10_000, everyMs: 50, what: `${name} has ended` },
  );
  use(dist);
  await lab.run("start-monitor", name);
  await lab.healthy();
}

/** The leader last: it hands over to one that is replaced already. */
async function replaceAll(lab: Lab, dist: string | null): Promise<void> {
  const leader = await lab.leader();
  for (const name of [...MONITORS.filter((one) => one !== leader), leader])
    await replace(lab, name, dist);
}

describe.skipIf(!isLong || IS_LOCAL || VERSION === null)(
  "an upgrade from the version before",
  () => {
    it("one monitor after the other, and back, moves nothing and loses nothing; mixed, they fail over", {
      timeout: 300_000,
    }, async () => {
      await using dir = await tempDir("mmm-previous-");
      const previous = buildPrevious(VERSION ?? "", dir.path);
      try {
        use(previous);
        await using lab = await Lab.up(FAST);
        const upgrade = await lab.measure(
          () => replaceAll(lab, null),
          () => lab.healthy(),
        );
        expectUnmoved(upgrade, "db1", NO_GAP_MS);
        const back = await lab.measure(
          () => replaceAll(lab, previous),
          () => lab.healthy(),
        );
        expectUnmoved(back, "db1", NO_GAP_MS);
        expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);

        const leader = await lab.leader();
        const follower = MONITORS.find((name) => name !== leader)!;
        await replace(lab, follower, null);
        const moved = await lab.measure(
          () => lab.run("mmm", "switchover", "--to", "db2"),
          () => lab.movedTo((node) => node === "db2"),
        );
        expectOneServer(moved.observer);
        expectNothingLost(moved.writer);
        await lab.healthy();
        await lab.run("kill", "db2");
        const master = await lab.movedTo((node) => node !== "db2");
        expect(servers(moved.observer)).toEqual(["db1", "db2"]);
        expect(master).not.toBe("db2");
      } finally {
        use(null);
      }
    });
  },
);
