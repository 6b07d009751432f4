/** The top of the page: how things stand, what a person must know, and the monitors. */
import type { MonitorStatus, Status, Warning } from "../../../core/status-types.ts";
import { findings, isDegraded } from "../../../core/status-findings.ts";
import { ignoranceOf } from "../../../core/whereabouts.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Html, html } from "./html.ts";
import { duration, instant, pill, type Tone } from "./words.ts";

export function summary({ status }: Snapshot): Html {
  const { cluster, answered_by } = status;
  const reached = cluster.monitors.filter(({ reachable }) => reachable).length;
  return html`<section id="summary" class="summary">
<p class="verdict">${stand(status)}</p>
<dl class="facts">
<div><dt>Leader</dt><dd>${cluster.leader ?? "none"}</dd></div>
<div><dt>Term</dt><dd>${cluster.term}</dd></div>
<div><dt>Monitors</dt><dd>${reached} of ${cluster.monitors.length}<small> ${cluster.quorum} needed</small></dd></div>
<div><dt>Seen by</dt><dd>${answered_by.name}</dd></div>
<div><dt>At</dt><dd>${instant(status.at).slice(11)}<small> UTC</small></dd></div>
</dl>
</section>`;
}

function stand(status: Status): Html {
  const why = ignoranceOf(status);
  if (why !== null) return html`${pill("does not know", "bad")} ${why}`;
  const unwell = status.groups.filter(({ verdict }) => verdict !== "healthy").length;
  if (unwell > 0)
    return html`${pill("look here", "bad")} ${unwell} of ${status.groups.length} groups not healthy`;
  return isDegraded(status)
    ? html`${pill("degraded", "fair")} All groups are served; something is not as it should be`
    : html`${pill("all is well", "good")} Every group has its master, its address and its votes`;
}

const TONES: Readonly<Record<Warning["level"], Tone>> = {
  critical: "bad",
  warning: "fair",
  hint: "calm",
};

export function warnings({ status }: Snapshot): Html {
  const items = findings(status).map(
    ({ level, text }) => html`<li>${pill(level, TONES[level])} <span>${text}</span></li>`,
  );
  if (items.length === 0) return html`<section id="warnings" hidden></section>`;
  return html`<section id="warnings" class="card"><ul class="warnings">${items}</ul></section>`;
}

export function monitors({ status }: Snapshot): Html {
  const { cluster } = status;
  return html`<section id="monitors" class="card">
<h2>Monitors</h2>
<div class="wide"><table>
<thead><tr><th>Name</th><th>Role</th><th>Address</th><th>Heard</th><th>Version</th><th>Certificate</th></tr></thead>
<tbody>${cluster.monitors.map(monitorRow)}</tbody>
</table></div>
</section>`;
}

function monitorRow(monitor: MonitorStatus): Html {
  const { name, address, role, reachable, last_seen_ms, version, certificate, problem } = monitor;
  const heard =
    last_seen_ms === null
      ? "never"
      : last_seen_ms < 1_000
        ? "now"
        : `${duration(last_seen_ms)} ago`;
  const days = certificate === null ? "none" : `${certificate.days_left} days left`;
  return html`<tr><th scope="row">${name}</th>
<td>${role === "leader" ? pill("leader", "good") : role}</td>
<td class="mono">${address}</td>
<td>${reachable ? heard : pill(heard, "bad")}${problem === null ? null : html`<br><small>${problem}</small>`}</td>
<td>${version ?? "?"}</td><td>${days}</td></tr>`;
}
