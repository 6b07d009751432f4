/**
 * Questions that are taken back at once, as HTTP/2 writes them: a client that speaks it properly would not send those
 * that come to nothing, or be answered first.
 */
/** What a connection begins with: no settings. */
export const PREFACE = Buffer.from(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0",
  "latin1",
);

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A field that is written out, by the number of its name in the table of HTTP/2. */
function written(name: readonly number[], value: string): Buffer {
  return Buffer.concat([Buffer.from([...name, value.length]), Buffer.from(value)]);
}

/** POST, http, whom it is for, a path, and what is sent. */
const HEADERS = Buffer.concat([
  Buffer.from([0x83, 0x86]),
  // Without it HTTP/2 refuses the question, and gRPC never hears of it.
  written([0x01], "x"),
  written([0x04], "/mmm.v1.Control/Status"),
  written([0x0f, 0x10], "application/grpc"),
]);
/** Those that HTTP/2 knows, "no error" among them. */
const REASONS = 14;

/** So many questions, each taken back before the next, for any reason. @param first stream of the first: an odd number */
export function takenBack(count: number, first: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const stream = first + 2 * index;
      const reason = Buffer.from([0, 0, 0, index % REASONS]);
      return Buffer.concat([frame(1, 4, stream, HEADERS), frame(3, 0, stream, reason)]);
    }),
  );
}
