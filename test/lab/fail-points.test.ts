/**
 * The leader dies, or is stopped for ten seconds and goes on, right after each thing that it does to a
 * node for a switchover, a failover and a rejoin, on real hosts. The end is always the same: one master
 * at the VIP, everybody follows it, and nothing is left paused, blocked or frozen.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectNothingLost,
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
} from "../helpers/lab-expect.ts";
import { isLong, Lab, type Measurement, passing } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

const REPO = new URL("../..", import.meta.url).pathname;
/** Beside the other one: what runs looks for the guard next to its build. */
const DIST = `${REPO}dist.fail-points-${process.pid}`;

type Signal = "KILL" | "STOP";

interface Story {
  readonly name: string;
  readonly before?: (lab: Lab) => Promise<unknown>;
  readonly begin: (lab: Lab) => Promise<unknown>;
  readonly mend?: (lab: Lab) => Promise<unknown>;
  readonly lost: (measured: Measurement) => void;
  /** The one of the leader's deeds that is tried in every run; "": none. */
  readonly essential: string;
  /** The others, in their order. */
  readonly deeds: string;
}

const nothing = ({ writer }: Measurement) => expectNothingLost(writer);

const STORIES: readonly Story[] = [
  {
    name: "a switchover",
    begin: (lab) => lab.tryRun("mmm", "switchover", "--to", "db2"),
    lost: nothing,
    essential: "release db1",
    deeds:
      "cut-off db1,follow db3,mark db2,mark db1,pause-writes db1,block db1,unpause db1,promote db2,rewrite db2,claim db2,freeze db1,follow db1,unblock db1,rewrite db1",
  },
  {
    name: "a failover",
    begin: (lab) => lab.run("kill", "db1"),
    mend: (lab) => lab.run("start", "db1"),
    lost: ({ writer, faultAtS }) => expectNothingLostBefore(writer, faultAtS),
    essential: "promote any",
    deeds:
      "open any,cut-off any,mark any,release db1,unpause any,freeze any,rewrite any,claim db2,follow any",
  },
  {
    name: "a rejoin",
    before: async (lab) => {
      await lab.run("kill", "db1");
      await lab.movedTo(isAnother);
    },
    begin: (lab) => lab.run("start", "db1"),
    lost: nothing,
    essential: "",
    deeds: "cut-off db1,freeze db1,unpause db1,follow db1,get-min-replicas db1,rewrite db1",
  },
];

async function interrupted(story: Story, signal: Signal, deed: string): Promise<void> {
  await using lab = await Lab.up(FAST);
  await story.before?.(lab);
  await lab.run("fail-after", signal, ...deed.split(" "));
  const measured = await lab.measure(
    () => story.begin(lab),
    async () => {
      await obeyed(lab, deed);
      await passing(signal === "KILL" ? 3_000 : 10_000);
      await wakeMonitors(lab);
      await story.mend?.(lab);
      await lab.healthy(40_000);
    },
  );
  const { master } = await lab.group();
  expectOneServer(measured.observer);
  story.lost(measured);
  expect(measured.writer.open_gap_ms ?? Infinity).toBeLessThan(1_000);
  await expectOnlyMaster(lab, master ?? "none");
  await expectNothingLeft(lab);
}

async function obeyed(lab: Lab, deed: string): Promise<void> {
  await eventually(
    () => lab.run("fail-after"),
    (armed) => armed === "",
    { withinMs: 15_000, everyMs: 50, what: `the leader's deed ${deed}` },
  );
}

async function wakeMonitors(lab: Lab): Promise<void> {
  for (const line of (await lab.run("status")).split("\n")) {
    const [name = "", , state] = line.split(/\s+/);
    if (!name.startsWith("mon")) continue;
    if (state === "dead") await lab.run("start-monitor", name);
    if (state === "stopped") await lab.run("cont-monitor", name);
  }
}

async function expectNothingLeft(lab: Lab): Promise<void> {
  for (const node of ["db1", "db2", "db3"]) {
    const value = await lab.run("redis", node, "config", "get", "min-replicas-to-write");
    expect(`${node} ${value.split("\n")[1]}`).toBe(`${node} 0`);
    expect(await lab.run("redis", node, "info", "replication")).not.toContain("master_host:127.77");
  }
}

describe("a leader that is interrupted", () => {
  const before = process.env["MMM_DIST"];

  beforeAll(() => {
    execFileSync("node", [`${REPO}scripts/build.mjs`, "--fail-points", DIST]);
    process.env["MMM_DIST"] = DIST;
  });

  afterAll(() => {
    if (before === undefined) delete process.env["MMM_DIST"];
    else process.env["MMM_DIST"] = before;
    rmSync(DIST, { recursive: true, force: true });
  });

  const cases = STORIES.flatMap((story) => {
    const { name, essential, deeds } = story;
    const tried = [essential, ...(isLong ? deeds.split(",") : [])].filter((deed) => deed !== "");
    const signals: readonly Signal[] = isLong ? ["KILL", "STOP"] : ["KILL"];
    return tried.flatMap((deed) => signals.map((signal) => ({ name, story, deed, signal })));
  });

  it.each(cases)("leaves no trace in $name ($signal after: $deed)", ({ story, signal, deed }) =>
    interrupted(story, signal, deed),
  );

  it("cannot be asked for in a build for use", () => {
    const dist = `${REPO}dist`;
    const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
    const scripts = files.filter((file) => file.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(0);
    for (const file of scripts)
      expect(readFileSync(`${dist}/${file}`, "utf8")).not.toContain("MMM_FAIL_AFTER");
  });
});
