/** The databases of a benchmark, all in one process of their own, so that monitors are measured without them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

const ROOT = new URL("../../..", import.meta.url).pathname;

export class Databases implements Disposable {
  readonly #stub: ChildProcess;
  readonly #said: Interface;

  /** Resolves when all of them listen. */
  static async start(groups: number): Promise<Databases> {
    const tsx = join(ROOT, "node_modules/.bin/tsx");
    const args = [join(ROOT, "test/bench/scale/stub.ts"), String(groups)];
    const stub = spawn(tsx, args, { stdio: ["pipe", "pipe", "inherit"] });
    const made = new Databases(stub, createInterface({ input: stub.stdout }));
    await once(made.#said, "line");
    return made;
  }

  private constructor(stub: ChildProcess, said: Interface) {
    this.#stub = stub;
    this.#said = said;
  }

  /** Wall time of the deed. */
  async killMasters(count: number): Promise<number> {
    const answer = once(this.#said, "line") as Promise<[string]>;
    this.#stub.stdin?.write(`kill ${count}\n`);
    return Number((await answer)[0].split(" ")[1]);
  }

  [Symbol.dispose](): void {
    this.#stub.kill("SIGKILL");
  }
}
