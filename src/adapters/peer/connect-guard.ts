/**
 * gRPC for Node has no connect timeout. Behind a silent partition its connection attempt waits for
 * TCP's retransmissions, and a peer is talked to again half a minute after the network healed; a
 * peer that accepts and stays mute holds the attempt for ever. Recreating the channel helps, and
 * leaks one socket each time.
 *
 * So the sockets themselves are watched, through Node's diagnostics channel: one to a guarded
 * address that is not ready in time is destroyed, and gRPC tries again by its own backoff.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Time from the connection attempt until the peer must have greeted (TCP, TLS and SETTINGS). */
export const CONNECT_LIMIT_MS = 400;
const CHANNEL = "net.client.socket";

type IsReady = () => boolean;
const guarded = new Map<string, Set<IsReady>>();

/** Guards connections of this process to `ip:port` until the returned function is called. */
export function guardConnections(ip: string, port: number, isReady: IsReady): () => void {
  if (guarded.size === 0) subscribe(CHANNEL, onSocket);
  const key = keyOf(ip, port);
  const watchers = guarded.get(key) ?? new Set();
  guarded.set(key, watchers.add(isReady));
  return () => {
    watchers.delete(isReady);
    if (watchers.size === 0 && guarded.get(key) === watchers) guarded.delete(key);
    if (guarded.size === 0) unsubscribe(CHANNEL, onSocket);
  };
}

function keyOf(ip: string, port: number): string {
  return `${ip} ${port}`;
}

function onSocket(published: unknown): void {
  const { socket } = published as { readonly socket: Socket };
  socket.once("connectionAttempt", (ip: string, port: number) => {
    const watchers = guarded.get(keyOf(ip, port));
    if (watchers !== undefined) limit(socket, watchers, `${ip}:${port}`);
  });
}

function limit(socket: Socket, watchers: ReadonlySet<IsReady>, address: string): void {
  const timer = setTimeout(() => {
    const greeted = socket.bytesRead > 0 && [...watchers].some((isReady) => isReady());
    if (!greeted) socket.destroy(new Error(`${address} did not greet in ${CONNECT_LIMIT_MS} ms`));
  }, CONNECT_LIMIT_MS);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
