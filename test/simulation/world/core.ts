/**
 * The core as the simulation drives it. It is a value, so that a deliberately broken core (a
 * mutant) can be put in its place: a simulator that finds nothing in those proves nothing.
 */
import type { ConsensusTimers, Durable, GenesisPlan } from "../../../src/core/consensus/types.ts";
import type { At, Instant, MonitorName } from "../../../src/core/ids.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import type { MonitorState } from "../../../src/core/local.ts";

export interface Core {
  createMonitor(
    options: {
      readonly name: MonitorName;
      readonly durable: Durable;
      readonly plan: GenesisPlan;
      readonly timers?: ConsensusTimers;
    },
    at: At,
  ): MonitorState;
  decide(
    state: MonitorState,
    input: Input,
    at: At,
  ): { readonly state: MonitorState; readonly effects: readonly Effect[] };
  nextWakeAt(state: MonitorState, now: Instant): Instant;
}
