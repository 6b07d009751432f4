/** Which path is which answer. Whatever needs the state of the cluster awaits a snapshot of it. */
import { exposition, EXPOSITION_TYPE } from "./exposition.ts";
import { allMetrics } from "./metrics/all.ts";
import { ICON, SCRIPT, STYLE } from "./page/assets.ts";
import { page } from "./page/page.ts";
import type { Streams } from "./page/streams.ts";
import { type Ask, json, plain, type Reply } from "./reply.ts";
import { primary, readiness, replica } from "./role.ts";
import type { Snapshot } from "./snapshot.ts";

/** The same for everybody, at any time. */
const ASSETS: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ["/page.css", { status: 200, type: "text/css; charset=utf-8", body: STYLE }],
  ["/page.js", { status: 200, type: "text/javascript; charset=utf-8", body: SCRIPT }],
  ["/icon.svg", { status: 200, type: "image/svg+xml", body: ICON }],
]);

type Answer = (snapshot: Snapshot, query: URLSearchParams) => Reply;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["/", (snapshot, query) => forPeople(snapshot, query.get("group"))],
  ["/readyz", ({ status }) => readiness(status)],
  ["/primary", ({ status }, query) => primary(status, query)],
  ["/replica", ({ status }, query) => replica(status, query)],
  ["/api/status", oncePerSnapshot(({ status }) => json(status))],
  ["/api/history", oncePerSnapshot(({ history }) => json(history))],
  ["/metrics", oncePerSnapshot(metrics)],
]);

export interface Sources {
  /** Rejects when the monitor does not answer in time. */
  readonly snapshot: () => Promise<Snapshot>;
  readonly streams: Streams;
}

export async function respond(
  { path, query }: Ask,
  { snapshot, streams }: Sources,
): Promise<Reply> {
  const asset = ASSETS.get(path);
  if (asset !== undefined) return asset;
  if (path === "/healthz") return await health(snapshot);
  if (path === "/events") return streams.open(query.get("group"));
  const answer = ANSWERS.get(path);
  if (answer === undefined) return plain(404, `no such page; there are ${paths()}`);
  return answer(await snapshot(), query);
}

/** Alive is a monitor whose deciding thread answers, whatever it knows. */
async function health(snapshot: () => Promise<Snapshot>): Promise<Reply> {
  await snapshot();
  return plain(200, "alive");
}

/** Thousands that ask at once, and do not read, are given one text. */
function oncePerSnapshot(make: (snapshot: Snapshot) => Reply): Answer {
  const made = new WeakMap<Snapshot, Reply>();
  return (snapshot) => {
    const known = made.get(snapshot);
    if (known !== undefined) return known;
    const reply = make(snapshot);
    made.set(snapshot, reply);
    return reply;
  };
}

function metrics(snapshot: Snapshot): Reply {
  return { status: 200, type: EXPOSITION_TYPE, body: exposition(allMetrics(snapshot)) };
}

function forPeople(snapshot: Snapshot, group: string | null): Reply {
  return { status: 200, type: "text/html; charset=utf-8", body: page(snapshot, group) };
}

function paths(): string {
  return [...ANSWERS.keys(), "/healthz", "/events"].join(", ");
}
