/**
 * The two systems that are compared, and the little in which asking them differs. Everything else
 * (hosts, redis.conf, faults, the writer and how it is judged) is the same for both.
 */
import type { Lab, UpOptions } from "../helpers/lab.ts";
import { MONITORS } from "../helpers/lab-setup.ts";

export type SystemName = "redis-mmm" | "Sentinel";

export interface System {
  readonly name: SystemName;
  readonly up: UpOptions;
  /** The monitor whose death goes with the master's: it would have had to act. */
  readonly actor: (lab: Lab, run: number) => Promise<string>;
  /** A planned move of the master role. */
  readonly switchover: (lab: Lab) => Promise<unknown>;
}

export const MMM: System = {
  name: "redis-mmm",
  up: { manager: "mmm" },
  actor: (lab) => lab.leader(),
  switchover: (lab) => lab.run("mmm", "switchover", "--to", "db2"),
};

export const SENTINEL: System = {
  name: "Sentinel",
  up: { manager: "sentinel" },
  // Sentinels elect a leader only for a failover, so it is another one each time.
  actor: (_lab, run) => Promise.resolve(MONITORS[run % MONITORS.length] ?? "mon1"),
  switchover: (lab) => lab.run("sentinel", "mon1", "sentinel", "failover", "main"),
};

/** In the order in which they take turns. */
export const SYSTEMS: readonly System[] = [MMM, SENTINEL];
