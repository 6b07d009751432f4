/**
 * The page for people. What changes is rendered here alone, on the server: the first view, the view
 * without JavaScript, and what the stream of events brings are the same text.
 */
import type { Snapshot } from "../snapshot.ts";
import { type Html, html } from "./html.ts";
import { monitors, summary, warnings } from "./of-cluster.ts";
import { groupCard } from "./of-group.ts";
import { timeline } from "./of-history.ts";
import { groupTable } from "./of-many.ts";

/** More are shown as a table, one line each. */
const MOST_CARDS = 6;

export function page(snapshot: Snapshot, group: string | null): string {
  const cluster = snapshot.status.cluster.id ?? "not founded";
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>redis-mmm ${cluster}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header class="top"><h1><a href="/">redis-mmm</a> <span class="mono">${cluster}</span></h1><span id="live" class="live" role="status">reloads by itself</span></header>
<main>${sections(snapshot, group)}</main>
<footer>Nothing can be changed here. <a href="/metrics">metrics</a> · <a href="/api/status">status</a> · <a href="/api/history">history</a></footer>
</body>
</html>
`.text;
}

/** What is inside of `main`: sections, each with an id of its own. */
export function sections(snapshot: Snapshot, group: string | null): Html {
  return html`${summary(snapshot)}
${warnings(snapshot)}
${groups(snapshot, group)}
${timeline(snapshot, group)}
${monitors(snapshot)}`;
}

function groups({ status }: Snapshot, name: string | null): Html {
  const { groups: all } = status;
  const chosen = all.filter((group) => name === null || group.name === name);
  if (chosen.length === 0)
    return html`<section id="none" class="card"><p>${name === null ? "There is no group yet." : `There is no group ${name}.`}</p></section>`;
  if (chosen.length > MOST_CARDS) return groupTable(chosen);
  return html`${chosen.map((group) => groupCard(group, status))}`;
}
