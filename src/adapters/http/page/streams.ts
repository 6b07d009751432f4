/**
 * The live page: its sections once a second, to a bounded number of listeners. Without one, nothing
 * runs. Who reads slowly gets fewer, not later, views; who does not read at all is closed by the
 * door, for nothing happens on its connection.
 */
import type { ServerResponse } from "node:http";
import { plain, type Reply } from "../reply.ts";
import type { Snapshot } from "../snapshot.ts";
import { sections } from "./page.ts";

const MOST = 16;
const EVERY_MS = 1_000;
/** A browser comes again by itself. */
const LONGEST_MS = 30 * 60_000;

interface Listener {
  readonly stream: ServerResponse;
  readonly group: string | null;
  readonly since: number;
}

export class Streams {
  readonly #snapshot: () => Promise<Snapshot>;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | null = null;

  constructor(snapshot: () => Promise<Snapshot>) {
    this.#snapshot = snapshot;
  }

  /** @param group null: all */
  open(group: string | null): Reply {
    if (this.#listeners.size >= MOST) return plain(503, `${MOST} pages are open already`);
    return {
      status: 200,
      type: "text/event-stream",
      body: (stream) => this.#add({ stream, group, since: performance.now() }),
    };
  }

  #add(listener: Listener): void {
    const { stream } = listener;
    this.#listeners.add(listener);
    stream.once("close", () => this.#remove(listener));
    stream.write("retry: 3000\n\n");
    this.#timer ??= setInterval(() => void this.#tell(), EVERY_MS);
    void this.#tell();
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #tell(): Promise<void> {
    const snapshot = await this.#snapshot().catch(() => null);
    if (snapshot === null) return;
    const views = new Map<string | null, string>();
    for (const { stream, group, since } of this.#listeners) {
      const view = views.get(group) ?? JSON.stringify(sections(snapshot, group).text);
      views.set(group, view);
      if (stream.writableLength === 0) stream.write(`data: ${view}\n\n`);
      if (performance.now() - since > LONGEST_MS) stream.end();
    }
  }
}
