/** `mmm history show EPOCH`: one finished operation, with all that is known of it. */
import type { Fencing } from "../../core/state.ts";
import type { HistoryEntry } from "../../core/status-types.ts";
import type { Paint } from "../terminal.ts";
import { showBytes, showInstant, showTook } from "./quantities.ts";
import { table } from "./table.ts";

export function renderPast(entry: HistoryEntry, paint: Paint): readonly string[] {
  const { group, epoch, term, kind, result, from, to, reason } = entry;
  const outcome = paint(result === "ok" ? "good" : "bad", result);
  const facts: readonly (readonly [string, string | null])[] = [
    ["from", from],
    ["to", to],
    ["began", showInstant(entry.started_at)],
    ["took", showTook(entry.duration_ms)],
    ["decided by", entry.by],
    ["because", reason],
    ["fencing", entry.fencing && (FENCINGS[entry.fencing] ?? entry.fencing)],
    ["data", dataOf(entry)],
  ];
  return [
    `${kind} of ${group}, epoch ${epoch} (term ${term}): ${outcome}`,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(12)}${value}`])),
    ...phasesOf(entry),
    ...votesOf(entry),
  ];
}

/** What proved, before anybody was promoted, that the old host served the VIP no more. A newer monitor may know more. */
const FENCINGS: Readonly<Record<Fencing, string>> = {
  released: "released: the old host confirmed that it let go of the VIP",
  fenced: "fenced: the fence_command said that the host is off",
  "lease-ended":
    "lease-ended: the old host's lease had run out, so its kernel served the VIP no more",
  "no-vip": "none: the group has no VIP, so nothing was to be taken from the old host",
  vouched: "vouched: a person said that the old host serves nothing (mmm adopt --empty)",
};

/** In a few words. */
export function showFencing(fencing: Fencing | null): string {
  return fencing === null ? "-" : fencing === "no-vip" ? "no VIP" : fencing;
}

/** Only of what moved a master: elsewhere nothing could be lost. */
function dataOf({ kind, lost_bytes, result }: HistoryEntry): string | null {
  if (lost_bytes !== null && lost_bytes > 0)
    return `${showBytes(lost_bytes)} of the old master's stream were not taken over (as far as anybody saw it)`;
  if (lost_bytes === 0)
    return "nothing is known to be lost: the new master had all that anybody saw";
  const moved = kind === "failover" || kind === "switchover";
  return moved && result === "ok" ? "what was lost is not known" : null;
}

function phasesOf({ phases }: HistoryEntry): readonly string[] {
  if (phases.length === 0) return [];
  let passed = 0;
  const rows = phases.map(({ name, ms }) => {
    const from = passed;
    passed += ms;
    return [name, showTook(ms), `+${showTook(from)}`];
  });
  return ["", ...table(["PHASE", "TOOK", "FROM"], rows)];
}

function votesOf({ votes }: HistoryEntry): readonly string[] {
  const rows = Object.entries(votes).map(([monitor, { vote, reason, age_ms }]) => {
    return [monitor, vote, showTook(age_ms), reason ?? ""];
  });
  return rows.length === 0 ? [] : ["", ...table(["MONITOR", "VOTE", "AGE", "REASON"], rows)];
}
