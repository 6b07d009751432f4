/** A core that does what the test says: each input is answered by a script. */
import type { At } from "../../../src/core/ids.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import type { Durable } from "../../../src/core/consensus/types.ts";
import type { Status } from "../../../src/core/status-types.ts";
import type { Clock, Core } from "../../../src/ports.ts";
import { healthMessage } from "../../helpers/health-message.ts";

export interface FakeState {
  readonly seen: readonly Input[];
}

export type Script = (input: Input, state: FakeState) => readonly Effect[];

export function fakeCore(script: Script, wakeInMs = 60_000): Core<FakeState> {
  return {
    decide: (state, input) => ({
      state: { seen: [...state.seen, input] },
      effects: script(input, state),
    }),
    nextWakeAt: (_state, now) => now + wakeInMs,
    committed: () => null,
    members: () => [],
    view: () => ({
      storageId: "s1",
      clusterId: null,
      leads: false,
      leader: null,
      term: 0,
      removed: false,
    }),
    status: () => ({}) as Status,
  };
}

export const realClock: Clock = {
  at: (): At => ({ now: performance.now(), wall: Date.now(), entropy: 1 }),
};

export function durable(term: number): Durable {
  return { name: "mon1", storageId: "s1", term, votedFor: null, slot: null, acknowledged: {} };
}

export function heard(seq: number): Input {
  return {
    kind: "message",
    from: "mon2",
    version: "1",
    message: healthMessage({ seq }),
  };
}
