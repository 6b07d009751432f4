/** The door for web pages on a free port of loopback, with what it answers from. */
import { Streams } from "../../src/adapters/http/page/streams.ts";
import { respond } from "../../src/adapters/http/routes.ts";
import { HttpServer } from "../../src/adapters/http/server.ts";
import type { Snapshot } from "../../src/adapters/http/snapshot.ts";

/**
 * @param snapshot what the monitor says at the moment in which it is asked
 * @param secret what whoever asks must know; null: nothing
 */
export function httpDoor(snapshot: () => Promise<Snapshot>, secret: string | null = null) {
  const sources = { snapshot, streams: new Streams(snapshot) };
  const server = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    secret,
    respond: (ask) => respond(ask, sources),
  });
  return { server, sources };
}
