/**
 * A TCP port of the loopback address that nobody used a moment ago, and none of those that the kernel gives to whoever asks for
 * any: one of them may be the other end of somebody's connection before it is listened at, or, as monitors dial it over
 * and over, of a connection to itself.
 */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Above those of well-known services, below `net.ipv4.ip_local_port_range`. */
const FIRST = 20_000;
const LAST = 32_767;
const TRIES = 100;

export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`none of ${TRIES} ports of ${host} is free`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
