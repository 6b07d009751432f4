import { describe, expect, it } from "vitest";
import { eventually } from "../../helpers/eventually.ts";
import { Requests } from "../../../src/daemon/requests.ts";

const LONG = 60_000;

function waiting(group = "main", limitMs = LONG) {
  const progress: string[] = [];
  return {
    progress,
    options: {
      group,
      limitMs,
      onProgress: ({ event, text }: { event: string; text: string }) =>
        void progress.push(`${event}: ${text}`),
    },
  };
}

describe("requests that wait", () => {
  it("end with the outcome of the core, a retry of the same request too", async () => {
    const requests = new Requests();
    const first = requests.run("r1", waiting().options, () => true);
    const retry = requests.run("r1", waiting().options, () => true);
    const other = requests.run("r2", waiting().options, () => true);
    requests.settle("r1", { kind: "ok", message: "done" });
    expect(await Promise.all([first, retry])).toEqual([
      { kind: "ok", message: "done" },
      { kind: "ok", message: "done" },
    ]);
    requests.close();
    expect(await other).toMatchObject({ kind: "unknown" });
  });

  it("are not kept without number: one too many is refused, a retry of one that waits is not", async () => {
    const requests = new Requests();
    const run = (id: string) => requests.run(id, waiting().options, () => true);
    const kept = Array.from({ length: 1_024 }, (_, index) => run(`r${index}`));
    expect(await run("more")).toMatchObject({ kind: "refused" });
    const retry = run("r7");
    requests.settle("r7", { kind: "ok", message: "done" });
    expect(await retry).toEqual({ kind: "ok", message: "done" });
    requests.close();
    await Promise.all(kept);
  });

  it("hear what happens to their group, and of no other", async () => {
    const requests = new Requests();
    const main = waiting("main");
    const done = requests.run("r1", main.options, () => true);
    const vip = "192.0.2.70";
    const epoch = { term: 1, version: 2 };
    requests.report({ kind: "vip.claimed", group: "main", vip, node: "db2", epoch });
    requests.report({ kind: "vip.claimed", group: "other", vip, node: "db9", epoch });
    requests.report({ kind: "leader", leader: "mon1", term: 1 });
    requests.settle("r1", { kind: "ok", message: "" });
    await done;
    expect(main.progress).toEqual(["vip.claimed: 192.0.2.70 is served by db2"]);
  });

  it("hear it while they wait, and not in the midst of what happens", async () => {
    const requests = new Requests();
    const main = waiting("main");
    const done = requests.run("r1", main.options, () => true);
    const epoch = { term: 1, version: 2 };
    requests.report({ kind: "vip.claimed", group: "main", vip: "192.0.2.70", node: "db2", epoch });
    expect(main.progress).toEqual([]);
    await eventually(
      () => main.progress,
      (lines) => lines.length === 1,
    );
    requests.close();
    await done;
  });

  it("hear it within half a second, though something happens all the time", async () => {
    const requests = new Requests();
    const main = waiting("main");
    const done = requests.run("r1", main.options, () => true);
    const epoch = { term: 1, version: 2 };
    const claimed = { group: "main", vip: "192.0.2.70", node: "db2", epoch } as const;
    const busy = setInterval(() => requests.report({ kind: "vip.claimed", ...claimed }), 20);
    await eventually(
      () => main.progress,
      (lines) => lines.length > 0,
    );
    clearInterval(busy);
    requests.close();
    await done;
  });

  it("are for another monitor to take when the core does not, for it is ending", async () => {
    const outcome = await new Requests().run("r1", waiting().options, () => false);
    expect(outcome).toEqual({ kind: "not-leader", leader: null });
  });

  it("end as unknown when nothing comes", async () => {
    const outcome = await new Requests().run("r1", waiting("main", 5).options, () => true);
    expect(outcome).toEqual({
      kind: "unknown",
      message: "no end in 0.005 s; ask mmm status what became of it",
    });
  });
});
