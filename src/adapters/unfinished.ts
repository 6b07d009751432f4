/**
 * Messages that have not come whole. gRPC keeps their pieces until the last has come, which it need not, and of a
 * piece of one byte it keeps 150: whoever may call could fill the memory with what it never finishes. So pieces
 * are joined; and of what is large only so much is kept, and the oldest gives way: an honest message is soon whole.
 */
import { status } from "@grpc/grpc-js";
import type { InsideCall } from "./call-limits.ts";

export interface UnfinishedLimits {
  /** A message of so many bytes is always taken. */
  readonly small: number;
  /** Of all that are larger. */
  readonly most: number;
}

/** The longest message, of 8 MB, must fit. */
const LIMITS: UnfinishedLimits = { small: 16 * 1024, most: 10 * 1024 * 1024 };
const MOST_PIECES = 256;

interface Large {
  bytes: number;
  readonly giveUp: () => void;
}

export class Unfinished {
  readonly #limits: UnfinishedLimits;
  /** The oldest first. */
  readonly #large = new Set<Large>();
  #bytes = 0;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  watch(call: InsideCall): void {
    const { decoder, stream } = call;
    const read = decoder.write.bind(decoder);
    let joined = 0;
    const message: Large = {
      bytes: 0,
      giveUp: () => {
        this.#count(message, 0);
        decoder.readPartialMessage = [];
        decoder.write = () => [];
        const details =
          "too much comes at once, and this was not whole for too long: send it again";
        call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details });
      },
    };
    decoder.write = (data) => {
      const whole = read(data);
      const { readMessageSize: size, readMessageRemaining: missing } = decoder;
      if (missing === 0) {
        // It is handed over, and would be kept until the next one begins.
        decoder.readPartialMessage = [];
        joined = 0;
      } else if (whole.length > 0) joined = 0;
      const pieces = decoder.readPartialMessage;
      if (pieces.length - joined >= MOST_PIECES) {
        pieces.push(Buffer.concat(pieces.splice(joined)));
        joined += 1;
      }
      this.#count(message, missing === 0 || size <= this.#limits.small ? 0 : size - missing);
      return whole;
    };
    stream.once("close", () => this.#count(message, 0));
  }

  #count(message: Large, bytes: number): void {
    this.#bytes += bytes - message.bytes;
    if (bytes === 0) this.#large.delete(message);
    else this.#large.add(message);
    message.bytes = bytes;
    if (this.#bytes > this.#limits.most) [...this.#large][0]?.giveUp();
  }
}
