/**
 * Who owned each millisecond of a gap: what the monitors' logs and the history say of the operation,
 * and what the writer noted, cut into consecutive phases whose sum is the gap.
 */
import type { Gap } from "./statistics.ts";

export interface Phase {
  readonly name: string;
  readonly ms: number;
}

/** A line of a monitor's log, as far as it is read here. */
export interface LogLine {
  readonly time: string;
  readonly event: string;
  readonly from?: string;
  readonly role?: string;
  readonly phase?: string;
}

/** Of what the writer saw; seconds of the monotonic clock. */
export interface Writing {
  readonly gap: Gap;
  /** When it was accepted by whoever acknowledged the first write after the gap. */
  readonly connectedS: number;
}

/** The end of a phase. What happens until the next one belongs to the next one's phase. */
interface End {
  readonly phase: string;
  readonly atS: number;
}

/** `startedAtS`: when the operation was proposed, by the wall clock. */
export function phasesOf(
  log: readonly LogLine[],
  startedAtS: number,
  writing: Writing,
  wallMinusMonotonicS: number,
): readonly Phase[] {
  const { gap, connectedS } = writing;
  const noted = log.map((line) => ({
    line,
    atS: Date.parse(line.time) / 1_000 - wallMinusMonotonicS,
  }));
  const decidedS = startedAtS - wallMinusMonotonicS;
  const ends = noted
    .flatMap(({ line, atS }) => endOf(line, atS < decidedS).map((phase) => ({ phase, atS })))
    .concat([{ phase: "decide", atS: decidedS }])
    .filter(({ atS }) => atS > gap.fromS && atS < connectedS)
    .toSorted((a, b) => a.atS - b.atS);
  const all = [...firstOfEach(ends), { phase: "claim", atS: connectedS }];
  return cut([...all, { phase: "first write", atS: gap.toS }], gap.fromS);
}

/** The phases that end with what this line says: none or one. A verdict is no news to an operation. */
function endOf(line: LogLine, isUndecided: boolean): readonly string[] {
  switch (line.event) {
    case "verdict.changed":
      return isUndecided && line.from === "healthy" ? ["detect"] : [];
    case "role.changed":
      return line.role === "leader" ? ["elect"] : [];
    case "vip.released":
      return ["fence"];
    case "operation.phase":
      return beforePhase(line.phase ?? "");
    default:
      return [];
  }
}

/** The log tells of a phase when it is committed. */
function beforePhase(phase: string): readonly string[] {
  switch (phase) {
    case "fence":
    case "prepare":
      return ["commit"];
    case "handover":
      return ["prepare"];
    case "promote":
      return ["freeze, choose"];
    case "claim":
      return ["promote"];
    default:
      return [];
  }
}

/** An attempt that was begun again by another leader counts as one. */
function firstOfEach(ends: readonly End[]): readonly End[] {
  return ends.filter(({ phase }, index) => ends.findIndex((end) => end.phase === phase) === index);
}

function cut(ends: readonly End[], fromS: number): readonly Phase[] {
  let last = fromS;
  const phases: Phase[] = [];
  for (const { phase, atS } of ends) {
    const until = Math.max(last, atS);
    phases.push({ name: phase, ms: Math.round((until - last) * 10_000) / 10 });
    last = until;
  }
  return phases;
}
