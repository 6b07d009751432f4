/**
 * Drives scripts/lab from a test: whole systems in network namespaces, seen and broken only through
 * public commands. What the clients and the observer report is typed here, and so is what must hold
 * after every fault.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { GroupStatus, HistoryEntry, Status } from "../../src/core/status-types.ts";
import { eventually } from "./eventually.ts";

const execute = promisify(execFile);
const SCRIPT = new URL("../../scripts/lab", import.meta.url).pathname;
const COMMAND_TIMEOUT_MS = 60_000;
const LOG_LINES = 60;
/** scripts/test gives its own, so that it can remove what a killed test left. */
const RUN = process.env["MMM_LAB_RUN"] ?? "t";
/** No namespaces here: hosts without cables or packet filters of their own. */
export const IS_LOCAL = process.env["MMM_LAB_LOCAL"] === "1";
/** `./scripts/test --long`: what takes its time is tried, too. */
export const isLong = process.env["MMM_LONG"] === "1";
let labs = 0;
const standing = new Set<string>();
/** How the logs of labs that are gone ended: their files are gone as well when a test is known to have failed. */
const endings: string[] = [];

/** The logs of all labs since this was last asked, gone or not, for the message of a test that failed. */
export function takeLogs(): string {
  const there = [...standing].map(logsOf);
  return [...endings.splice(0), ...there].join("\n");
}

/** The last lines of every monitor. */
function logsOf(id: string): string {
  const names = ["mon1", "mon2", "mon3"].map((name) => `${directoryOf(id)}/log/${name}.log`);
  return names
    .filter((file) => existsSync(file))
    .map(
      (file) =>
        `--- ${file}\n${readFileSync(file, "utf8").split("\n").slice(-LOG_LINES).join("\n")}`,
    )
    .join("\n");
}

function directoryOf(id: string): string {
  return `/tmp/mmmlab-${id}`;
}

process.once("exit", () => {
  for (const id of standing) execFileSync(SCRIPT, ["--id", id, "down"]);
});

/** Seconds of the machine's monotonic clock, as in every report below. */
export function nowS(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1_000_000;
}

export interface WriterReport {
  readonly acknowledged: number;
  readonly tried: number;
  readonly lost: number;
  /** When the first and the last lost write were acknowledged. */
  readonly lost_from_s: number | null;
  readonly lost_to_s: number | null;
  readonly lost_stretches: readonly {
    readonly from_s: number;
    readonly to_s: number;
    readonly count: number;
  }[];
  /** The longest time between two acknowledgements, and when it was. */
  readonly gap_ms: number;
  readonly gap_from_s: number;
  readonly gap_to_s: number;
  /** Since the last acknowledgement, when the writer was stopped. */
  readonly open_gap_ms: number | null;
  readonly errors: Readonly<Record<string, number>>;
}

/** What `writer start --record FILE` leaves there; seconds of the monotonic clock. */
export interface WriterRecord {
  readonly acknowledged_s: readonly number[];
  /** When the writes that are lost now were acknowledged. */
  readonly lost_s: readonly number[];
  readonly connected_s: readonly number[];
  /** When the writer itself did not run. */
  readonly stalls: readonly { readonly from_s: number; readonly ms: number }[];
}

export interface ObserverReport {
  readonly from: number;
  readonly to: number;
  readonly longest_stall_ms: number;
  readonly hosts: readonly {
    readonly host: string;
    readonly served: readonly (readonly [from: number, to: number])[];
  }[];
  readonly overlaps: readonly {
    readonly hosts: readonly string[];
    readonly from: number;
    readonly ms: number;
  }[];
}

export interface WaitersReport {
  readonly ready: boolean;
  readonly told: Readonly<
    Record<"blpop" | "subscribe", { readonly at_s: number; readonly how: string } | null>
  >;
}

export interface Measurement {
  /** When the fault was asked for. */
  readonly faultAtS: number;
  readonly writer: WriterReport;
  readonly observer: ObserverReport;
  readonly waiters: WaitersReport;
}

export interface UpOptions {
  /** Who fails over; default `mmm`. Of a lab with Sentinels, nothing that asks `mmm` works. */
  readonly manager?: "mmm" | "sentinel";
  readonly nodes?: number;
  readonly monitors?: number;
  readonly readers?: number;
  readonly downAfter?: string;
  readonly lease?: string;
  /** `root`: without an installed guard and its list of VIPs. */
  readonly sshUser?: string;
  /** Further lines of the configuration: `cooldown=0s`. */
  readonly set?: readonly string[];
  /** Further lines of each redis.conf: `appendonly yes`. */
  readonly redis?: readonly string[];
  /** Certificates between monitors, and for the command line. */
  readonly tls?: "on" | "off";
  /** Between monitors and each Redis, and between those. The clients of the lab go on in the clear. */
  readonly redisTls?: "on" | "off";
}

export interface MeasureOptions {
  /** Milliseconds between two writes; 0 is as fast as it goes. */
  readonly pauseMs?: number;
  /** The waiting clients use TCP keepalive. */
  readonly keepalive?: boolean;
}

/** Nothing was tried in that lab yet; its message has the last lines of the logs. */
export class LabNotUpError extends Error {}

export class Lab implements AsyncDisposable {
  readonly id: string;
  readonly directory: string;

  private constructor(id: string) {
    this.id = id;
    this.directory = directoryOf(id);
  }

  /** A lab whose cluster is founded, serves the VIP, and is healthy. */
  static async up(options: UpOptions = {}): Promise<Lab> {
    labs += 1;
    const lab = new Lab(`${RUN}x${process.pid}x${labs}`);
    standing.add(lab.id);
    const flags = [
      ["--manager", options.manager],
      ["--nodes", options.nodes],
      ["--monitors", options.monitors],
      ["--readers", options.readers],
      ["--down-after", options.downAfter],
      ["--lease", options.lease],
      ["--ssh-user", options.sshUser],
      ["--tls", options.tls],
      ["--redis-tls", options.redisTls],
      ...(options.set ?? []).map((line) => ["--set", line] as const),
      ...(options.redis ?? []).map((line) => ["--redis", line] as const),
    ].flatMap(([flag, value]) => (value === undefined ? [] : [String(flag), String(value)]));
    try {
      await lab.run("up", ...flags);
      if (options.monitors !== 0 && options.manager !== "sentinel") await lab.healthy();
    } catch (error) {
      const logs = logsOf(lab.id);
      await lab.down();
      throw new LabNotUpError(`the lab did not come up\n${logs}`, { cause: error });
    }
    return lab;
  }

  /** One command of scripts/lab. Throws with what it printed when it fails. */
  async run(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute(SCRIPT, ["--id", this.id, ...args], {
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  /** Like `run`, for what may fail: yields undefined then. */
  async tryRun(...args: readonly string[]): Promise<string | undefined> {
    try {
      return await this.run(...args);
    } catch {
      return undefined;
    }
  }

  async status(): Promise<Status> {
    const printed = await this.mmm("status", "--cluster", "-o", "json");
    return JSON.parse(printed) as Status;
  }

  async history(): Promise<readonly HistoryEntry[]> {
    return JSON.parse(await this.mmm("history", "-o", "json")) as readonly HistoryEntry[];
  }

  async lastDone(): Promise<HistoryEntry | undefined> {
    return (await this.history()).at(-1);
  }

  /** A command of mmm whose exit code does not matter: 6, degraded, prints a status all the same. */
  async mmm(...args: readonly string[]): Promise<string> {
    try {
      return await this.run("mmm", ...args);
    } catch (error) {
      const printed = (error as { readonly stdout?: string }).stdout ?? "";
      if (printed === "") throw error;
      return printed;
    }
  }

  async leader(): Promise<string> {
    const status = await eventually(
      () => this.status(),
      ({ cluster }) => cluster.leader !== null,
      { withinMs: 15_000, everyMs: 100, what: "a leader" },
    );
    return status.cluster.leader ?? "";
  }

  async group(): Promise<GroupStatus> {
    const [group] = (await this.status()).groups;
    if (group === undefined) throw new Error("status shows no group");
    return group;
  }

  /** Waits until everything is as it should be, and yields the status that says so. */
  async healthy(withinMs = 30_000): Promise<Status> {
    return await eventually(() => this.status(), isHealthy, {
      withinMs,
      everyMs: 200,
      what: "a healthy cluster",
    });
  }

  /** Waits until `node` is master, holds the writer VIP, and no operation runs. */
  async movedTo(isNode: (node: string) => boolean, withinMs = 30_000): Promise<string> {
    const group = await eventually(
      () => this.group(),
      ({ master, writer, operation }) =>
        master !== null && isNode(master) && writer?.holder === master && operation === null,
      { withinMs, everyMs: 100, what: "the move of the master" },
    );
    return group.master ?? "";
  }

  /** What Redis itself says: the nodes whose role is master. Dead or stopped ones are left out. */
  async masters(): Promise<readonly string[]> {
    const nodes = (await this.group()).nodes.map(({ name }) => name);
    const roles = await Promise.all(
      nodes.map(async (node) => ({
        node,
        role: await this.tryRun("redis", node, "role"),
      })),
    );
    return roles.filter(({ role }) => role?.startsWith("master")).map(({ node }) => node);
  }

  /** Runs clients and observer around `fault`, until `settled` is over. */
  async measure(
    fault: () => Promise<unknown>,
    settled: () => Promise<unknown>,
    options: MeasureOptions = {},
  ): Promise<Measurement> {
    await this.run("observer", "start");
    await this.run("waiters", "start", ...(options.keepalive === true ? ["--keepalive"] : []));
    await this.run("writer", "start", "--pause", String(options.pauseMs ?? 1));
    await passing(1_000);
    const faultAtS = nowS();
    await fault();
    await settled();
    // A client that only waits hears of a vanished host from its next keepalive probe, each second.
    await passing(options.keepalive === true ? 2_500 : 500);
    const writer = JSON.parse(await this.run("writer", "stop")) as WriterReport;
    const waiters = JSON.parse(await this.run("waiters", "stop")) as WaitersReport;
    const observer = JSON.parse(await this.run("observer", "stop")) as ObserverReport;
    return { faultAtS, writer, observer, waiters };
  }

  async down(): Promise<void> {
    endings.push(logsOf(this.id));
    await this.run("down");
    standing.delete(this.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }
}

/** Lets a span of the fault's own length pass: here the time itself is what is tested. */
export function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isHealthy(status: Status): boolean {
  const { cluster, groups } = status;
  return (
    cluster.leader !== null &&
    cluster.has_quorum &&
    cluster.monitors.every(({ reachable }) => reachable) &&
    groups.length > 0 &&
    groups.every(isHealthyGroup)
  );
}

function isHealthyGroup(group: GroupStatus): boolean {
  return (
    group.master !== null &&
    group.verdict === "healthy" &&
    group.operation === null &&
    group.writer?.holder === group.master &&
    group.readers.every(({ holder }) => holder !== null) &&
    group.nodes.every(
      ({ name, role, state, link }) =>
        state === "ONLINE" && (name === group.master ? role === "master" : link === "up"),
    )
  );
}
