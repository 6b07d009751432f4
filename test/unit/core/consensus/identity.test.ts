import { describe, expect, test } from "vitest";
import { beginRound, peerFound } from "../../../../src/core/consensus/consensus.ts";
import { wholeSlot } from "../../../../src/core/consensus/slot.ts";
import {
  aCluster,
  aLeader,
  aMonitor,
  aSlot,
  at,
  from,
  hear,
  reported,
  sent,
  stamp,
} from "./a-monitor.ts";

const ASK = { kind: "vote", transfer: false } as const;
const HEARTBEAT = {
  kind: "append",
  round: 1,
  version: 11,
  delta: null,
  commit: null,
  note: null,
} as const;

describe("who is refused, and why", () => {
  const hello = (clusterId: string) =>
    ({
      kind: "hello",
      clusterId,
      schema: 1,
      address: "x:1",
      peers: 2,
      bequest: null,
      met: false,
      answer: true,
    }) as const;

  test.each([
    [
      "another cluster",
      from("mon2", hello("ffff0000")),
      { kind: "foreign-cluster", clusterId: "ffff0000" },
    ],
    ["nobody we know", from("mon9", ASK, { term: 6 }), { kind: "not-a-member" }],
    [
      "a member with another disk",
      from("mon2", ASK, { term: 6, storageId: "new" }),
      { kind: "storage-replaced", expected: "disk-mon2", found: "new" },
    ],
    [
      "the state of another cluster",
      from(
        "mon2",
        {
          ...HEARTBEAT,
          delta: wholeSlot(aSlot(stamp(6, 11), aCluster({ clusterId: "ffff0000" }))),
        },
        { term: 6 },
      ),
      { kind: "foreign-cluster", clusterId: "ffff0000" },
    ],
  ])("%s", (_, message, why) => {
    const step = hear(aMonitor(), message, 1_000);
    expect(reported(step)).toContainEqual({ kind: "peer-refused", peer: message[0], why });
    expect(step.state.durable).toEqual(aMonitor().durable);
    expect(sent(step)).toEqual([]);
    expect(reported(hear(step.state, message, 1_100))).toEqual([]);
  });

  test("a disk that was put back in its place is accepted again", () => {
    const refused = hear(aMonitor(), from("mon2", ASK, { term: 6, storageId: "new" }), 1_000).state;
    const back = hear(refused, from("mon2", ASK, { term: 6 }), 1_100);
    expect(back.state.refused).toEqual({});
    expect(sent(back)).toMatchObject([{ kind: "vote-reply", granted: true }]);
  });
});

describe("a disk never goes back", () => {
  const known = { mon2: { term: 5, slot: stamp(5, 10) } };

  test("a message with less than was seen is late: it is dropped, and nothing is held against the peer", () => {
    for (const old of [
      from("mon2", ASK, { term: 5, slot: stamp(5, 9) }),
      from("mon2", ASK, { term: 4 }),
    ]) {
      const step = hear(aMonitor({ acknowledged: known }), old, 1_000);
      expect(step.effects).toEqual([]);
      expect(step.state.refused).toEqual({});
    }
  });

  test("a newer term with an older slot is certain", () => {
    const step = hear(
      aMonitor({ acknowledged: known }),
      from("mon2", ASK, { term: 6, slot: stamp(5, 9) }),
      1_000,
    );
    const why = { kind: "went-back", had: stamp(5, 10), has: stamp(5, 9) };
    expect(reported(step)).toEqual([{ kind: "peer-refused", peer: "mon2", why }]);
    expect(sent(step)).toEqual([]);
  });

  test("what a disk did says nothing of the one that replaces it, whose state brings the news", () => {
    const disks = aCluster().members.map((member) =>
      member.name === "mon2" ? { ...member, storageId: "new" } : member,
    );
    const slot = aSlot(stamp(6, 11), aCluster({ members: disks }));
    const append = { ...HEARTBEAT, delta: wholeSlot(slot) };
    const lead = from("mon2", append, { term: 6, slot: stamp(6, 11), storageId: "new" });
    const wentBack = from("mon2", ASK, { term: 6, slot: stamp(5, 9) });
    const before = hear(aMonitor({ acknowledged: known }), wentBack, 1_000).state;
    const ahead = aMonitor({ acknowledged: { mon2: { term: 9, slot: stamp(5, 10) } } });
    for (const state of [before, ahead]) {
      const after = hear(state, lead, 1_100).state;
      expect(after).toMatchObject({ leader: "mon2", refused: {} });
      expect(after.durable.slot?.stamp).toEqual(stamp(6, 11));
      expect(after.durable.acknowledged).toEqual({});
    }
  });

  test("less in the answer to a round that was sent after more had been seen is certain", () => {
    const leader = aLeader();
    const less = (round: number) =>
      from("mon2", { kind: "append-reply", round, version: 0 }, { term: 6, slot: stamp(5, 10) });
    const round = beginRound(leader, at(2_100)).state;
    expect(reported(hear(round, less(1), 2_150))).toEqual([]);
    const step = hear(round, less(2), 2_150);
    expect(reported(step)).toMatchObject([{ kind: "peer-refused", peer: "mon2" }]);
    expect(step.state.leadership?.ackVersion["mon2"]).toBeUndefined();
    expect(sent(beginRound(step.state, at(2_200)), "mon2")).toEqual([]);
  });

  test("the refusal stays, whatever the peer shows then, until it is a member with another disk", () => {
    const refused = hear(
      aMonitor({ acknowledged: known }),
      from("mon2", ASK, { term: 6, slot: stamp(5, 9) }),
      1_000,
    ).state;
    const later = hear(refused, from("mon2", ASK, { term: 9, slot: stamp(9, 99) }), 2_000);
    expect(later.effects).toEqual([]);
    const members = aCluster().members.map((member) =>
      member.name === "mon2" ? { ...member, storageId: "new" } : member,
    );
    const slot = aSlot(stamp(6, 12), aCluster({ members }));
    const told = hear(
      refused,
      from("mon3", { ...HEARTBEAT, delta: wholeSlot(slot) }, { term: 6, slot: slot.stamp }),
      2_000,
    );
    expect(told.state.refused).toEqual({});
    expect(told.state.durable.acknowledged["mon2"]).toBeUndefined();
  });
});

describe("an empty monitor", () => {
  const empty = aMonitor({ slot: null, term: 0 });

  test("says hello to whom the transport found, and never votes", () => {
    expect(sent(peerFound(empty, "mon2", "10.0.0.2:7400", at(5)))).toMatchObject([
      { kind: "hello", clusterId: null, peers: 2 },
    ]);
    expect(sent(peerFound(empty, "mon1", "10.0.0.1:7400", at(5)))).toEqual([]);
    expect(hear(empty, from("mon2", ASK, { term: 6 }), 5_000).effects).toEqual([]);
  });

  test("takes the whole state of a leader that lists its disk", () => {
    const message = from(
      "mon2",
      { ...HEARTBEAT, delta: wholeSlot(aSlot(stamp(6, 11))) },
      { term: 6, slot: stamp(6, 11) },
    );
    const step = hear(empty, message, 10);
    expect(step.state).toMatchObject({ role: "follower", leader: "mon2", durable: { term: 6 } });
    expect(sent(step)).toMatchObject([{ kind: "append-reply", version: 11, slot: stamp(6, 11) }]);
  });

  test("refuses the state of a leader that lists another disk under its name, or nobody", () => {
    const other = aMonitor({ slot: null, term: 0, storageId: "fresh" });
    const whole = { ...HEARTBEAT, delta: wholeSlot(aSlot(stamp(6, 11))) };
    expect(reported(hear(other, from("mon2", whole, { term: 6 }), 10))).toMatchObject([
      { why: { kind: "storage-replaced", expected: "disk-mon1", found: "fresh" } },
    ]);
    const without = {
      ...HEARTBEAT,
      delta: wholeSlot(aSlot(stamp(6, 11), aCluster({}, ["mon2", "mon3"]))),
    };
    const step = hear(empty, from("mon2", without, { term: 6 }), 10);
    expect(reported(step)).toMatchObject([{ why: { kind: "not-a-member" } }]);
    expect(step.state.role).toBe("empty");
  });

  test("answers that it has nothing, so that a leader who believes otherwise finds out", () => {
    const step = hear(empty, from("mon2", HEARTBEAT, { term: 6, slot: stamp(6, 11) }), 10);
    expect(sent(step)).toMatchObject([{ kind: "append-reply", term: 6, version: 0, slot: null }]);
    expect(step.state.role).toBe("empty");
  });
});
