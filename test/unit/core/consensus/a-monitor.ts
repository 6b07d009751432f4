/** Builders for one monitor's consensus: a member of a cluster of mon1, mon2, mon3. */
import {
  createConsensus,
  receive,
  tick,
  wakeAt,
} from "../../../../src/core/consensus/consensus.ts";
import type { Body, Step } from "../../../../src/core/consensus/step.ts";
import {
  type ConsensusEvent,
  type ConsensusMessage,
  type ConsensusState,
  DEFAULT_TIMERS,
  type Durable,
  type Part,
  type Slot,
} from "../../../../src/core/consensus/types.ts";
import type { At } from "../../../../src/core/ids.ts";
import type { ClusterPart } from "../../../../src/core/state.ts";
import type { Stamp } from "../../../../src/core/stamp.ts";

export function at(now: number, entropy = 0): At {
  return { now, wall: 0, entropy };
}

export function stamp(term: number, version: number): Stamp {
  return { term, version };
}

export function aCluster(
  change: Partial<ClusterPart> = {},
  names = ["mon1", "mon2", "mon3"],
): ClusterPart {
  const list = names.map((name) => ({ name, storageId: `disk-${name}`, address: `${name}:7400` }));
  return { schema: 1, clusterId: "0000abcd", members: list, adopted: [], requests: [], ...change };
}

export function aSlot(of: Stamp, cluster: ClusterPart = aCluster()): Slot {
  const parts = { cluster: cluster as unknown as Part, "group:a": { value: 0 } };
  return { stamp: of, parts, changed: { cluster: of, "group:a": of } };
}

export function aDurable(change: Partial<Durable> = {}): Durable {
  return {
    name: "mon1",
    storageId: "disk-mon1",
    term: 5,
    votedFor: null,
    slot: aSlot(stamp(5, 10)),
    acknowledged: {},
    ...change,
  };
}

/** Started at 0. */
export function aMonitor(change: Partial<Durable> = {}): ConsensusState {
  const plan = { peers: 2, ownAddress: "mon1:7400", groups: { "group:a": { value: 0 } } };
  return createConsensus({ durable: aDurable(change), plan, timers: DEFAULT_TIMERS, at: at(0) });
}

/** From a member whose disk has `term` and `slot`. */
export function from(
  peer: string,
  body: Body,
  { term = 5, slot = stamp(5, 10) as Stamp | null, storageId = `disk-${peer}` } = {},
): readonly [string, ConsensusMessage] {
  return [peer, { ...body, storageId, term, slot } as ConsensusMessage];
}

export function hear(
  state: ConsensusState,
  [peer, message]: readonly [string, ConsensusMessage],
  now: number,
): Step {
  return receive(state, peer, message, at(now));
}

/** Elected in term 6 at 2,000 with mon2's vote; nothing is acknowledged yet. */
export function aNewLeader(change: Partial<Durable> = {}): ConsensusState {
  return election(change).state;
}

/** With what it says in its first round. */
export function election(change: Partial<Durable> = {}): Step {
  const asked = tick(aMonitor(change), at(2_000)).state;
  const willing = from("mon2", {
    kind: "pre-vote-reply",
    candidateTerm: 6,
    granted: true,
    asker: "disk-mon1",
  });
  const candidate = hear(asked, willing, 2_000).state;
  const vote = from("mon2", { kind: "vote-reply", granted: true, asker: "disk-mon1" }, { term: 6 });
  return hear(candidate, vote, 2_000);
}

/** And its own stamp 6.11 is committed, at 2,001. */
export function aLeader(change: Partial<Durable> = {}): ConsensusState {
  const reply = { kind: "append-reply", round: 1, version: 11 } as const;
  const answer = from("mon2", reply, { term: 6, slot: stamp(6, 11) });
  return hear(aNewLeader(change), answer, 2_001).state;
}

export function sent(step: Step, to?: string): readonly ConsensusMessage[] {
  return step.effects.flatMap((effect) =>
    effect.kind === "send" && (to === undefined || effect.to === to) ? [effect.message] : [],
  );
}

export function reported(step: Step): readonly ConsensusEvent[] {
  return step.effects.flatMap((effect) => (effect.kind === "report" ? [effect.event] : []));
}

export function persisted(step: Step): Durable | null {
  const persist = step.effects.find((effect) => effect.kind === "persist");
  return persist?.kind === "persist" ? persist.durable : null;
}

export { wakeAt };
