/**
 * What Redis' error replies mean. All of them come from a living process; which of them are an
 * operator's mistake and which make a node unfit is decided elsewhere, by the code.
 */
import type { ErrorReplyCode } from "../../core/health/types.ts";

const NAMED = new Set<string>([
  "LOADING",
  "BUSY",
  "MASTERDOWN",
  "MISCONF",
  "NOAUTH",
  "WRONGPASS",
  "NOPERM",
  "DENIED",
]);

function isNamed(word: string): word is ErrorReplyCode {
  return NAMED.has(word);
}

/** The first word of an error reply: `NOREPLICAS Not enough …` → `NOREPLICAS`. */
export function firstWord(text: string): string {
  return text.split(" ", 1)[0] ?? "";
}

export function errorReplyCode(text: string): ErrorReplyCode {
  const word = firstWord(text);
  if (isNamed(word)) return word;
  if (/^ERR max number of clients/i.test(text)) return "MAXCLIENTS";
  if (/^ERR invalid password/i.test(text)) return "WRONGPASS";
  return "OTHER";
}

/** A password was sent to a server that wants none: the connection works all the same. */
export function isNeedlessPassword(text: string): boolean {
  return /no password is set|without any password configured/i.test(text);
}
