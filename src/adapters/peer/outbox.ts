/**
 * What waits to be sent to one peer. Of each kind of message only the newest is worth sending: a
 * newer heartbeat, vote or health message takes the place of an older one. So it is bounded by the
 * number of kinds, however long the peer is silent, and no kind crowds out another. A mere heartbeat
 * is not of the kind of one that brings state: that is said once, and overtaken by none that was sent
 * later, for its answer would say that the state is lost.
 */
import type { PeerMessage } from "../../core/messages.ts";

export class Outbox {
  readonly #waiting = new Map<string, PeerMessage>();

  put(message: PeerMessage): void {
    const kind = kindOf(message);
    if (kind === "append" && this.#waiting.has("state")) this.#waiting.delete(kind);
    this.#waiting.set(kind, message);
  }

  /** The one whose kind waits longest. */
  take(): PeerMessage | null {
    for (const [kind, message] of this.#waiting) {
      this.#waiting.delete(kind);
      return message;
    }
    return null;
  }

  get size(): number {
    return this.#waiting.size;
  }
}

function kindOf(sent: PeerMessage): string {
  if (sent.kind === "health") return "health";
  const { message } = sent;
  return message.kind === "append" && message.delta !== null ? "state" : message.kind;
}
