/**
 * One open call of a peer, at the receiving end: each message is taken or refused, and the peer is
 * told how far it was read. It is told at once of the first message and of a change, so that a
 * refusal is seen without delay; else rarely, because an answer costs as much as a message.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Ack } from "../gen/mmm/v1/Ack.ts";
import type { Envelope__Output as ReadEnvelope } from "../gen/mmm/v1/Envelope.ts";

/** Well within the time after which the sender takes this monitor for silent. */
const ANSWER_EVERY_MS = 1_000;

/** What became of one message. */
export type Verdict = Omit<Ack, "read">;

export class Intake {
  readonly #stream: ServerDuplexStream<ReadEnvelope, Ack>;
  readonly #take: (wire: ReadEnvelope) => Verdict;
  #read = 0;
  #last: Verdict | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  /** @param onOver called once, when the call has ended, whoever ended it */
  constructor(
    stream: ServerDuplexStream<ReadEnvelope, Ack>,
    take: (wire: ReadEnvelope) => Verdict,
    onOver: (intake: Intake) => void,
  ) {
    this.#stream = stream;
    this.#take = take;
    const over = () => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#stopTimer();
      onOver(this);
    };
    stream.on("data", (wire: ReadEnvelope) => this.#onMessage(wire));
    stream.on("end", () => this.end());
    // However it ends, one of these is told; an error is that of a peer that has gone away.
    stream.on("cancelled", over).on("error", over).on("close", over).on("finish", over);
  }

  /** Says how far it was read, and ends the call. */
  end(): void {
    if (this.#isOver || !this.#stream.writable) return;
    if (this.#last !== null) this.#tell(this.#last);
    this.#stream.end();
  }

  #onMessage(wire: ReadEnvelope): void {
    if (this.#isOver) return;
    this.#read += 1;
    const before = this.#last;
    const verdict = this.#take(wire);
    this.#last = verdict;
    if (before === null || before.reason !== verdict.reason) this.#tell(verdict);
    else this.#timer ??= setTimeout(() => this.#tell(verdict), ANSWER_EVERY_MS);
  }

  #tell(verdict: Verdict): void {
    this.#stopTimer();
    // A peer that does not read its answers needs no more of them.
    if (this.#stream.writable && !this.#stream.writableNeedDrain)
      this.#stream.write({ ...verdict, read: this.#read });
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
