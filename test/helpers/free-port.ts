/** A TCP port of the loopback address that nobody used a moment ago. */
import { once } from "node:events";
import { createServer } from "node:net";

export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  server.close();
  await once(server, "close");
  return address.port;
}
