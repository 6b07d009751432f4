/** What a monitor tells of the past, read before anything is made of it. */
import type { JsonValue } from "../../core/consensus/types.ts";
import type { HistoryEntry } from "../../core/status-types.ts";
import { listOf, number, openObjectOf, type Read, recordOf, words } from "../json-reads.ts";
import { Malformed } from "../peer/fields.ts";
import { instant, orUnknown } from "./status-reads.ts";

/** Of the words that there are, or of another version's. */
const word = words as Read<never>;

const entry = openObjectOf<HistoryEntry>({
  group: words,
  epoch: number,
  term: number,
  kind: word,
  from: orUnknown(words),
  to: orUnknown(words),
  result: word,
  started_at: instant,
  duration_ms: number,
  reason: words,
  votes: recordOf(
    openObjectOf<HistoryEntry["votes"][string]>({
      vote: words,
      reason: orUnknown(words),
      age_ms: number,
    }),
  ),
  fencing: orUnknown(word),
  phases: listOf(openObjectOf<HistoryEntry["phases"][number]>({ name: words, ms: number })),
  by: words,
  lost_bytes: orUnknown(number),
});

/** An operation that cannot be shown hides none of the others. @throws Malformed */
export const historyIn: Read<readonly HistoryEntry[]> = (value, path) =>
  listOf((one, at) => entryIn(one, at))(value, path).flatMap((one) => one ?? []);

function entryIn(value: JsonValue | undefined, path: string): HistoryEntry | null {
  try {
    return entry(value, path);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
