/** Begins to listen, for servers that do nothing else about it. */
import { once } from "node:events";
import type { Server } from "node:net";

export interface Place {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** The port that it listens on. Rejects with the system's error. */
export async function listenAt(server: Server, { host, port }: Place): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  return bound === null || typeof bound === "string" ? port : bound.port;
}
