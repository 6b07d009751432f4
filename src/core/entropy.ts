/**
 * Randomness for the core. The shell gives each turn one random number below 2^48; a turn that
 * needs several random values derives each from that number and a salt of its own.
 *
 * This spreads what randomness there is, it makes none: good for jitter and ids, not for secrets.
 */

/** A bijection of 32-bit numbers in which every bit of the input reaches every bit of the output. */
function scramble(value: number): number {
  let word = value | 0;
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return word ^ (word >>> 16);
}

/** A whole number in 0 … 2^32 − 1. The same arguments give the same number. */
export function derive(entropy: number, salt: number): number {
  const low = entropy >>> 0;
  const high = Math.floor(entropy / 2 ** 32);
  return scramble(scramble(scramble(low) + high) + Math.imul(salt + 1, 0x9e3779b1)) >>> 0;
}

/** A whole number in 0 … limit − 1. The bias is below limit / 2^32. */
export function deriveBelow(entropy: number, salt: number, limit: number): number {
  return derive(entropy, salt) % limit;
}
