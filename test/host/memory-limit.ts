/** Processes that share a limit of memory, as a container or a slice gives it, under either version of control groups. */
import { readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../helpers/eventually.ts";
import { makeControlGroup } from "./control-group.ts";

const PLACES = [
  { root: "/sys/fs/cgroup/memory", file: "memory.limit_in_bytes" },
  { root: "/sys/fs/cgroup", file: "memory.max" },
] as const;

export class MemoryLimit implements AsyncDisposable {
  readonly #group: string;

  private constructor(group: string) {
    this.#group = group;
  }

  /** null: this host does not let anybody limit memory. */
  static open(name: string, bytes: number): MemoryLimit | null {
    const places = PLACES.map((place) => ({ ...place, value: bytes }));
    const made = makeControlGroup(name, places);
    return made === null ? null : new MemoryLimit(made.group);
  }

  /** Starts the command behind it in the group. @param adjust as OOMScoreAdjust= of a unit */
  launcher(adjust: number): readonly string[] {
    const script = `echo $$ > "$0" && echo ${adjust} > /proc/self/oom_score_adj && exec "$@"`;
    return ["sh", "-c", script, join(this.#group, "cgroup.procs")];
  }

  /** When the last process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    const inside = () => readFileSync(join(this.#group, "cgroup.procs"), "utf8");
    await eventually(inside, (pids) => pids === "", {
      withinMs: 10_000,
      what: "the group is empty",
    });
    rmdirSync(this.#group);
  }
}
