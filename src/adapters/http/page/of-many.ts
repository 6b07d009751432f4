/** Many groups as one table, those that need somebody first. */
import type { GroupStatus } from "../../../core/status-types.ts";
import { type Html, html } from "./html.ts";
import { verdictTone } from "./of-group.ts";
import { pill } from "./words.ts";

export function groupTable(groups: readonly GroupStatus[]): Html {
  const sorted = groups.toSorted((a, b) => urgency(b) - urgency(a) || (a.name < b.name ? -1 : 1));
  return html`<section id="groups" class="card"><h2>${groups.length} groups</h2>
<div class="wide"><table>
<thead><tr><th>Group</th><th>Verdict</th><th>Master</th><th>Address</th><th>Served by</th><th>Successors</th></tr></thead>
<tbody>${sorted.map(row)}</tbody></table></div></section>`;
}

function urgency({ verdict, operation, alarms }: GroupStatus): number {
  return (
    (verdict === "healthy" ? 0 : 4) + (alarms.length > 0 ? 2 : 0) + (operation === null ? 0 : 1)
  );
}

function row({ name, verdict, master, writer, nodes, operation }: GroupStatus): Html {
  const successors = nodes.filter(({ promotable }) => promotable.ok).length;
  const what = operation === null ? null : pill(`${operation.kind}: ${operation.phase}`, "fair");
  return html`<tr><th scope="row"><a href="/?group=${encodeURIComponent(name)}">${name}</a></th>
<td>${pill(verdict, verdictTone(verdict))} ${what}</td><td>${master ?? "none"}</td>
<td class="mono">${writer?.ip ?? "none"}</td><td>${writer === null ? "–" : (writer.holder ?? pill("nobody", "bad"))}</td>
<td>${successors === 0 ? pill("none", "fair") : successors}</td></tr>`;
}
