/**
 * Processes as the monitor's unit runs them: with ten times the usual share of the processors (CPUWeight=1000).
 * A priority alone says little where the kernel groups processes by session: it counts within the group.
 */
import { rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeControlGroup } from "./control-group.ts";

const TIMES = 10;
/** The hierarchy of processors, version 1 and version 2, and what an ordinary group has there, times that. */
const PLACES = [
  { root: "/sys/fs/cgroup/cpu", file: "cpu.shares", value: TIMES * 1_024 },
  { root: "/sys/fs/cgroup", file: "cpu.weight", value: TIMES * 100 },
] as const;

/** A group of control for processes that weigh more. */
export class CpuWeight implements Disposable {
  readonly #root: string;
  readonly #group: string;
  readonly #pids: number[] = [];

  private constructor(root: string, group: string) {
    this.#root = root;
    this.#group = group;
  }

  /** null: this host does not let anybody say so. */
  static open(name: string): CpuWeight | null {
    const made = makeControlGroup(name, PLACES);
    return made === null ? null : new CpuWeight(made.root, made.group);
  }

  add(pid: number): void {
    writeFileSync(join(this.#group, "cgroup.procs"), String(pid));
    this.#pids.push(pid);
  }

  /** The processes go back to where the others are. */
  [Symbol.dispose](): void {
    for (const pid of this.#pids) {
      try {
        writeFileSync(join(this.#root, "cgroup.procs"), String(pid));
      } catch {
        // It has ended.
      }
    }
    rmdirSync(this.#group);
  }
}
