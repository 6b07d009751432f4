/**
 * What hosts that are far from each other need: which times are too short for a round trip of theirs.
 * All of it is continuity. No promise of who may serve rests on how fast a network is.
 */
import { DEFAULT_TIMERS } from "../../core/consensus/types.ts";
import { probeDeadlineMs } from "../../core/health/scrutiny.ts";
import type { GroupSettings } from "../../core/settings.ts";
import { leaseWarnings } from "./lease-arithmetic.ts";
import type { Config } from "./types.ts";
import { showDuration } from "./values.ts";

/** A probe on a new connection: connecting, and asking. With TLS it takes two more. */
const ROUND_TRIPS_OF_PROBE = 2;
/** Whether one may stand, and the votes, within the time after which the next would try. */
const ROUND_TRIPS_OF_ELECTION = 4;

/** @param rttMs between the farthest two hosts, there and back */
export function distanceWarnings(groups: Config["groups"], rttMs: number): readonly string[] {
  const each = groups.flatMap(({ name, settings, writer }) => {
    const texts = [
      ...(writer === null ? [] : leaseWarnings(settings, rttMs)),
      ...probes(settings, rttMs),
    ];
    return groups.length === 1 ? texts : texts.map((text) => `group ${name}: ${text}`);
  });
  return [...each, ...elections(rttMs)];
}

function probes(settings: GroupSettings, rttMs: number): readonly string[] {
  const deadlineMs = probeDeadlineMs(settings);
  const needMs = ROUND_TRIPS_OF_PROBE * rttMs;
  if (deadlineMs >= needMs) return [];
  return [
    `down_after: a probe is given ${deadlineMs} ms, and on a new connection it needs ${needMs} ms with a round trip of ${rttMs} ms; nodes that are well will be taken for silent. Write down_after = ${showDuration(4 * needMs)} or more`,
  ];
}

function elections(rttMs: number): readonly string[] {
  const { electionMs } = DEFAULT_TIMERS;
  if (ROUND_TRIPS_OF_ELECTION * rttMs <= electionMs) return [];
  return [
    `monitors: an election needs about ${ROUND_TRIPS_OF_ELECTION * rttMs} ms with a round trip of ${rttMs} ms, and others stand after ${electionMs} ms: it may take several attempts. Put a majority of the monitors nearer to each other`,
  ];
}
