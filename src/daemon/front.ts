/**
 * The monitor's end of its read-only doors: starts their thread, starts it anew if it ends, and
 * answers it with snapshots. Without a door nothing of this is loaded or runs.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Snapshot } from "../adapters/http/snapshot.ts";
import type { DoorName, Doors, FromFront, ToFront } from "../front/protocol.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";

export interface FrontOptions {
  readonly doors: Doors;
  readonly snapshot: () => Snapshot;
  readonly log: Log;
}

/** A thread that cannot live must not be started all the time. */
const AGAIN_MS = 5_000;
/** More than hundreds of groups need. What leaks beyond that ends the thread, and nothing else. */
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 };

export class Front {
  readonly #options: FrontOptions;
  readonly #troubles = new Map<DoorName, string>();
  #doors: Doors;
  #worker: Worker | null = null;
  #isStopped = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#doors = options.doors;
  }

  /** Why doors are not as they should be. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values()];
  }

  start(): void {
    if (this.#isStopped) return;
    try {
      this.#worker = this.#open();
    } catch (error) {
      // As where the host has no thread left to give: no reason for the monitor to end.
      this.#failed(error);
      this.#startAgain();
    }
  }

  #open(): Worker {
    const worker = new Worker(programFile(), { workerData: this.#doors, resourceLimits: LIMITS });
    worker.unref();
    worker.on("message", (message: FromFront) => this.#hear(worker, message));
    worker.on("error", (error) => this.#failed(error));
    worker.on("exit", () => this.#startAgain());
    return worker;
  }

  #failed(error: unknown): void {
    const text = `the read-only doors are closed for a moment: ${messageOf(error)}`;
    this.#options.log.write("error", "front.fault", text, { err: error });
  }

  /** Something new was agreed on. */
  changed(): void {
    this.#post({ kind: "changed" });
  }

  /** From now on these. */
  use(doors: Doors): void {
    this.#doors = doors;
    this.#post({ kind: "doors", doors });
  }

  stop(): void {
    this.#isStopped = true;
    void this.#worker?.terminate();
  }

  #hear(worker: Worker, message: FromFront): void {
    const { log, snapshot } = this.#options;
    if (message.kind === "log") return log.write(message.level, message.event, message.text);
    if (message.kind === "trouble") return this.#trouble(message.door, message.text);
    try {
      worker.postMessage({ kind: "snapshot", text: JSON.stringify(snapshot()) } satisfies ToFront);
    } catch (error) {
      // Whoever asks is told that there is no answer; the monitor goes on.
      const text = `cannot tell its state: ${messageOf(error)}`;
      log.write("error", "front.unanswered", text, { err: error });
    }
  }

  #trouble(door: DoorName, text: string | null): void {
    if (text === null) this.#troubles.delete(door);
    else this.#troubles.set(door, text);
  }

  #post(message: ToFront): void {
    this.#worker?.postMessage(message);
  }

  #startAgain(): void {
    this.#worker = null;
    this.#troubles.clear();
    if (!this.#isStopped) setTimeout(() => this.start(), AGAIN_MS).unref();
  }
}

/** In a bundle this very file may lie in a directory below that of the programs. */
function programFile(): string {
  const places = ["./mmm-front.js", "../mmm-front.js", "../bin/mmm-front.ts"];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return files.find((file) => existsSync(file)) ?? "mmm-front.js";
}
