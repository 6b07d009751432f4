/**
 * The read-only doors of a monitor, in a thread of their own: whoever floods them, or sends what
 * crashes or fills it, takes nothing from the thread that votes and leads. It has no access to the
 * state, only to snapshots, and an ordinary priority.
 */
import { constants, setPriority } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Streams } from "../adapters/http/page/streams.ts";
import { respond } from "../adapters/http/routes.ts";
import { HttpServer } from "../adapters/http/server.ts";
import { SentinelServer } from "../adapters/sentinel/server.ts";
import { open, type Tell } from "./opening.ts";
import type { Doors, FromFront, ToFront } from "./protocol.ts";
import { Source } from "./source.ts";

const LOOK_AFTER_MS = 50;

export function main(): void {
  if (parentPort === null) {
    process.stderr.write("error: this is a part of mmm-mon, which starts it itself\n");
    process.exitCode = 2;
    return;
  }
  serve(parentPort, workerData as Doors);
}

function serve(monitor: MessagePort, { http, sentinel }: Doors): void {
  useOrdinaryPriority();
  const say = (message: FromFront) => monitor.postMessage(message);
  const tell: Tell = (line) => say({ kind: "log", ...line });
  const source = new Source(() => say({ kind: "ask" }));
  const { snapshot } = source;
  const status = async () => (await snapshot()).status;
  const endpoint = sentinel === null ? null : new SentinelServer({ ...sentinel, status });
  const look = together(source, () => void endpoint?.look());
  monitor.on("message", (message: ToFront) => {
    if (message.kind === "snapshot") source.take(message.text);
    else look();
  });
  if (sentinel !== null && endpoint !== null)
    void open("sentinel", sentinel, () => endpoint.listen(), tell);
  if (http !== null) {
    const sources = { snapshot, streams: new Streams(snapshot) };
    const server = new HttpServer({ ...http, respond: (ask) => respond(ask, sources) });
    void open("http", http, () => server.listen(), tell);
  }
}

/** Commits come in bursts: one look a little later sees what all of them brought. */
function together(source: Source, look: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(
      () => {
        isDue = false;
        source.expire();
        look();
      },
      Math.max(LOOK_AFTER_MS, 2 * source.tookMs),
    );
  };
}

/** Linux keeps a priority per thread; that of the monitor was raised. */
function useOrdinaryPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_NORMAL);
  } catch {
    // The monitor itself runs with a lower one.
  }
}
