/** As much of PNG as Chromium writes: eight bits each of red, green, blue and perhaps opacity, not interlaced. */
import { inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** The leftmost pixels, from the top, as `r,g,b`. */
export function firstColumn(png: Buffer): readonly string[] {
  const width = png.readUInt32BE(16);
  const channels = CHANNELS[png.readUInt8(25)];
  if (png.readUInt8(24) !== 8 || channels === undefined) throw new Error("another kind of PNG");
  const lines = inflateSync(Buffer.concat([...dataIn(png)]));
  const stride = 1 + width * channels;
  const column: string[] = [];
  let above: Buffer = Buffer.alloc(stride);
  for (let at = 0; at < lines.length; at += stride) {
    const line = unfiltered(lines.subarray(at, at + stride), above, channels);
    column.push([...line.subarray(1, 4)].join(","));
    above = line;
  }
  return column;
}

function* dataIn(png: Buffer): Generator<Buffer> {
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      yield png.subarray(at + 8, at + 8 + length);
    at += length + 12;
  }
}

/** Each byte stands there as the difference from what its neighbours let expect. */
function unfiltered(line: Buffer, above: Buffer, channels: number): Buffer {
  const kind = line[0] ?? 0;
  const plain = Buffer.from(line);
  for (let at = 1; at < line.length; at += 1) {
    const left = at > channels ? (plain[at - channels] ?? 0) : 0;
    const up = above[at] ?? 0;
    const corner = at > channels ? (above[at - channels] ?? 0) : 0;
    plain[at] = (line[at] ?? 0) + expected(kind, left, up, corner);
  }
  return plain;
}

function expected(kind: number, left: number, up: number, corner: number): number {
  if (kind === 0) return 0;
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [byLeft, byUp, byCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
