/**
 * One open call to a peer: messages go out one after another, and now and then the peer says how
 * many of them it has read.
 *
 * One long call costs a fraction of what one for each message did. That the connection is dead, or that
 * the peer stands still or does not read, is noticed here, by what it says of how far it has read.
 */
import { type ClientDuplexStream, type ServiceError, status } from "@grpc/grpc-js";
import type { Ack__Output as Ack } from "../gen/mmm/v1/Ack.ts";
import type { Envelope as WireEnvelope } from "../gen/mmm/v1/Envelope.ts";

/** A peer that has said nothing for so long, with something to read, is silent … */
export const ANSWER_LIMIT_MS = 1_500;
/** … if nothing was found to have arrived, either: after a sleep of this process timers come first. */
const LAST_LOOK_MS = 100;
/** Beyond these, messages wait where a newer one can replace them. */
const WRITES_AT_ONCE = 4;

export interface CallListener {
  readonly onAck: (ack: Ack) => void;
  /** There is room for a message again. */
  readonly onRoom: () => void;
  /** Once: whoever is told gives the call up. */
  readonly onSilence: () => void;
  /** Once. null: the peer ended the call as it should. */
  readonly onEnd: (error: ServiceError | null) => void;
}

export class PeerCall {
  readonly #stream: ClientDuplexStream<WireEnvelope, Ack>;
  readonly #listener: CallListener;
  #writing = 0;
  #sent = 0;
  #isOver = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(stream: ClientDuplexStream<WireEnvelope, Ack>, listener: CallListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.on("data", (ack: Ack) => this.#onAck(ack));
    stream.on("error", (error: ServiceError) => this.#end(error));
    stream.on("status", ({ code }) => {
      if (code === status.OK) this.#end(null);
    });
  }

  get hasRoom(): boolean {
    return !this.#isOver && this.#writing < WRITES_AT_ONCE && this.#stream.writable;
  }

  write(envelope: WireEnvelope): void {
    this.#writing += 1;
    this.#sent += 1;
    this.#await();
    this.#stream.write(envelope, () => {
      this.#writing -= 1;
      if (!this.#isOver) this.#listener.onRoom();
    });
  }

  /** Nothing more will be said: the peer reads the rest, and ends the call. */
  finish(): void {
    this.#stream.end();
  }

  /** Nothing is heard of it any more. */
  cancel(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#stream.cancel();
  }

  #onAck(ack: Ack): void {
    if (this.#isOver) return;
    this.#stopTimer();
    if (ack.read < this.#sent) this.#await();
    this.#listener.onAck(ack);
  }

  #await(): void {
    const lookOnce = () => {
      this.#timer = setTimeout(() => this.#listener.onSilence(), LAST_LOOK_MS);
    };
    this.#timer ??= setTimeout(lookOnce, ANSWER_LIMIT_MS);
  }

  #end(error: ServiceError | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#listener.onEnd(error);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
