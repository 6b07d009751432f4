/** What was done, newest first: each operation with its phases as a bar, and why. */
import type { HistoryEntry } from "../../../core/status-types.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Html, html } from "./html.ts";
import { ago, bytes, duration, instant, pill, type Tone } from "./words.ts";

const SHOWN = 12;
const BAR = 200;

/** @param group null: of all groups */
export function timeline({ history, status }: Snapshot, group: string | null): Html {
  const entries = history.filter((entry) => group === null || entry.group === group);
  const items = entries.slice(-SHOWN).toReversed();
  const names = status.groups.length > 1;
  return html`<section id="history" class="card"><h2>What was done</h2>
${items.length === 0 ? html`<p class="quiet">Nothing yet.</p>` : html`<ol class="timeline">${items.map((entry) => item(entry, status.at, names))}</ol>`}
</section>`;
}

const TONES: Readonly<Record<string, Tone>> = { ok: "good", undone: "fair", preempted: "fair" };

function item(entry: HistoryEntry, now: string, names: boolean): Html {
  const { kind, from, to, result, started_at, duration_ms, reason, by, lost_bytes } = entry;
  const lost =
    lost_bytes === null || lost_bytes === 0
      ? null
      : html` ${pill(`${bytes(lost_bytes)} lost`, "bad")}`;
  return html`<li class="${TONES[result] ?? "bad"}">
<p><b>${kind}</b>${names ? html` of ${entry.group}` : null} ${move(from, to)} ${result === "ok" ? null : pill(result, TONES[result] ?? "bad")}${lost}
<time datetime="${started_at}" title="${instant(started_at)} UTC">${ago(started_at, now)}</time></p>
<p class="quiet">${reason} · ${duration(duration_ms)} · by ${by}</p>
${phaseBar(entry)}
</li>`;
}

function move(from: string | null, to: string | null): string {
  if (from === null || to === null || from === to) return to ?? from ?? "";
  return `${from} → ${to}`;
}

/** Attributes of SVG need no style, which the page's policy would refuse. */
function phaseBar({ phases }: HistoryEntry): Html | null {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return null;
  let at = 0;
  const rects = phases.map(({ ms }, index) => {
    const width = Math.max(1, (ms / total) * (BAR - phases.length));
    const rect = html`<rect class="phase${index % 3}" x="${at.toFixed(1)}" width="${width.toFixed(1)}" height="4" rx="2"/>`;
    at += width + 1;
    return rect;
  });
  const text = phases.map(({ name, ms }) => `${name} ${duration(ms)}`).join(" · ");
  return html`<p class="phases"><svg viewBox="0 0 ${BAR} 4" preserveAspectRatio="none" role="img" aria-label="${text}">${rects}</svg><small>${text}</small></p>`;
}
