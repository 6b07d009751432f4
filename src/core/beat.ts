/**
 * Heartbeats set the beat of a calm cluster: what is due soon goes along with one, or with the answer to one. So
 * a monitor wakes up, and wakes its peers up, once for all of it.
 */
import { isBeat } from "./consensus/consensus.ts";
import type { Turn } from "./turn.ts";

/** More than a heartbeat is late by as a rule, and little beside what it is taken from. */
const WITH_BEAT_MS = 20;

/** What is due within so many milliseconds from now is done in this turn. */
export function aheadMs({ state, now }: Turn): number {
  return isBeat(state.consensus, now) ? WITH_BEAT_MS : 0;
}
