/**
 * What comes on a connection is given to Node's parser in slices, and no further than anybody is to answer it. Left to
 * itself, Node reads 64 KB and makes objects of all that is in there, 1,500 small requests, whatever becomes of the
 * connection meanwhile. All of them live until the last is made: more than the space for short-lived objects holds, so
 * that they grow old as garbage. One flood of such pieces took 30 MB in its first second.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Some twenty of the smallest requests. */
const SLICE_BYTES = 1_024;

export function feedInSlices(server: Server): void {
  // Behind Node's own, which has begun to listen to the connection.
  server.on("connection", (socket: Socket) => {
    const [feed] = socket.listeners("data");
    if (feed === undefined || socket.destroyed) return;
    socket.off("data", feed as () => void);
    socket.on("data", (piece: Buffer) => {
      for (let at = 0; at < piece.length && socket.writable; at += SLICE_BYTES) {
        // Answers are not read as fast as they are asked for: the rest comes again when they are.
        if (socket.isPaused()) {
          socket.unshift(piece.subarray(at));
          return;
        }
        feed.call(socket, piece.subarray(at, at + SLICE_BYTES));
      }
    });
  });
}
