/**
 * The read-only doors of a monitor, in a thread of their own: whoever floods them, or sends what
 * crashes or fills it, takes nothing from the thread that votes and leads. It has no access to the
 * state, only to snapshots, and an ordinary priority.
 */
import { constants, setPriority } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Streams } from "../adapters/http/page/streams.ts";
import type { Ask } from "../adapters/http/reply.ts";
import { respond } from "../adapters/http/routes.ts";
import { HttpServer } from "../adapters/http/server.ts";
import { SentinelServer } from "../adapters/sentinel/server.ts";
import { Doorway } from "./doorway.ts";
import type { Doors, DoorSettings, FromFront, ToFront } from "./protocol.ts";
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

function serve(monitor: MessagePort, doors: Doors): void {
  useOrdinaryPriority();
  const say = (message: FromFront) => monitor.postMessage(message);
  const source = new Source(() => say({ kind: "ask" }));
  const { http, sentinel, look } = doorwaysOf(source, say);
  const use = (wanted: Doors) => {
    void http.use(wanted.http);
    void sentinel.use(wanted.sentinel);
  };
  const changed = together(source, look);
  monitor.on("message", (message: ToFront) => {
    if (message.kind === "snapshot") source.take(message.text);
    else if (message.kind === "changed") changed();
    else use(message.doors);
  });
  use(doors);
}

function doorwaysOf(source: Source, say: (message: FromFront) => void) {
  const { snapshot } = source;
  const status = async () => (await snapshot()).status;
  let endpoint: SentinelServer | null = null;
  const sources = { snapshot, streams: new Streams(snapshot) };
  const respondTo = (ask: Ask) => respond(ask, sources);
  return {
    look: () => void endpoint?.look(),
    http: new Doorway<DoorSettings>(
      "http",
      (settings) => new HttpServer({ ...settings, respond: respondTo }),
      say,
    ),
    sentinel: new Doorway<NonNullable<Doors["sentinel"]>>(
      "sentinel",
      (settings) => (endpoint = new SentinelServer({ ...settings, status })),
      say,
    ),
  };
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
