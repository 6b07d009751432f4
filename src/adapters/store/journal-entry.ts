/**
 * What counts as an entry of the journal. Lines of older versions may lack what came later, so only that is
 * asked for without which an operation cannot be shown: one line that is odd must not hide all others.
 */
import type { JsonValue } from "../../core/consensus/types.ts";
import type { JournalEntry } from "../../ports.ts";
import { listOf, number, objectOf, type Read, recordOf, whole, words } from "../json-reads.ts";
import { Malformed } from "../peer/fields.ts";

/** As far from 1970 as a date can be. */
const LAST_MS = 8.64e15;

const aTime: Read<number> = (value, path) => {
  const ms = number(value, path);
  if (Math.abs(ms) > LAST_MS) throw new Malformed(path, "no time");
  return ms;
};

const shown = objectOf<{ readonly group: string; readonly past: object }>({
  group: words,
  past: objectOf({
    epoch: objectOf({ term: whole, version: whole }),
    kind: words,
    result: words,
    startedAt: aTime,
    phases: listOf(objectOf({ name: words })),
    votes: recordOf(objectOf({ vote: words })),
  }),
});

/** The entry, or null. */
export function entryIn(value: unknown): JournalEntry | null {
  try {
    shown(value as JsonValue, "entry");
    return value as JournalEntry;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
