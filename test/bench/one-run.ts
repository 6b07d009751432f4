/**
 * One fault, once, in a lab built for it: a writer writes all the time, the fault strikes, and when
 * everybody stands where they must, the writer says which of its acknowledged writes are missing.
 */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { Lab, nowS, passing, type WriterRecord, type WriterReport } from "../helpers/lab.ts";
import { MONITORS } from "../helpers/lab-setup.ts";
import { firstFaultAfter, momentMs, readLines, wallMinusMonotonicS } from "./clocks.ts";
import type { Bed, Fault } from "./faults.ts";
import type { LogLine } from "./phases.ts";
import { countersOf, granted } from "./resyncs.ts";
import { settled } from "./roles.ts";
import type { Observation } from "./run-record.ts";
import { type StockRecord, stockRecords } from "./stock.ts";
import type { System } from "./systems.ts";

/** A monitor runs for months: the seconds in which its program is loaded and compiled are not looked at. */
const WARM_UP_MS = 10_000;
/** The looks before and after take processors, too. */
const REST_MS = 1_000;
/** What clients as they come may need to notice that nobody answers them any more. */
const STOCK_PATIENCE_MS = 25_000;
const NODES = ["db1", "db2", "db3"];

export interface RunOptions {
  readonly run: number;
  /** Between two writes. */
  readonly pauseMs: number;
  /** Further lines of each redis.conf. */
  readonly redis: readonly string[];
  /** Clients as they come write beside the writer. */
  readonly stock: boolean;
  readonly roundTripMs: number | null;
  readonly set: readonly string[];
  readonly downAfter: string;
  readonly lease: string;
  readonly fence: boolean;
  readonly wait: number;
}

const POWER_OFF = fileURLToPath(new URL("../../scripts/lab.d/power-off", import.meta.url));

/** Throws when the nodes are not in order within a minute after the fault. */
export async function runOnce(
  system: System,
  fault: Fault,
  options: RunOptions,
): Promise<Observation> {
  const startedAt = new Date();
  const { redis, downAfter, lease } = options;
  const set = system.name === "redis-mmm" ? settingsOf(options) : [];
  await using lab = await Lab.up({ ...system.up, redis, downAfter, lease, set });
  if (options.roundTripMs !== null) await lab.run("far", String(options.roundTripMs));
  const recordFile = `${lab.directory}/writer.record`;
  await lab.run(
    "writer",
    "start",
    "--pause",
    String(options.pauseMs),
    "--record",
    recordFile,
    "--wait",
    String(options.wait),
  );
  if (options.stock) await lab.run("stock", "start");
  await passing(WARM_UP_MS + momentMs(options.run));
  const actor = fault.needsActor === true ? await system.actor(lab, options.run) : null;
  const struck = await strike({ lab, system, actor: actor ?? "" }, fault);
  const stock = options.stock ? await stopStock(lab, struck) : [];
  const stoppedS = nowS();
  const report = JSON.parse(await lab.run("writer", "stop")) as WriterReport;
  return {
    system: system.name,
    fault: fault.name,
    run: options.run,
    startedAt,
    actor,
    ...struck,
    stoppedS,
    stock,
    report,
    record: JSON.parse(readFileSync(recordFile, "utf8")) as WriterRecord,
    oldMasterLog: readLines(`${lab.directory}/log/redis-db1.log`),
    log: system.name === "redis-mmm" ? logOf(lab) : [],
    history: system.name === "redis-mmm" ? await lab.history() : [],
  };
}

function settingsOf({ set, fence }: RunOptions): readonly string[] {
  return fence ? [...set, `fence_command = ${POWER_OFF}`] : set;
}

type Struck = Pick<
  Observation,
  "load" | "master" | "resyncs" | "struckS" | "settledS" | "wallMinusMonotonicS"
>;

async function strike(bed: Bed, fault: Fault): Promise<Struck> {
  const { lab } = bed;
  await fault.prepare?.(bed);
  const before = await countersOf(lab, NODES);
  await passing(REST_MS);
  const [load = 0] = loadavg();
  const offsetS = wallMinusMonotonicS();
  const askedWallS = nowS() + offsetS;
  await fault.strike(bed);
  await passing(fault.lookAfterMs);
  const master = await settled(lab, fault);
  const settledS = nowS();
  await passing(REST_MS);
  const struckWallS = firstFaultAfter(lab.directory, askedWallS) ?? askedWallS;
  return {
    load,
    master,
    resyncs: granted(before, await countersOf(lab, NODES)),
    struckS: struckWallS - offsetS,
    settledS,
    wallMinusMonotonicS: offsetS,
  };
}

async function stopStock(lab: Lab, struck: Struck): Promise<readonly StockRecord[]> {
  const { struckS, master, wallMinusMonotonicS: offsetS } = struck;
  await passing(Math.max(0, STOCK_PATIENCE_MS - (nowS() - struckS) * 1_000));
  await lab.run("stock", "stop");
  return await stockRecords(lab, master, {
    struckS: struckS + offsetS,
    stoppedS: nowS() + offsetS,
  });
}

function logOf(lab: Lab): readonly LogLine[] {
  return MONITORS.flatMap((name) => readLines(`${lab.directory}/log/${name}.log`)).flatMap(
    parseLine,
  );
}

/** What node itself prints there is no JSON. */
function parseLine(line: string): readonly LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
