/** Numbers and states as people read them, and the four tones in which they are shown. */
import { type Html, html } from "./html.ts";

export type Tone = "good" | "fair" | "bad" | "calm";

export function pill(text: string, tone: Tone): Html {
  return html`<span class="pill ${tone}">${text}</span>`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000
    ? `${Math.round(ms / 3_600_000)} h`
    : `${Math.round(ms / 86_400_000)} days`;
}

export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  if (count < 1_048_576) return `${(count / 1_024).toFixed(1)} KB`;
  return count < 1_073_741_824
    ? `${(count / 1_048_576).toFixed(1)} MB`
    : `${(count / 1_073_741_824).toFixed(1)} GB`;
}

/** `2026-11-22 14:58:02`, in UTC as in the logs. */
export function instant(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}

const NO_BREAK = "\u00a0";

export function ago(from: string, to: string): string {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from));
  return ms < 1_000 ? "just now" : `${duration(ms).replace(" ", NO_BREAK)} ago`;
}
