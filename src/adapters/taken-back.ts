/**
 * Calls that are begun and taken back at once: each costs this monitor a hundred times what it costs the caller, and
 * HTTP/2 stops that only after a thousand. A connection on which so many came to nothing is closed; who has
 * something to ask is let in again.
 *
 * They are counted where HTTP/2 tells of them, before gRPC begins them: of a call that was taken back in the same piece
 * of the stream gRPC does not know any more whose it was, and of one that it refuses by its headers it tells nobody.
 */
import type { EventEmitter } from "node:events";

interface Stream extends EventEmitter {
  readonly rstCode?: number | undefined;
  readonly headersSent: boolean;
}

/** As Node has them. */
export interface Session extends EventEmitter {
  on(event: "stream", listener: (stream: Stream) => void): this;
  prependListener(event: "stream", listener: (stream: Stream) => void): this;
  destroy(): void;
}

/** Under way are 8 at most; a caller that gives up waiting takes one back now and then. */
const MOST = 16;

/** @param onEnd called when it is closed for this */
export function endRestless(session: Session, onEnd: () => void): void {
  /** Begun, and not ended well. */
  let begun = 0;
  const isWell = ({ rstCode, headersSent }: Stream) => rstCode === 0 && headersSent;
  session.prependListener("stream", (stream) => {
    stream.once("close", () => (begun -= isWell(stream) ? 1 : 0));
    begun += 1;
    if (begun <= MOST) return;
    // Of what came in one piece with it nothing more is begun, but each may still end badly.
    session.removeAllListeners("stream");
    session.on("stream", (other) => other.on("error", () => undefined));
    session.destroy();
    onEnd();
  });
}
