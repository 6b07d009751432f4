/** Which path is which answer. Whatever needs the state of the cluster awaits a snapshot of it. */
import { exposition, EXPOSITION_TYPE } from "./exposition.ts";
import { allMetrics } from "./metrics/all.ts";
import { type Ask, json, plain, type Reply } from "./reply.ts";
import { primary, readiness, replica } from "./role.ts";
import type { Snapshot } from "./snapshot.ts";

type Answer = (snapshot: Snapshot, query: URLSearchParams) => Reply;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["/readyz", ({ status }) => readiness(status)],
  ["/primary", ({ status }, query) => primary(status, query)],
  ["/replica", ({ status }, query) => replica(status, query)],
  ["/api/status", ({ status }) => json(status)],
  ["/api/history", ({ history }) => json(history)],
  ["/metrics", metrics],
]);

/** @param snapshot rejects when the monitor does not answer in time */
export async function respond(
  { path, query }: Ask,
  snapshot: () => Promise<Snapshot>,
): Promise<Reply> {
  if (path === "/healthz") return await health(snapshot);
  const answer = ANSWERS.get(path);
  if (answer === undefined) return plain(404, `no such page; there are / and ${paths()}`);
  return answer(await snapshot(), query);
}

/** Alive is a monitor whose deciding thread answers, whatever it knows. */
async function health(snapshot: () => Promise<Snapshot>): Promise<Reply> {
  await snapshot();
  return plain(200, "alive");
}

function metrics(snapshot: Snapshot): Reply {
  return { status: 200, type: EXPOSITION_TYPE, body: exposition(allMetrics(snapshot)) };
}

function paths(): string {
  return ["/healthz", ...ANSWERS.keys()].join(", ");
}
