/**
 * Calls that are begun and taken back at once: each costs this monitor a hundred times what it costs the caller, and
 * HTTP/2 stops that only after a thousand. A connection on which so many came to nothing is closed; who has
 * something to ask is let in again.
 */
import type { Socket } from "node:net";
import type { InsideCall } from "./call-limits.ts";
import type { Crowd } from "./crowd.ts";

/** What such a connection is closed with. */
class TakenBackError extends Error {}

/** As many connections more. */
const COSTS = 24;

/** Whoever opened a connection that is closed for this has fewer of them for a while. */
export function payForTakingBack(socket: Socket, crowd: Crowd, address: string): void {
  socket.on("error", (error) => {
    if (error instanceof TakenBackError) crowd.charge(address, COSTS);
  });
}

/** Under way are 8 at most; a caller that gives up waiting takes one back now and then. */
const MOST = 16;

export class TakenBack {
  /** Begun on a connection, and not ended well. */
  readonly #begun = new WeakMap<object, number>();

  watch({ stream }: InsideCall): void {
    const { session } = stream;
    if (session === undefined) return;
    stream.once("close", () => {
      if (stream.rstCode === 0) this.#add(session, -1);
    });
    if (this.#add(session, 1) > MOST) session.destroy(new TakenBackError("calls are taken back"));
  }

  #add(session: object, number: number): number {
    const sum = (this.#begun.get(session) ?? 0) + number;
    this.#begun.set(session, sum);
    return sum;
  }
}
