/** Begins to listen, for servers that do nothing else about it. */
import { once } from "node:events";
import type { Server } from "node:net";
import type { HostPort } from "./peer/address.ts";

/**
 * The port that it listens on: another than was asked for only if that was 0. Rejects with the system's error.
 */
export async function listenAt(server: Server, { host, port }: HostPort): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  return bound === null || typeof bound === "string" ? port : bound.port;
}
