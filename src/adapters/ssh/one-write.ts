/**
 * ssh2 writes a packet in three pieces: its length, its content, its check. Each would be a call of the
 * kernel and a segment on the network, for which the host wakes up.
 */
import type { Socket } from "node:net";
import type { Client } from "ssh2";

/** Call it when `client.connect()` was called: what is written in one go leaves as one. */
export function writeInOneGo(client: Client): void {
  const { _sock: socket } = client as unknown as { readonly _sock: Socket };
  const write = socket.write.bind(socket) as (...all: unknown[]) => boolean;
  let isHeld = false;
  const letGo = (): void => {
    isHeld = false;
    socket.uncork();
  };
  socket.write = (...all: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(letGo);
    }
    return write(...all);
  };
}
