/**
 * Keeps the monitor small: it runs for months beside other things, and does little at a time. Left
 * to itself, V8 takes the loading of the program for its usual pace, and keeps 32 MB for short-lived
 * objects and as much for garbage ever after. Seen in the lab from half a minute to two and a half
 * after the start, in four runs: 91 to 120 MB resident, once 127, instead of 120 to 145; the value
 * rises and falls with the collections. No difference in CPU time was seen.
 */
import { setFlagsFromString } from "node:v8";

/**
 * The space for short-lived objects stays at its first size, and this thread alone clears it. V8 would share that
 * with threads of its own and wait for the last of them: 1 MB, which takes one thread a millisecond, took 20 to 80 on
 * two busy processors, and no heartbeat left meanwhile. To be said before loading the rest.
 */
export function stayYoung(): void {
  setFlagsFromString("--no-parallel-scavenge");
  stayYoungWith([]);
}

/** Of three groups; with more there is too much of what lives for a moment. */
const FEW_NODES = 9;
/** Garbage that has grown old is cleared when it is half as much as what lives. */
const FEW_GROW_BY_PERCENT = 50;

/**
 * With many nodes a small space for short-lived objects is full so often that half of all time goes
 * into clearing it: then it may grow, to 16 MB at most, as V8 would have it.
 *
 * What outlives that space is garbage soon after, if somebody floods this monitor. V8 lets it grow to three times of
 * what lives when much comes, as if there would be that much work from now on.
 */
export function stayYoungWith(groups: readonly { readonly nodes: readonly unknown[] }[]): void {
  const nodes = groups.reduce((sum, group) => sum + group.nodes.length, 0);
  const areMany = nodes > FEW_NODES;
  setFlagsFromString(`--semi-space-growth-factor=${areMany ? 2 : 1}`);
  setFlagsFromString(`--heap-growing-percent=${areMany ? 0 : FEW_GROW_BY_PERCENT}`);
}

/** What the loading left behind goes, and V8 bases its limits on what remains. */
export async function forgetLoading(): Promise<void> {
  if (!process.features.inspector) return;
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  session.post("HeapProfiler.collectGarbage");
  session.disconnect();
}
