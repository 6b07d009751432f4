/**
 * A picture of one fault: writes acknowledged per 10 ms, both systems on one axis of time. What was
 * acknowledged and later found missing is drawn in red. Plain SVG, small enough for a repository.
 */
import { type RunRecord, SHOWN_BEFORE_S, STEP_S } from "./run-record.ts";
import { spread } from "./statistics.ts";
import type { SystemName } from "./systems.ts";

const WIDTH = 760;
const LEFT = 44;
const RIGHT = 22;
const TOP = 40;
const LANE = 78;
const LANE_GAP = 26;
const AFTER_THE_GAP_S = 1;
const SHORTEST_S = 1;
const COLOURS: Readonly<Record<SystemName, string>> = {
  "redis-mmm": "#1b6ca8",
  Sentinel: "#8a6d1a",
};
const LOST = "#c62828";

/** null: there is no run of that fault. */
export function plotOf(title: string, runs: readonly RunRecord[]): string | null {
  const lanes = (["redis-mmm", "Sentinel"] as const).flatMap((system) => {
    const run = middleRun(runs.filter((one) => one.system === system));
    return run === null ? [] : [run];
  });
  if (lanes.length === 0) return null;
  const steps = shownSteps(lanes);
  const most = Math.max(1, ...lanes.flatMap((run) => run.acknowledged_per_step.slice(0, steps)));
  const height = TOP + lanes.length * (LANE + LANE_GAP) + 22;
  const body = lanes.map((run, index) => laneOf(run, laneTop(index), { steps, most }));
  const axis = axisOf(steps, laneTop(lanes.length) - LANE_GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LEFT, 18, `${title}: writes acknowledged per 10 ms${lostLegend(lanes)}`),
    ...body,
    axis,
    "</svg>\n",
  ].join("\n");
}

function lostLegend(lanes: readonly RunRecord[]): string {
  return lanes.some(({ lost }) => lost > 0) ? " (red: lost in the end)" : "";
}

function laneTop(index: number): number {
  return TOP + index * (LANE + LANE_GAP);
}

/** The run whose gap is the median, or the next longer one. */
function middleRun(runs: readonly RunRecord[]): RunRecord | null {
  const median = spread(runs.map(({ gap_ms }) => gap_ms))?.median ?? 0;
  const byGap = runs.toSorted((a, b) => a.gap_ms - b.gap_ms);
  return byGap.find(({ gap_ms }) => gap_ms >= median) ?? null;
}

/** Until all are back for a while, and until the last write that was lost. */
function shownSteps(lanes: readonly RunRecord[]): number {
  const needed = Math.max(...lanes.map(lastStepOf), (SHOWN_BEFORE_S + SHORTEST_S) / STEP_S);
  const available = Math.max(1, ...lanes.map((run) => run.acknowledged_per_step.length));
  const seconds = Math.ceil(needed * STEP_S - SHOWN_BEFORE_S + AFTER_THE_GAP_S);
  return Math.min(available, Math.round((seconds + SHOWN_BEFORE_S) / STEP_S));
}

/** The end of the gap, or the last lost write. */
function lastStepOf({ gap_from_s, gap_ms, lost_per_step }: RunRecord): number {
  const gapEnd = (SHOWN_BEFORE_S + gap_from_s + gap_ms / 1_000) / STEP_S;
  return Math.max(
    gapEnd,
    lost_per_step.findLastIndex((count) => count > 0),
  );
}

interface Scale {
  readonly steps: number;
  readonly most: number;
}

function laneOf(run: RunRecord, top: number, scale: Scale): string {
  const colour = COLOURS[run.system];
  const lost = run.lost_per_step.slice(0, scale.steps);
  const label = `${run.system}: ${run.gap_ms.toFixed(0)} ms without a write, ${run.lost} lost`;
  return [
    text(LEFT + 4, top - 5, label, { colour }),
    `<path d="M${LEFT} ${top + LANE}H${WIDTH - RIGHT}" stroke="#999" fill="none"/>`,
    text(LEFT - 6, top + 10, String(scale.most), { colour: "#555", anchor: "end" }),
    text(LEFT - 6, top + LANE, "0", { colour: "#555", anchor: "end" }),
    area(run.acknowledged_per_step.slice(0, scale.steps), top, scale, colour),
    endOf(run, top, scale),
    lost.some((count) => count > 0) ? area(lost, top, scale, LOST) : "",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** Where the writer was stopped, if that is within the picture: nothing is known of what would follow. */
function endOf(run: RunRecord, top: number, { steps }: Scale): string {
  const end = run.acknowledged_per_step.length;
  if (end >= steps) return "";
  const x = LEFT + (end * (WIDTH - RIGHT - LEFT)) / steps;
  return text(x + 4, top + LANE - 6, "(end of this run)", { colour: "#777" });
}

/** In steps and counts; the transform makes pixels of them, which keeps the path short. */
function area(
  counts: readonly number[],
  top: number,
  { steps, most }: Scale,
  colour: string,
): string {
  let path = "M0 0";
  let level = 0;
  let run = 0;
  for (const count of counts) {
    if (count !== level) {
      path += `${run > 0 ? `h${run}` : ""}v${count - level}`;
      level = count;
      run = 0;
    }
    run += 1;
  }
  const across = (WIDTH - RIGHT - LEFT) / steps;
  const transform = `translate(${LEFT} ${top + LANE}) scale(${across.toFixed(4)} ${(-LANE / most).toFixed(4)})`;
  return `<path d="${path}h${run}V0z" fill="${colour}" transform="${transform}"/>`;
}

function axisOf(steps: number, bottom: number): string {
  const seconds = steps * STEP_S - SHOWN_BEFORE_S;
  const across = (WIDTH - RIGHT - LEFT) / steps / STEP_S;
  const every = [0.5, 1, 2, 5].find((step) => seconds / step <= 14) ?? 10;
  const ticks: string[] = [];
  for (let at = 0; at <= seconds + 1e-9; at += every) {
    const x = (LEFT + (at + SHOWN_BEFORE_S) * across).toFixed(1);
    ticks.push(
      `<path d="M${x} ${TOP}V${bottom + 4}" stroke="${at === 0 ? LOST : "#ccc"}" stroke-dasharray="2 3"/>`,
    );
    ticks.push(
      text(Number(x), bottom + 17, at === 0 ? "fault" : `${at} s`, {
        colour: "#555",
        anchor: "middle",
      }),
    );
  }
  return ticks.join("\n");
}

function text(
  x: number,
  y: number,
  words: string,
  {
    colour = "#222",
    anchor = "start",
  }: { readonly colour?: string; readonly anchor?: string } = {},
): string {
  const safe = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" fill="${colour}" text-anchor="${anchor}">${safe}</text>`;
}
