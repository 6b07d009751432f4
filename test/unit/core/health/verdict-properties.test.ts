import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeVote, VoteKind } from "../../../../src/core/health/types.ts";
import { verdictOf } from "../../../../src/core/health/verdict.ts";
import { type Evidence, FRESH_MS, hold } from "../../../../src/core/health/votes.ts";
import { quorumOf } from "../../../../src/core/state.ts";
import {
  ALIEN,
  group,
  L,
  MONITORS,
  masterInfo,
  NOW,
  replicaInfo,
  settings,
  vote,
} from "./build.ts";

const KINDS: readonly VoteKind[] = ["up", "degraded", "refused", "silent", "abstain", "unknown"];
const age = fc.integer({ min: 0, max: 6000 });

const anyInfo = fc.record({
  master: fc.boolean(),
  replId: fc.constantFrom(L, ALIEN),
  replId2: fc.constantFrom(null, L),
  loading: fc.boolean(),
  link: fc.constantFrom("up" as const, "down" as const),
  offset: fc.integer({ min: 0, max: 10_000 }),
});

const anyVote = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    sinceMs: age,
    lastGoodMs: fc.option(age),
    infoAgeMs: age,
    grewMs: fc.option(age),
    info: fc.option(anyInfo),
  })
  .map(({ kind, info, ...rest }): NodeVote => {
    if (info === null) return vote({ vote: kind, ...rest, infoAgeMs: null });
    const { master, offset, ...facts } = info;
    const seen = master
      ? masterInfo({ ...facts, offset, secondOffset: offset, uptimeS: 5 })
      : replicaInfo({ ...facts, appliedOffset: offset });
    return vote({ vote: kind, ...rest, info: seen, linkSeenUpFor: seen.runId });
  });

const anyHeld = fc
  .tuple(anyVote, fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 300 }))
  .map(([seen, travelled, waited]) => hold(seen, NOW - waited - travelled, NOW - waited));

const anyEvidence: fc.Arbitrary<Evidence> = fc.dictionary(
  fc.constantFrom("mon1", "mon2", "mon3", "stranger"),
  fc.record({ db1: anyHeld, db2: anyHeld, db3: anyHeld }),
);

const anyQuestion = fc.record({
  evidence: anyEvidence,
  leaseRunOut: fc.boolean(),
  onReboot: fc.constantFrom("auto" as const, "failover" as const, "wait" as const),
});

describe("whatever the evidence", () => {
  it("nothing is down without a majority of fresh votes against it", () => {
    fc.assert(
      fc.property(anyQuestion, ({ evidence, leaseRunOut, onReboot }) => {
        const of = group({ settings: settings({ onReboot }) });
        const verdict = verdictOf({
          group: of,
          members: MONITORS,
          evidence,
          now: NOW,
          leaseRunOut,
        });
        if (verdict.kind !== "master-down") return;
        const against = Object.entries(verdict.votes).filter(
          ([monitor, record]) =>
            NOW - (evidence[monitor]?.["db1"]?.atLeast ?? 0) <= FRESH_MS &&
            (verdict.how === "reborn"
              ? record.reason?.startsWith("reborn")
              : ["refused", "silent"].includes(record.vote)),
        );
        expect(against.length).toBeGreaterThanOrEqual(quorumOf(MONITORS.length));
        expect(Object.keys(verdict.votes)).toEqual(MONITORS);
      }),
      { numRuns: 3000 },
    );
  });

  it("a stranger's votes change nothing about down", () => {
    fc.assert(
      fc.property(anyQuestion, anyHeld, ({ evidence, leaseRunOut }, held) => {
        const ask = (votes: Evidence) =>
          verdictOf({ group: group(), members: MONITORS, evidence: votes, now: NOW, leaseRunOut });
        const { stranger: _, ...own } = evidence;
        const without = ask(own);
        const withStranger = ask({ ...own, stranger: { db1: held } });
        if (withStranger.kind === "master-down" && withStranger.how !== "reborn") {
          expect(without.kind).toBe("master-down");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
