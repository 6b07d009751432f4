/**
 * How the settings of a group are read, but for those that are one of some words: a proposal may hold
 * the words that this version knows, the agreed state also those that a newer one does.
 */
import type { GroupSettings, Preference } from "../core/settings.ts";
import { flag, named, number, objectOf, orNull, type Reads, whole, words } from "./json-reads.ts";

type Worded = "leaseBackend" | "onQuorumLoss" | "onReboot" | "preFailover" | "preSwitchover";

export const SETTINGS_READS: Reads<Omit<GroupSettings, Worded>> = {
  probeIntervalMs: whole,
  downAfterMs: whole,
  leaseMs: whole,
  permitMs: whole,
  clockDrift: number,
  restartGraceMs: whole,
  busyGraceMs: whole,
  maxLagBytes: whole,
  cooldownMs: whole,
  flapCount: whole,
  flapWindowMs: whole,
  fenceCommand: orNull(words),
  writeGuard: flag,
  parallelSyncs: whole,
  waitForOtherMasterMs: whole,
  prefer: objectOf<Preference>({ node: named, afterMs: whole }),
};
