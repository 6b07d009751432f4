/** The options of `scripts/bench`, and what to write instead of a wrong one. */
import { parseArgs } from "node:util";
import { FAST } from "../helpers/lab-setup.ts";
import { FAULTS, type Fault } from "./faults.ts";

export interface Options {
  readonly runs: number;
  readonly faults: readonly Fault[];
  readonly pauseMs: number;
  readonly json: string | null;
  readonly plot: string | null;
  readonly redis: readonly string[];
  readonly stock: boolean;
  /** Between two sites of one node and one monitor each; null: all hosts are on one bridge. */
  readonly roundTripMs: number | null;
  /** Settings of redis-mmm, `key = value`, in the place of the usual ones. */
  readonly set: readonly string[];
  readonly downAfter: string;
  readonly lease: string;
  /** redis-mmm may power a host off, which proves that it serves nobody. */
  readonly fence: boolean;
  /** A write counts once so many replicas have it; 0: once the master has it. */
  readonly wait: number;
}

/** Its message is for people; the exit code is 2. */
export class UsageError extends Error {}

const MOST_RUNS = 100;
const MOST_REPLICAS = 2;
const MOST_GROUPS = 1_000;
/** Once around the world and back. */
const LONGEST_WAY_MS = 400;

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parsed(args);
  return {
    runs: wholeNumber("--runs", values.runs, 1, MOST_RUNS),
    faults: chosenFaults(values.only),
    pauseMs: wholeNumber("--pause", values.pause, 0, 1_000),
    json: values.json ?? null,
    plot: values.plot ?? null,
    redis: values.redis ?? [],
    stock: values.stock,
    roundTripMs:
      values.rtt === undefined ? null : wholeNumber("--rtt", values.rtt, 1, LONGEST_WAY_MS),
    set: values.set ?? [],
    downAfter: values["down-after"],
    lease: values.lease,
    fence: values.fence,
    wait: wholeNumber("--wait", values.wait, 0, MOST_REPLICAS),
  };
}

function parsed(args: readonly string[]) {
  return orUsageError(() =>
    parseArgs({
      args: [...args],
      options: {
        runs: { type: "string", default: "3" },
        only: { type: "string", multiple: true },
        pause: { type: "string", default: "1" },
        json: { type: "string" },
        plot: { type: "string" },
        redis: { type: "string", multiple: true },
        stock: { type: "boolean", default: false },
        rtt: { type: "string" },
        set: { type: "string", multiple: true },
        "down-after": { type: "string", default: FAST.downAfter },
        lease: { type: "string", default: FAST.lease },
        fence: { type: "boolean", default: false },
        wait: { type: "string", default: "0" },
      },
    }),
  );
}

/** @throws UsageError */
export function parseReportOptions(args: readonly string[]): {
  readonly files: readonly string[];
  readonly plot: string | null;
} {
  const { values, positionals } = orUsageError(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { plot: { type: "string" } },
    }),
  );
  if (positionals.length === 0) throw new UsageError("name the files that --json left");
  return { files: positionals, plot: values.plot ?? null };
}

export interface FigureOptions {
  readonly runs: number;
  readonly pauseMs: number;
  /** Which of them; null: all. */
  readonly only: string | null;
  /** Before the cost at rest is taken. */
  readonly restMinutes: number;
}

/**
 * Of `scripts/figures`, which knows these figures.
 * @throws UsageError
 */
export function parseFigureOptions(
  args: readonly string[],
  known: readonly string[],
): FigureOptions {
  const { values } = orUsageError(() =>
    parseArgs({
      args: [...args],
      options: {
        runs: { type: "string", default: "5" },
        only: { type: "string" },
        pause: { type: "string", default: "1" },
        // For a quarter of an hour V8 compiles what has turned out to be worth it, in threads of its own.
        rest: { type: "string", default: "5" },
      },
    }),
  );
  const { only = null } = values;
  if (only !== null) expectKnown(only, known, "one of");
  return {
    runs: wholeNumber("--runs", values.runs, 1, MOST_RUNS),
    pauseMs: wholeNumber("--pause", values.pause, 0, 1_000),
    only,
    restMinutes: wholeNumber("--rest", values.rest, 0, 600),
  };
}

export interface ScaleOptions {
  /** One measurement of each number. */
  readonly groups: readonly number[];
  readonly seconds: number;
  /** How many masters die at once, if there are so many. */
  readonly kill: number;
  readonly set: readonly string[];
  readonly sentinel: boolean;
}

/** @throws UsageError */
export function parseScaleOptions(args: readonly string[]): ScaleOptions {
  const { values } = orUsageError(() =>
    parseArgs({
      args: [...args],
      options: {
        groups: { type: "string", default: "1,10,100,300" },
        seconds: { type: "string", default: "20" },
        kill: { type: "string", default: "100" },
        set: { type: "string", multiple: true, default: [] },
        sentinel: { type: "boolean", default: false },
      },
    }),
  );
  return {
    groups: values.groups.split(",").map((one) => wholeNumber("--groups", one, 1, MOST_GROUPS)),
    seconds: wholeNumber("--seconds", values.seconds, 1, 3_600),
    kill: wholeNumber("--kill", values.kill, 1, MOST_GROUPS),
    set: values.set,
    sentinel: values.sentinel,
  };
}

/** Runs a program. What is wrong with its options is told, and ends it with 2. */
export async function orTellUsage(program: string, run: () => void | Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${program}: ${error.message}\n`);
    process.exitCode = 2;
  }
}

/** What parseArgs says of a wrong option is fit for people. */
function orUsageError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${option} takes a whole number from ${min} to ${max}, not "${text}"`);
}

function chosenFaults(only: readonly string[] | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS;
  const names = only.flatMap((list) => list.split(","));
  const known = FAULTS.map(({ name }) => name);
  for (const name of names) expectKnown(name, known);
  return FAULTS.filter(({ name }) => names.includes(name));
}

function expectKnown(name: string, known: readonly string[], how = ""): void {
  if (known.includes(name)) return;
  const takes = how === "" ? "it takes" : `it takes ${how}`;
  throw new UsageError(`--only does not know "${name}"; ${takes}: ${known.join(", ")}`);
}
