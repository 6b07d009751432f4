/**
 * Processes as the monitor's unit runs them: with ten times the usual share of the processors (CPUWeight=1000).
 * A priority alone says little where the kernel groups processes by session: it counts within the group.
 */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The hierarchy of processors, version 1 and version 2, and what an ordinary group has there. */
const PLACES = [
  { root: "/sys/fs/cgroup/cpu", file: "cpu.shares", usual: 1_024 },
  { root: "/sys/fs/cgroup", file: "cpu.weight", usual: 100 },
] as const;
const TIMES = 10;

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
    for (const { root, file, usual } of PLACES) {
      const group = join(root, name);
      try {
        mkdirSync(group);
      } catch {
        continue;
      }
      if (existsSync(join(group, file))) {
        writeFileSync(join(group, file), String(TIMES * usual));
        return new CpuWeight(root, group);
      }
      rmdirSync(group);
    }
    return null;
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
