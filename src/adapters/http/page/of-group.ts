/** One group: who serves, who follows and how closely, and the votes of every monitor on every node. */
import type {
  GroupStatus,
  NodeStatus,
  OperationStatus,
  Status,
  VipStatus,
  VoteStatus,
} from "../../../core/status-types.ts";
import { type Html, html } from "./html.ts";
import { bytes, duration, pill, type Tone } from "./words.ts";

export function groupCard(group: GroupStatus, status: Status): Html {
  const { name, verdict, verdict_text, mode, pause, lease_backend, operation } = group;
  return html`<section id="group-${name}" class="card group">
<header><h2>${name}</h2>${pill(verdict, verdictTone(verdict))}
${mode === "active" ? null : pill(`mode ${mode}`, "fair")}
${pause === null ? null : pill(`paused by ${pause.by}`, "fair")}
${lease_backend === "off" ? pill("not fenced", "fair") : null}</header>
${verdict === "healthy" ? null : html`<p>${verdict_text}</p>`}
${operation === null ? null : operationLine(operation)}
${topology(group)}
${nodeTable(group, status)}
</section>`;
}

export function verdictTone(verdict: string): Tone {
  if (verdict === "healthy") return "good";
  return verdict === "suspect" || verdict === "undecided" ? "fair" : "bad";
}

function operationLine({ kind, from, to, phase, phase_ms, reason, by }: OperationStatus): Html {
  return html`<p class="operation">${pill(kind, "fair")} ${from} → ${to ?? "?"}:
<b>${phase}</b> for ${duration(phase_ms)}, by ${by}: ${reason}</p>`;
}

// ——— who serves, who follows ———

function topology(group: GroupStatus): Html {
  const master = group.nodes.find(({ name }) => name === group.master);
  const others = group.nodes.filter((node) => node !== master);
  return html`<div class="flow">
${group.writer === null ? null : html`${vipBox(group.writer, "writer")}<span class="arrow" aria-hidden="true"></span>`}
<div class="stack">${master === undefined ? html`<div class="node empty">no master</div>` : nodeBox(master, group)}</div>
${others.length === 0 ? null : html`<span class="arrow" aria-hidden="true"></span>`}
<div class="stack">${others.map((node) => nodeBox(node, group))}</div>
</div>`;
}

function vipBox({ ip, holder, lease_ms }: VipStatus, role: string): Html {
  const lease = lease_ms === null ? null : html`<small>lease ${duration(lease_ms)}</small>`;
  return html`<div class="vip"><small>${role} address</small><b class="mono">${ip}</b>
${holder === null ? pill("not seen anywhere", "bad") : html`<span>on <b>${holder}</b></span>`} ${lease}</div>`;
}

function nodeBox(node: NodeStatus, group: GroupStatus): Html {
  const isMaster = node.name === group.master;
  const served = group.readers.filter(({ holder }) => holder === node.name);
  return html`<div class="node ${isMaster ? "master" : "replica"} ${node.state === "ONLINE" ? "" : "off"}">
<span class="name">${node.name}</span>
<small>${isMaster ? "master" : "replica"}</small>
<span class="mono">${node.address}</span>
${node.state === "ONLINE" ? null : pill(node.state, "bad")}
${isMaster ? null : html`<small class="lag">${lagText(node)}</small>`}
${served.map(({ ip }) => html`<small class="reader">reader <span class="mono">${ip}</span></small>`)}
</div>`;
}

function lagText({ lag_bytes, link }: NodeStatus): string {
  if (link === "down") return "link down";
  if (lag_bytes === null) return "lag not known";
  return lag_bytes === 0 ? "in step" : `${bytes(lag_bytes)} behind`;
}

// ——— the votes ———

function nodeTable({ nodes, readers, master }: GroupStatus, { cluster }: Status): Html {
  const names = cluster.monitors.map(({ name }) => name);
  const heads = names.map((name) => html`<th>${name}</th>`);
  const lost = readers.filter(({ holder }) => holder === null);
  return html`<div class="wide"><table class="votes">
<thead><tr><th>Node</th><th>State</th><th>Lag</th>${heads}<th>May become master</th></tr></thead>
<tbody>${nodes.map((node) => nodeRow(node, names, node.name === master))}</tbody>
</table></div>
${lost.map(({ ip }) => html`<p>${pill("not served", "fair")} reader address <span class="mono">${ip}</span></p>`)}`;
}

function nodeRow(node: NodeStatus, monitors: readonly string[], isMaster: boolean): Html {
  const votes = monitors.map((name) => voteCell(node.votes[name]));
  const { ok, why } = node.promotable;
  return html`<tr><th scope="row">${node.name}</th><td>${node.state}</td>
<td>${isMaster ? "–" : lagText(node)}</td>${votes}
<td>${isMaster ? "is the master" : ok ? "yes" : (why ?? "no")}</td></tr>`;
}

const VOTE_TONES: Readonly<Record<VoteStatus["vote"], Tone>> = {
  up: "good",
  degraded: "fair",
  refused: "bad",
  silent: "bad",
  abstain: "fair",
  unknown: "calm",
};

function voteCell(vote: VoteStatus | undefined): Html {
  if (vote === undefined) return html`<td class="vote calm">?</td>`;
  const reason = vote.reason === null ? null : html`<small> ${vote.reason}</small>`;
  return html`<td class="vote ${VOTE_TONES[vote.vote]}">${vote.vote}${reason}</td>`;
}
