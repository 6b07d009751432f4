/**
 * The little of DER (the binary form of ASN.1) that a certificate is written in. It only writes;
 * whatever is read goes through OpenSSL.
 */

export type Der = Uint8Array;

const UNIVERSAL = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** From this year on a time needs four digits for it. */
const FIRST_LONG_YEAR = 2050;

export const sequence = (...parts: readonly Der[]): Der => value(UNIVERSAL.sequence, ...parts);
export const set = (...parts: readonly Der[]): Der => value(UNIVERSAL.set, ...parts);
export const utf8 = (text: string): Der => value(UNIVERSAL.utf8, Buffer.from(text, "utf8"));
export const octets = (content: Der): Der => value(UNIVERSAL.octetString, content);
export const yes = (): Der => value(UNIVERSAL.boolean, Uint8Array.of(0xff));

/** `[number] EXPLICIT` */
export const explicit = (number: number, content: Der): Der => value(0xa0 + number, content);
/** `[number] IMPLICIT` of something without parts. */
export const implicit = (number: number, content: Der): Der => value(0x80 + number, content);

/** @param bytes an unsigned number, the most significant byte first */
export function integer(bytes: Der): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const isNegative = ((digits[0] ?? 0) & 0x80) !== 0;
  return value(UNIVERSAL.integer, isNegative ? Uint8Array.of(0, ...digits) : digits);
}

/** @param unused how many bits at the end of the last byte do not count */
export function bits(content: Der, unused = 0): Der {
  return value(UNIVERSAL.bitString, Uint8Array.of(unused), content);
}

/** @param dotted `2.5.29.17` */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(UNIVERSAL.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** A whole second in UTC. */
export function time(at: Date): Der {
  const digits = at.toISOString().replace(/[-T:]|\..*/g, "");
  return at.getUTCFullYear() < FIRST_LONG_YEAR
    ? value(UNIVERSAL.utcTime, Buffer.from(`${digits.slice(2)}Z`, "ascii"))
    : value(UNIVERSAL.generalizedTime, Buffer.from(`${digits}Z`, "ascii"));
}

function value(tag: number, ...parts: readonly Der[]): Der {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 + digits.length, ...digits];
}

function base128(number: number): readonly number[] {
  const digits = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 + (rest % 128));
  }
  return digits;
}
