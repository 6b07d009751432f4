import { describe, expect, test } from "vitest";
import { slept, tick } from "../../../../src/core/consensus/consensus.ts";
import { wholeSlot } from "../../../../src/core/consensus/slot.ts";
import type { ConsensusMessage } from "../../../../src/core/consensus/types.ts";
import {
  aCluster,
  aMonitor,
  aNewLeader,
  aSlot,
  at,
  from,
  hear,
  persisted,
  sent,
  stamp,
  wakeAt,
} from "./a-monitor.ts";

const ASK = { kind: "vote", transfer: false } as const;

function answers(message: ConsensusMessage | undefined): boolean | null {
  if (message?.kind !== "vote-reply" && message?.kind !== "pre-vote-reply") return null;
  return message.granted;
}

describe("when an election begins", () => {
  test.each([0, 1, 12_345, 2 ** 47])(
    "never within F of hearing a leader, nor after F + 1 + J (%i)",
    (entropy) => {
      const append = {
        kind: "append",
        round: 1,
        version: 10,
        delta: null,
        commit: null,
        note: null,
      } as const;
      const [peer, message] = from("mon2", append);
      const state = hear(aMonitor(), [peer, message], entropy % 1_000).state;
      const wait = wakeAt(state) - (entropy % 1_000);
      expect(wait).toBeGreaterThan(800);
      expect(wait).toBeLessThanOrEqual(1_401);
    },
  );

  test("a follower waits longer by what it slept through, but not for one that is gone, nor after F or more", () => {
    const waiting = aMonitor();
    const due = wakeAt(waiting);
    expect(wakeAt(slept(waiting, 799).state)).toBe(due + 799);
    expect(wakeAt(slept(waiting, 800).state)).toBe(due);
    const gone = { ...waiting, isLeaderGone: true };
    expect(wakeAt(slept(gone, 500).state)).toBe(due);
    const asking = tick(waiting, at(2_000)).state;
    expect(slept(asking, 500).state).toBe(asking);
  });

  test("a monitor asks before it raises its term", () => {
    const step = tick(aMonitor(), at(2_000));
    expect(sent(step).map(({ kind, term }) => [kind, term])).toEqual([
      ["pre-vote", 5],
      ["pre-vote", 5],
    ]);
    expect(persisted(step)).toBeNull();
    expect(step.state.durable.term).toBe(5);
  });

  test("its own vote is written before it asks for others", () => {
    const asked = tick(aMonitor(), at(2_000)).state;
    const step = hear(
      asked,
      from("mon2", { kind: "pre-vote-reply", candidateTerm: 6, granted: true, asker: "disk-mon1" }),
      2_000,
    );
    expect(persisted(step)).toMatchObject({ term: 6, votedFor: "mon1" });
    expect(sent(step).map(({ kind }) => kind)).toEqual(["vote", "vote"]);
  });

  test.each([
    ["it does not know the state's schema", { slot: aSlot(stamp(5, 10), aCluster({ schema: 2 })) }],
    ["it is empty", { slot: null, term: 0 }],
  ])("not at all if %s", (_, durable) => {
    const step = tick(aMonitor(durable), at(5_000));
    expect(sent(step).filter(({ kind }) => kind !== "hello")).toEqual([]);
    expect(wakeAt(step.state)).toBeGreaterThan(5_000);
  });

  test("a monitor that is asked to take over skips the question, unless it does not know the schema", () => {
    const append = {
      kind: "append",
      round: 1,
      version: 10,
      delta: null,
      commit: null,
      note: null,
    } as const;
    const asked = (schema: number): readonly ConsensusMessage[] => {
      const slot = aSlot(stamp(5, 10), aCluster({ schema }));
      const led = hear(aMonitor({ slot }), from("mon2", append), 10).state;
      return sent(hear(led, from("mon2", { kind: "timeout-now" }), 20));
    };
    expect(asked(1)).toMatchObject([{ kind: "vote", term: 6, transfer: true }, { kind: "vote" }]);
    expect(asked(2)).toEqual([]);
  });

  test("nobody but the leader of this term can ask for that", () => {
    const append = {
      kind: "append",
      round: 1,
      version: 10,
      delta: null,
      commit: null,
      note: null,
    } as const;
    const led = hear(aMonitor(), from("mon2", append), 10).state;
    expect(sent(hear(led, from("mon3", { kind: "timeout-now" }), 20))).toEqual([]);
    expect(sent(hear(led, from("mon2", { kind: "timeout-now" }, { term: 4 }), 20))).toEqual([]);
  });
});

describe("who gets a vote", () => {
  const AGED = 1_000;

  test.each([
    ["as new as ours", stamp(5, 10), true],
    ["newer by its version", stamp(5, 11), true],
    ["newer by its term, although its version is lower", stamp(6, 1), true],
    ["older by its version", stamp(5, 9), false],
    ["older by its term, although its version is higher", stamp(4, 99), false],
  ])("a candidate whose slot is %s", (_, slot, granted) => {
    const step = hear(aMonitor(), from("mon2", ASK, { term: 7, slot }), AGED);
    expect(answers(sent(step, "mon2")[0])).toBe(granted);
    const asked = hear(
      aMonitor(),
      from("mon2", { kind: "pre-vote", candidateTerm: 7 }, { term: 6, slot }),
      AGED,
    );
    expect(answers(sent(asked, "mon2")[0])).toBe(granted);
  });

  test("the vote is written before it is given", () => {
    const step = hear(aMonitor(), from("mon2", ASK, { term: 6 }), AGED);
    expect(persisted(step)).toMatchObject({ term: 6, votedFor: "mon2" });
    expect(step.effects.map(({ kind }) => kind)).toEqual(["persist", "send"]);
  });

  test("one in a term: no other, not even of the same name, and a new term clears it", () => {
    const voted = hear(aMonitor(), from("mon2", ASK, { term: 6 }), AGED).state;
    expect(answers(sent(hear(voted, from("mon2", ASK, { term: 6 }), AGED))[0])).toBe(false);
    const newDisk = { term: 6, slot: stamp(5, 11), storageId: "disk-mon2-new" };
    expect(answers(sent(hear(voted, from("mon2", ASK, newDisk), AGED))[0])).toBe(false);
    expect(answers(sent(hear(voted, from("mon3", ASK, { term: 6 }), AGED))[0])).toBe(false);
    expect(answers(sent(hear(voted, from("mon3", ASK, { term: 7 }), AGED))[0])).toBe(true);
  });

  test("nobody within F of a start, even in a newer term, which is not even taken over", () => {
    const step = hear(aMonitor(), from("mon2", ASK, { term: 9 }), 799);
    expect(sent(step)).toEqual([]);
    expect(step.state.durable.term).toBe(5);
    expect(answers(sent(hear(aMonitor(), from("mon2", ASK, { term: 9 }), 800))[0])).toBe(true);
  });

  test("a candidate to whom the leader handed over, at once", () => {
    const step = hear(aMonitor(), from("mon2", { kind: "vote", transfer: true }, { term: 6 }), 10);
    expect(answers(sent(step)[0])).toBe(true);
  });

  test("nobody from a leader that has not been told to go", () => {
    const leader = aNewLeader();
    expect(sent(hear(leader, from("mon3", ASK, { term: 7 }), 9_000))).toEqual([]);
    expect(
      answers(
        sent(
          hear(leader, from("mon3", { kind: "pre-vote", candidateTerm: 7 }, { term: 6 }), 9_000),
        )[0],
      ),
    ).toBe(false);
  });

  test("an older candidate is answered, so that it learns the term", () => {
    expect(
      sent(hear(aMonitor(), from("mon2", ASK, { term: 3, slot: stamp(3, 3) }), 10)),
    ).toMatchObject([{ kind: "vote-reply", term: 5, granted: false }]);
  });
});

/** A promise to vote for mon1 in term 6. */
const WILLING = {
  kind: "pre-vote-reply",
  candidateTerm: 6,
  granted: true,
  asker: "disk-mon1",
} as const;

describe("how votes are counted", () => {
  test("distinct members only: a vote that comes twice is one", () => {
    const five = {
      slot: aSlot(stamp(5, 10), aCluster({}, ["mon1", "mon2", "mon3", "mon4", "mon5"])),
    };
    let state = tick(aMonitor(five), at(2_000)).state;
    state = hear(state, from("mon2", WILLING), 2_000).state;
    state = hear(state, from("mon2", WILLING), 2_000).state;
    expect(state.role).toBe("pre-candidate");
    expect(hear(state, from("mon3", WILLING), 2_000).state.role).toBe("candidate");
  });

  test("not a stranger's, nor one of a member with another disk", () => {
    const asked = tick(aMonitor(), at(2_000)).state;
    expect(hear(asked, from("mon9", WILLING), 2_000).state.role).toBe("pre-candidate");
    expect(hear(asked, from("mon2", WILLING, { storageId: "other" }), 2_000).state.role).toBe(
      "pre-candidate",
    );
  });

  test("only of this term, and only by a candidate", () => {
    const asked = tick(aMonitor(), at(2_000)).state;
    const early = hear(
      asked,
      from("mon2", { kind: "vote-reply", granted: true, asker: "disk-mon1" }),
      2_000,
    );
    expect(early.state.role).toBe("pre-candidate");
    const other = from("mon2", {
      kind: "pre-vote-reply",
      candidateTerm: 5,
      granted: true,
      asker: "disk-mon1",
    });
    expect(hear(asked, other, 2_000).state.role).toBe("pre-candidate");
  });

  test("not what was said to another disk of its name, which may still run elsewhere", () => {
    const asked = tick(aMonitor(), at(2_000)).state;
    const willing = { kind: "pre-vote-reply", candidateTerm: 6, granted: true } as const;
    const toOther = from("mon2", { ...willing, asker: "disk-mon1-new" });
    expect(hear(asked, toOther, 2_000).state.role).toBe("pre-candidate");
    const toThis = from("mon2", { ...willing, asker: "disk-mon1" });
    const candidate = hear(asked, toThis, 2_000).state;
    const vote = { kind: "vote-reply", granted: true } as const;
    const elect = (asker: string | null) =>
      hear(candidate, from("mon2", { ...vote, asker }, { term: 6 }), 2_000).state.role;
    expect(elect("disk-mon1-new")).toBe("candidate");
    expect(elect("disk-mon1")).toBe("leader");
    // An earlier version does not tell.
    expect(elect(null)).toBe("leader");
  });

  test("not that of a disk that another has replaced in the state that it was brought meanwhile", () => {
    const names = ["mon1", "mon2", "mon3", "mon4"];
    const slot = aSlot(stamp(5, 10), aCluster({}, names));
    const vote = { kind: "vote-reply", granted: true, asker: "disk-mon1" } as const;
    let state = tick(aMonitor({ slot }), at(2_000)).state;
    for (const peer of ["mon2", "mon3"]) state = hear(state, from(peer, WILLING), 2_000).state;
    state = hear(state, from("mon2", vote, { term: 6 }), 2_000).state;
    expect(state).toMatchObject({ role: "candidate", votes: ["mon1", "mon2"] });
    const disks = aCluster({}, names).members.map((member) =>
      member.name === "mon2" ? { ...member, storageId: "new" } : member,
    );
    const brought = wholeSlot(aSlot(stamp(5, 12), aCluster({ members: disks })));
    const news = from("mon3", { kind: "genesis", delta: brought }, { slot: stamp(5, 12) });
    const after = hear(state, news, 2_000).state;
    expect(after).toMatchObject({ role: "candidate", votes: ["mon1"] });
    expect(hear(after, from("mon3", vote, { term: 6 }), 2_000).state.role).toBe("candidate");
  });

  test("an answer tells whom it is for", () => {
    const asking = { kind: "pre-vote", candidateTerm: 6 } as const;
    const vote = { kind: "vote", transfer: false } as const;
    for (const [ask, term] of [
      [asking, 5],
      [vote, 6],
      [vote, 4],
    ] as const) {
      const step = hear(aMonitor(), from("mon2", ask, { term }), 2_000);
      expect(sent(step)).toMatchObject([{ asker: "disk-mon2" }]);
    }
  });

  test("a promise to vote does not raise the term, a refusal does", () => {
    const asked = tick(aMonitor(), at(2_000)).state;
    const promise = {
      kind: "pre-vote-reply",
      candidateTerm: 9,
      granted: true,
      asker: "disk-mon1",
    } as const;
    expect(hear(asked, from("mon2", promise, { term: 8 }), 2_000).state.durable.term).toBe(5);
    const refusal = hear(asked, from("mon2", { ...promise, granted: false }, { term: 8 }), 2_000);
    expect(persisted(refusal)).toMatchObject({ term: 8, votedFor: null });
    expect(refusal.state.role).toBe("follower");
  });
});
