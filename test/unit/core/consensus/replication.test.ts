import { describe, expect, test } from "vitest";
import {
  answeredRound,
  answeredRoundSentAt,
  beginRound,
  hasRoomForRound,
  isEstablished,
  propose,
  readyPeers,
  slept,
  tick,
  transfer,
  withNote,
} from "../../../../src/core/consensus/consensus.ts";
import { forgetAnswers } from "../../../../src/core/consensus/accepted.ts";
import { wholeSlot } from "../../../../src/core/consensus/slot.ts";
import type { SlotDelta } from "../../../../src/core/consensus/types.ts";
import { sameStamp, type Stamp } from "../../../../src/core/stamp.ts";
import {
  aLeader,
  aMonitor,
  aNewLeader,
  aSlot,
  at,
  election,
  from,
  hear,
  persisted,
  reported,
  sent,
  stamp,
  wakeAt,
} from "./a-monitor.ts";

function reply(peer: string, round: number, version: number): ReturnType<typeof from> {
  const slot = version === 0 ? stamp(5, 10) : stamp(6, version);
  return from(peer, { kind: "append-reply", round, version }, { term: 6, slot });
}

function append(
  delta: SlotDelta | null,
  {
    round = 1,
    term = 6,
    commit = null as Stamp | null,
    slot = stamp(6, 11),
    note = "note" as string,
  } = {},
): ReturnType<typeof from> {
  const body = { kind: "append", round, version: slot.version, delta, commit, note } as const;
  return from("mon2", body, { term, slot });
}

describe("a new leader", () => {
  test("stamps what it inherited in its own term, and writes that before it sends it", () => {
    const leader = aNewLeader();
    expect(leader.durable.slot?.stamp).toEqual(stamp(6, 11));
    expect(leader.durable.slot?.changed["group:a"]).toEqual(stamp(5, 10));
  });

  test("neither acts nor proposes before that is committed", () => {
    expect(isEstablished(aNewLeader())).toBe(false);
    expect(() => propose(aNewLeader(), at(2_000), (parts) => parts)).toThrow("established");
    expect(isEstablished(aLeader())).toBe(true);
  });

  test("does not commit by counting answers for what an older term had", () => {
    const step = hear(aNewLeader(), reply("mon2", 1, 0), 2_001);
    expect(step.state.commit).toBeNull();
  });

  test("gives everything to those that voted, and asks the others first", () => {
    const step = election();
    expect(sent(step, "mon2")).toMatchObject([{ delta: { base: null } }]);
    expect(sent(step, "mon3")).toMatchObject([{ delta: null, version: 11 }]);
    const answered = hear(step.state, reply("mon3", 1, 0), 2_002);
    expect(sent(answered, "mon3")).toMatchObject([
      { round: 1, delta: { base: null, stamp: stamp(6, 11) } },
    ]);
  });

  test("writes at the commit what it heard, and nothing waits for that", () => {
    const step = hear(aNewLeader(), reply("mon2", 1, 11), 2_001);
    expect(persisted(step)?.acknowledged).toEqual({ mon2: { term: 6, slot: stamp(6, 11) } });
    expect(reported(step)).toContainEqual({ kind: "committed", stamp: stamp(6, 11) });
    expect(step.effects.at(-1)).toMatchObject({ kind: "persist", isUrgent: false });
  });
});

describe("what a peer lacks", () => {
  const proposed = () =>
    propose(aLeader(), at(2_050), (parts) => ({ ...parts, "group:a": { value: 1 } }));

  test("is said once, and heartbeats go on without it", () => {
    const step = proposed();
    expect(sent(step, "mon2")).toMatchObject([{ round: 2, delta: { base: stamp(6, 11) } }]);
    const later = beginRound(step.state, at(2_170));
    expect(sent(later, "mon2")).toMatchObject([{ round: 3, version: 12, delta: null }]);
    const first = hear(later.state, reply("mon2", 2, 12), 2_180).state;
    expect(sent(beginRound(first, at(2_300)), "mon2")).toMatchObject([{ delta: null }]);
  });

  test.each([
    ["that round", 2],
    ["a later one", 3],
  ])("is said again, once, when the answer to %s shows that it is lost", (_, round) => {
    const later = beginRound(proposed().state, at(2_170)).state;
    const answered = hear(later, reply("mon2", round, 11), 2_180);
    expect(sent(answered, "mon2")).toMatchObject([
      { round: 3, delta: { base: stamp(6, 11), stamp: stamp(6, 12) } },
    ]);
    // One that cannot take it is told no faster than there are rounds.
    const again = hear(answered.state, reply("mon2", 3, 11), 2_190);
    expect(sent(again, "mon2")).toEqual([]);
    expect(sent(beginRound(again.state, at(2_300)), "mon2")).toMatchObject([{ delta: null }]);
  });

  test("is not taken for lost by the answer to an older round, nor by one of an older term", () => {
    const { state } = proposed();
    const older = from("mon2", { kind: "append-reply", round: 9, version: 0 }, { term: 5 });
    for (const message of [reply("mon2", 1, 11), older]) {
      const heard = hear(state, message, 2_060).state;
      expect(sent(beginRound(heard, at(2_170)), "mon2")).toMatchObject([{ delta: null }]);
    }
  });

  test("is said again to one that answers in an older term, for it does not know the leader yet", () => {
    const stranger = (round: number) =>
      from("mon3", { kind: "append-reply", round, version: 0 }, { term: 5 });
    const asked = hear(aLeader(), stranger(1), 2_010);
    expect(sent(asked, "mon3")).toMatchObject([{ round: 1, delta: { base: null } }]);
    // Sent before it can have read that; and to a round of an earlier office.
    for (const round of [1, 9]) {
      expect(sent(hear(asked.state, stranger(round), 2_020), "mon3")).toEqual([]);
    }
    const later = beginRound(asked.state, at(2_130)).state;
    const again = hear(later, stranger(2), 2_140);
    expect(sent(again, "mon3")).toMatchObject([{ round: 2, delta: { base: null } }]);
    expect(sent(hear(again.state, stranger(2), 2_141), "mon3")).toEqual([]);
  });

  test("is followed at once by what came meanwhile", () => {
    const { state } = proposed();
    const next = propose(state, at(2_060), (parts) => ({ ...parts, "group:a": { value: 2 } }));
    expect(sent(next, "mon2")).toMatchObject([{ delta: null }]);
    const answered = hear(next.state, reply("mon2", 2, 12), 2_070);
    expect(sent(answered, "mon2")).toMatchObject([
      { delta: { base: stamp(6, 12), stamp: stamp(6, 13) } },
    ]);
    // The answer to the round before was sent before it can have read that.
    const before = hear(answered.state, reply("mon2", 3, 12), 2_071).state;
    expect(sent(beginRound(before, at(2_180)), "mon2")).toMatchObject([{ delta: null }]);
  });

  test("of one that left and came back is said anew", () => {
    const { state } = proposed();
    const leadership = state.leadership;
    if (leadership === null) throw new Error("it leads");
    expect(forgetAnswers(leadership, (name) => name !== "mon2").underWay).toEqual({});
  });
});

describe("a round", () => {
  test("counts from when it was sent, once a majority has answered it", () => {
    const round = beginRound(aLeader(), at(2_100)).state;
    expect([answeredRound(round), answeredRoundSentAt(round)]).toEqual([1, 2_000]);
    const answered = hear(round, reply("mon3", 2, 0), 2_350).state;
    expect([answeredRound(answered), answeredRoundSentAt(answered)]).toEqual([2, 2_100]);
  });

  test("that was overtaken by the answer to a later one changes nothing", () => {
    let state = beginRound(beginRound(aLeader(), at(2_100)).state, at(2_200)).state;
    state = hear(state, reply("mon2", 3, 11), 2_250).state;
    expect(answeredRoundSentAt(hear(state, reply("mon3", 2, 0), 2_260).state)).toBe(2_200);
  });

  test("is not answered by a stranger, an older term, or for a round that was never sent", () => {
    const round = beginRound(aLeader(), at(2_100)).state;
    const body = { kind: "append-reply", round: 2, version: 11 } as const;
    for (const message of [
      from("mon9", body, { term: 6 }),
      from("mon3", body, { term: 6, storageId: "other" }),
      from("mon3", body, { term: 5 }),
      reply("mon3", 77, 11),
    ]) {
      expect(answeredRound(hear(round, message, 2_150).state)).toBe(1);
    }
  });

  test("counts however many were sent before it was answered, and there is room for eight on demand", () => {
    let state = aLeader();
    const room: boolean[] = [];
    for (let now = 2_100; now < 2_400; now += 1) {
      room.push(hasRoomForRound(state));
      state = beginRound(state, at(now)).state;
    }
    expect(room.filter(Boolean)).toHaveLength(8);
    const newest = state.leadership?.round ?? 0;
    const late = hear(state, reply("mon2", newest - 200, 11), 2_500).state;
    expect([answeredRoundSentAt(late), hasRoomForRound(late)]).toEqual([2_199, false]);
    const answered = hear(late, reply("mon2", newest, 11), 2_500).state;
    expect([answeredRoundSentAt(answered), hasRoomForRound(answered)]).toEqual([2_399, true]);
  });

  test("is due each 120 ms, and at once after a proposal", () => {
    const leader = aLeader();
    expect(wakeAt(leader)).toBe(2_120);
    expect(sent(tick(leader, at(2_119)))).toEqual([]);
    expect(sent(tick(leader, at(2_120)))).toHaveLength(2);
    const proposed = propose(leader, at(2_050), (parts) => ({ ...parts, "group:a": { value: 1 } }));
    expect(wakeAt(proposed.state)).toBe(2_170);
  });

  test("that no majority answers for F ends the leadership", () => {
    const leader = { ...aLeader() };
    const pushed = beginRound(leader, at(2_790)).state;
    expect(tick(pushed, at(2_800)).state.role).toBe("leader");
    const step = tick(pushed, at(2_801));
    expect(step.state).toMatchObject({ role: "follower", leader: null, heardLeaderAt: 2_801 });
  });

  test("that no majority answers counts without what the leader slept through, if that is less than F", () => {
    const woken = slept(aLeader(), 799).state;
    expect(tick(beginRound(woken, at(3_599)).state, at(3_599)).state.role).toBe("leader");
    expect(tick(woken, at(3_600)).state.role).toBe("follower");
    const twice = slept(woken, 100).state;
    expect(tick(twice, at(3_699)).state.role).toBe("leader");
    const long = slept(aLeader(), 800).state;
    expect(tick(long, at(2_801)).state.role).toBe("follower");
    // What was answered counts from when it was asked, as ever.
    expect(answeredRoundSentAt(woken)).toBe(2_000);
  });

  test("carries the leader's note, and a late one does not bring an old note back", () => {
    const step = beginRound(withNote(aLeader(), { renewedMs: 40 }), at(2_100));
    expect(sent(step)).toMatchObject([{ note: { renewedMs: 40 } }, { note: { renewedMs: 40 } }]);
    const fresh = hear(aMonitor(), append(null, { round: 7, note: "new" }), 10).state;
    expect(hear(fresh, append(null, { round: 6, note: "old" }), 11).state.note).toBe("new");
  });
});

describe("a proposal", () => {
  const grow = (value: number) => (leader: ReturnType<typeof aLeader>) =>
    propose(leader, at(2_010), (parts) => ({ ...parts, "group:a": { value } }));

  test("gets the next version, is written while it is sent, and marks only what changed", () => {
    let given: Stamp | null = null;
    const step = propose(aLeader(), at(2_010), (parts, own) => {
      given = own;
      return { ...parts, "group:a": { value: 1 } };
    });
    expect(given).toEqual(stamp(6, 12));
    const slot = persisted(step)?.slot;
    expect(step.effects.map(({ kind }) => kind)).toEqual(["send", "send", "persist"]);
    expect(slot?.stamp).toEqual(stamp(6, 12));
    expect(step.effects[0]).toMatchObject({
      message: { slot: stamp(6, 11), delta: { stamp: stamp(6, 12) } },
    });
    expect(slot?.changed).toEqual({ cluster: stamp(5, 10), "group:a": stamp(6, 12) });
  });

  test("that changes nothing does nothing", () => {
    const leader = aLeader();
    expect(propose(leader, at(2_010), (parts) => parts).effects).toEqual([]);
    expect(propose(leader, at(2_010), (parts) => ({ ...parts })).state).toBe(leader);
  });

  test("need not wait for the one before; a commit may lie between them", () => {
    const two = grow(2)(grow(1)(aLeader()).state).state;
    const first = hear(two, reply("mon2", 2, 12), 2_020).state;
    expect(first.committed?.parts["group:a"]).toEqual({ value: 1 });
    expect(first.durable.slot?.parts["group:a"]).toEqual({ value: 2 });
    const both = hear(first, reply("mon3", 3, 13), 2_030).state;
    expect(both.committed?.parts["group:a"]).toEqual({ value: 2 });
    expect(both.pending).toEqual([]);
  });

  test("is not taken from a follower", () => {
    expect(() => propose(aMonitor(), at(10), (parts) => parts)).toThrow("established");
  });
});

describe("a follower", () => {
  const whole = wholeSlot(aSlot(stamp(6, 11)));

  test("writes what it accepts before it answers", () => {
    const step = hear(aMonitor(), append(whole), 10);
    expect(persisted(step)).toMatchObject({ term: 6, slot: { stamp: stamp(6, 11) } });
    expect(sent(step)).toMatchObject([{ kind: "append-reply", term: 6, round: 1, version: 11 }]);
  });

  test("writes nothing for a heartbeat", () => {
    const state = hear(aMonitor(), append(whole), 10).state;
    expect(persisted(hear(state, append(null, { round: 2 }), 20))).toBeNull();
  });

  test("tells an older leader its term, and names no round: it may lead again, and count its rounds anew", () => {
    const step = hear(aMonitor({ term: 8 }), append(whole, { round: 7 }), 10);
    expect(sent(step)).toMatchObject([{ kind: "append-reply", term: 8, round: 0, version: 0 }]);
    expect(step.state.durable.slot?.stamp).toEqual(stamp(5, 10));
  });

  test("names no round either while it is empty", () => {
    const empty = aMonitor({ term: 8, slot: null });
    const step = hear(empty, append(null, { round: 7 }), 10);
    expect(sent(step)).toMatchObject([{ kind: "append-reply", term: 8, round: 0, version: 0 }]);
    const newer = hear(empty, append(null, { round: 7, term: 9 }), 10);
    expect(sent(newer)).toMatchObject([{ kind: "append-reply", term: 9, round: 7, version: 0 }]);
  });

  test("shows only what is known to be committed", () => {
    const state = hear(aMonitor(), append(whole), 10).state;
    expect(state.committed).toBeNull();
    const told = hear(state, append(null, { round: 2, commit: stamp(6, 11) }), 20);
    expect(told.state.committed?.stamp).toEqual(stamp(6, 11));
    expect(reported(told)).toContainEqual({ kind: "committed", stamp: stamp(6, 11) });
  });

  test("after a restart knows again of what it has on disk once the same leader says so", () => {
    const state = aMonitor({ term: 6, slot: aSlot(stamp(6, 11)) });
    const told = hear(state, append(null, { commit: stamp(6, 11) }), 10);
    expect(sameStamp(told.state.commit, stamp(6, 11))).toBe(true);
  });

  test("takes a difference only on top of its base or later of the same term", () => {
    const delta: SlotDelta = {
      base: stamp(6, 11),
      stamp: stamp(6, 13),
      parts: { "group:a": { value: 3 } },
      changed: { "group:a": stamp(6, 13) },
    };
    const newer = { slot: stamp(6, 13) };
    const fitting = hear(
      aMonitor({ term: 6, slot: aSlot(stamp(6, 12)) }),
      append(delta, newer),
      10,
    );
    expect(fitting.state.durable.slot?.parts["group:a"]).toEqual({ value: 3 });
    for (const unfit of [stamp(6, 10), stamp(5, 40)]) {
      const step = hear(aMonitor({ term: 6, slot: aSlot(unfit) }), append(delta, newer), 10);
      expect(step.state.durable.slot?.stamp).toEqual(unfit);
    }
    const foreign = hear(
      aMonitor({ term: 6, slot: aSlot(stamp(5, 40)) }),
      append(delta, newer),
      10,
    );
    expect(sent(foreign)).toMatchObject([{ kind: "append-reply", version: 0 }]);
  });

  test("keeps what it has when an older state comes late", () => {
    const late = append(whole, { slot: stamp(6, 11) });
    const state = aMonitor({ term: 6, slot: aSlot(stamp(6, 14)) });
    const step = hear(state, late, 10);
    expect(step.state.durable.slot?.stamp).toEqual(stamp(6, 14));
    expect(sent(step)).toMatchObject([{ version: 14 }]);
  });
});

describe("handing over", () => {
  test("ends the leadership before the other is asked", () => {
    const step = transfer(aLeader(), "mon2", at(2_010));
    expect(step.state).toMatchObject({ role: "follower", leadership: null, heardLeaderAt: 2_010 });
    expect(sent(step)).toMatchObject([{ kind: "timeout-now", term: 6 }]);
  });

  test("goes only to a member that has the newest state", () => {
    const leader = aLeader();
    expect(readyPeers(leader)).toEqual(["mon2"]);
    for (const name of ["mon3", "mon9", "mon1"]) {
      expect(transfer(leader, name, at(2_010)).state).toBe(leader);
    }
  });
});
