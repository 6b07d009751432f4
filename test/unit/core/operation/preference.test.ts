import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../../src/core/health/votes.ts";
import type { Verdict } from "../../../../src/core/health/verdict.ts";
import { obstacleTo } from "../../../../src/core/operation/preference.ts";
import {
  patienceMs,
  withOutcome,
  withTry,
} from "../../../../src/core/operation/preference-record.ts";
import type { GroupPart, Operation } from "../../../../src/core/state.ts";
import {
  all,
  evidence,
  group,
  MONITORS,
  NOW,
  operation,
  seesMaster,
  seesReplica,
  settings,
  unlinked,
  vip,
} from "../health/build.ts";

const MINUTE = 60_000;
const PREFER = { node: "db2", afterMs: 5 * MINUTE };
const PAUSE = {} as NonNullable<GroupPart["pause"]>;
const HEALTHY = { kind: "healthy", text: "", master: "db1", rebirth: null } as unknown as Verdict;
const WELL = evidence({ db1: all(seesMaster()), db2: all(seesReplica()), db3: all(seesReplica()) });

function preferring(change: Partial<GroupPart> = {}): GroupPart {
  return group({ settings: settings({ prefer: PREFER }), ...change });
}

interface Scene {
  readonly of?: GroupPart;
  readonly seen?: Evidence;
  readonly verdict?: Verdict;
}

function obstacle({ of = preferring(), seen = WELL, verdict = HEALTHY }: Scene): string | null {
  const at = { now: NOW, wall: 1_000_000, entropy: 1 };
  const question = { members: MONITORS, evidence: seen, verdict, at };
  return obstacleTo({ group: of, preference: PREFER, ...question });
}

function ended(change: Partial<Operation>, result: "ok" | "undone" = "ok"): GroupPart {
  return withOutcome(preferring(), { ...operation("switchover"), ...change }, result);
}

function renamed(change: (node: GroupPart["nodes"][number]) => object): GroupPart {
  const { nodes } = preferring();
  return preferring({
    nodes: nodes.map((node) => (node.name === "db2" ? { ...node, ...change(node) } : node)),
  });
}

describe("what is in the way of the preferred node", () => {
  it("is nothing when it is a replica in good order", () => {
    expect(obstacle({})).toBeNull();
  });

  it.each<[string, Scene, string | RegExp]>([
    ["a pause", { of: preferring({ pause: PAUSE }) }, "the group is paused"],
    ["a mode", { of: preferring({ mode: "manual" }) }, "the mode is manual"],
    ["an operation", { of: preferring({ operation: operation("failover") }) }, /failover is under/],
    ["a doubtful master", { verdict: { ...HEALTHY, kind: "suspect", text: "x" } as Verdict }, "x"],
    [
      "an address that is not there yet",
      { of: preferring({ vips: [{ ...vip("10.0.0.100", "db1"), kind: "unclaimed" }] }) },
      "the virtual IP is not with db1 yet",
    ],
    ["its cooldown", { of: renamed(() => ({ failedOverAt: 990_000 })) }, /cooldown/],
    ["its flapping", { of: renamed(() => ({ admin: "awaiting-recovery" })) }, /awaits set_online/],
    ["its silence", { seen: evidence({ db1: all(seesMaster()) }) }, "db2 does not answer"],
    ["its link", { seen: evidence({ db2: all(unlinked()) }) }, "db2 is not linked to db1"],
    [
      "its master, who is another",
      { seen: evidence({ db2: all(seesReplica({ masterHost: "10.0.0.3" })) }) },
      "db2 is not linked to db1",
    ],
    [
      "a majority that does not see it",
      { seen: evidence({ db2: { mon1: seesReplica() } }) },
      "only 1 of 3 monitors find db2 well",
    ],
    [
      "a person",
      {
        of: preferring({ preference: { node: "db2", tries: [], aside: { by: "ann", to: "db1" } } }),
      },
      "ann moved the master to db1, and what a person moved stays",
    ],
  ])("may be %s", (_, scene, text) => {
    expect(obstacle(scene)).toMatch(text);
  });

  it("is not what was said of another node that was preferred once", () => {
    const preference = { node: "db3", tries: [], aside: { by: "ann", to: "db1" } };
    expect(obstacle({ of: preferring({ preference }) })).toBeNull();
  });
});

describe("its patience", () => {
  const wall = 100 * MINUTE;
  const after = (tries: readonly number[]) =>
    patienceMs(preferring({ preference: { node: "db2", tries } }), PREFER, wall) / MINUTE;

  it("doubles with each move of the last flap_window, up to that", () => {
    expect(after([])).toBe(5);
    expect(after([wall - 50 * MINUTE])).toBe(10);
    expect(after([wall - 61 * MINUTE])).toBe(5);
    expect(after([1, 2, 3, 4, 5].map((ago) => wall - ago * MINUTE))).toBe(60);
  });

  it("forgets moves of a time that has not come yet", () => {
    expect(after([wall + MINUTE])).toBe(5);
  });
});

describe("what is remembered", () => {
  it("is who moved the role away", () => {
    const aside = { by: "a test", to: "db3" };
    const asked = ended({ to: "db3", requestId: "r1" });
    expect(asked.preference).toEqual({ node: "db2", tries: [], aside });
    expect(ended({ to: "db3", cause: "by-hand" }).preference?.aside?.by).toBe("somebody");
  });

  it("is who accepted the loss of a failover, which moved the role then", () => {
    const accepted = { cause: "guard", by: "ann", requestId: "r1" } as const;
    expect(ended({ ...accepted, to: "db3" }).preference?.aside).toEqual({ by: "ann", to: "db3" });
    expect(ended({ ...accepted, to: "db1" }).preference).toBeUndefined();
  });

  it("is nothing of a failover, or of a move that turned back", () => {
    expect(ended({ to: "db3", cause: "down" }).preference).toBeUndefined();
    expect(ended({ to: "db3", requestId: "r1" }, "undone").preference).toBeUndefined();
  });

  it("is why the monitors' own move failed, until it is master", () => {
    const tried = withTry(preferring(), 5, null);
    const own = { ...operation("switchover"), cause: "preferred" as const, reason: "it was late" };
    const failed = withOutcome(tried, own, "undone");
    expect(failed.preference).toEqual({ node: "db2", tries: [5], failure: "it was late" });
    expect(withOutcome(failed, own, "ok").preference).toEqual({ node: "db2", tries: [5] });
  });

  it("is nothing where no node is preferred", () => {
    const done = withOutcome(group(), { ...operation("switchover"), to: "db3" }, "ok");
    expect(done.preference).toBeUndefined();
  });
});
