/**
 * What gRPC for Node does not offer for a connection: a limit to the time that it takes, and an end.
 *
 * There is no connect timeout. Behind a silent partition its connection attempt waits for
 * TCP's retransmissions, and a peer is talked to again half a minute after the network healed; a
 * peer that accepts and stays mute holds the attempt for ever. Recreating the channel helps, and
 * leaks one socket each time.
 *
 * So the sockets themselves are watched, through Node's diagnostics channel: one to a guarded
 * address that is not ready in time is destroyed, and gRPC tries again by its own backoff. One whose
 * peer has fallen silent is destroyed by whoever noticed that: gRPC's keepalive would notice it, too, and
 * wakes both ends up each second to do so.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Time from the connection attempt until the peer must have greeted (TCP, TLS and SETTINGS). */
export const CONNECT_LIMIT_MS = 400;
const CHANNEL = "net.client.socket";

type IsReady = () => boolean;

interface Guarded {
  readonly watchers: Set<IsReady>;
  readonly sockets: Set<Socket>;
}

export interface ConnectGuard {
  /** Ends every connection to the address, whatever state it is in. */
  readonly drop: (reason: string) => void;
  /** No longer guards them; what nobody else guards must be over by then. */
  readonly release: () => void;
}

const guarded = new Map<string, Guarded>();

/** Guards connections of this process to `ip:port`. */
export function guardConnections(ip: string, port: number, isReady: IsReady): ConnectGuard {
  if (guarded.size === 0) subscribe(CHANNEL, onSocket);
  const key = keyOf(ip, port);
  const mine = guarded.get(key) ?? { watchers: new Set(), sockets: new Set() };
  guarded.set(key, mine);
  mine.watchers.add(isReady);
  const drop = (reason: string) => {
    for (const socket of mine.sockets) socket.destroy(new Error(`${ip}:${port}: ${reason}`));
  };
  const release = () => {
    mine.watchers.delete(isReady);
    if (mine.watchers.size > 0) return;
    drop("closed");
    if (guarded.get(key) === mine) guarded.delete(key);
    if (guarded.size === 0) unsubscribe(CHANNEL, onSocket);
  };
  return { drop, release };
}

function keyOf(ip: string, port: number): string {
  return `${ip} ${port}`;
}

function onSocket(published: unknown): void {
  const { socket } = published as { readonly socket: Socket };
  socket.once("connectionAttempt", (ip: string, port: number) => {
    const known = guarded.get(keyOf(ip, port));
    if (known === undefined) return;
    known.sockets.add(socket);
    socket.once("close", () => known.sockets.delete(socket));
    limit(socket, known.watchers, `${ip}:${port}`);
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
