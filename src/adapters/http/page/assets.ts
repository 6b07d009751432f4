/** What the page loads: a style that follows the reader's light or dark, an icon, and a script of a few lines. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f5f5f1; --card: #ffffff; --ink: #23272d; --quiet: #676d76; --line: #e3e3dc;
  --good: #24734a; --fair: #8a5a00; --bad: #ad2a21; --accent: #2c5f9e;
  --good-ground: #e4f2e9; --fair-ground: #fbf0d9; --bad-ground: #fbe5e2; --calm-ground: #ededea;
  --shade: rgb(35 39 45 / 0.28);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1c1f24; --ink: #e2e4e8; --quiet: #9299a4; --line: #2b2f36;
    --good: #7fcf9e; --fair: #e3b565; --bad: #f2958b; --accent: #8db8ee;
    --good-ground: #1c3327; --fair-ground: #3a2f18; --bad-ground: #442421; --calm-ground: #272b31;
    --shade: rgb(141 184 238 / 0.38);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem; max-width: 68rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
small, .quiet, footer, time { color: var(--quiet); font-size: 0.85em; }
.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
h1 { font-size: 1.05rem; font-weight: 600; margin: 0; }
h1 .mono { color: var(--quiet); font-weight: 400; margin-left: 0.4rem; }
h2 { font-size: 1.05rem; font-weight: 600; margin: 0; }
p { margin: 0.3rem 0; }
.top { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 1.1rem; }
.live { color: var(--quiet); font-size: 0.85em; white-space: nowrap; }
.live::before { content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--line); margin-right: 0.45rem; }
.live.on::before { background: var(--good); }
.live.off::before { background: var(--bad); }
main { display: grid; gap: 1rem; }
main > * { min-width: 0; }
.card, .summary { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.15rem; }
.verdict { font-size: 1.1rem; margin: 0 0 0.8rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.6rem 2.2rem; margin: 0; }
.facts dt { color: var(--quiet); font-size: 0.8rem; }
.facts dd { margin: 0; font-size: 1.05rem; font-weight: 600; }
.facts small { font-weight: 400; }
.pill { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 999px; font-size: 0.82em; font-weight: 600; white-space: nowrap; }
.pill.good { color: var(--good); background: var(--good-ground); }
.pill.fair { color: var(--fair); background: var(--fair-ground); }
.pill.bad { color: var(--bad); background: var(--bad-ground); }
.pill.calm { color: var(--quiet); background: var(--calm-ground); }
.warnings { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.55rem; }
.warnings li { display: grid; grid-template-columns: 5.2rem 1fr; gap: 0.6rem; align-items: start; }
.warnings span { overflow-wrap: anywhere; }
.warnings .pill { justify-self: start; }
.group > header { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
.operation { background: var(--fair-ground); border-radius: 8px; padding: 0.45rem 0.7rem; }
.flow { display: flex; align-items: center; gap: 0.9rem; margin: 1rem 0; }
.stack { display: grid; gap: 0.6rem; flex: 1 1 0; min-width: 0; }
.vip, .node { border: 1px solid var(--line); border-radius: 10px; padding: 0.6rem 0.8rem; display: flex; flex-wrap: wrap; gap: 0.05rem 0.6rem; align-items: baseline; }
.vip { flex: 1 1 0; flex-direction: column; border-style: dashed; }
.vip b.mono { font-size: 1.05rem; }
.vip span b { color: var(--good); }
.node .name { font-weight: 600; }
.node .mono { color: var(--quiet); margin-left: auto; }
.node.master { border-color: var(--good); box-shadow: inset 3px 0 0 var(--good); flex-direction: column; }
.node.master .mono { margin-left: 0; }
.node.off { border-color: var(--bad); box-shadow: inset 3px 0 0 var(--bad); }
.node .lag, .node .reader { flex-basis: 100%; }
.node .reader .mono { margin: 0; }
.node.empty { color: var(--bad); }
.arrow { flex: 0 0 1.6rem; height: 1px; background: var(--quiet); position: relative; opacity: 0.6; }
.arrow::after { content: ""; position: absolute; right: 0; top: -3px; width: 6px; height: 6px; border: solid var(--quiet); border-width: 1px 1px 0 0; transform: rotate(45deg); }
/* Where more lies beside what is seen there is a shade, which the end of the table, moving along, covers. */
.wide {
  overflow-x: auto; margin: 0.6rem -0.2rem 0; padding: 0 0.2rem;
  background:
    linear-gradient(to right, var(--card) 40%, transparent) left -2px top / 2.4rem 100% no-repeat local,
    linear-gradient(to left, var(--card) 40%, transparent) right -2px top / 2.4rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / 0.8rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / 0.8rem 100% no-repeat scroll;
}
table { border-collapse: collapse; width: 100%; font-size: 0.92em; }
th, td { text-align: left; padding: 0.4rem 0.7rem 0.4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--quiet); font-weight: 400; font-size: 0.85em; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
.vote { font-weight: 600; white-space: nowrap; }
.vote::before { content: ""; display: inline-block; width: 0.55rem; height: 0.55rem; border-radius: 3px; margin-right: 0.4rem; background: var(--line); }
.vote.good::before { background: var(--good); }
.vote.fair::before { background: var(--fair); }
.vote.bad::before { background: var(--bad); }
.vote.good { color: var(--good); }
.vote.fair { color: var(--fair); }
.vote.bad { color: var(--bad); }
.vote.calm { color: var(--quiet); }
.vote small { font-weight: 400; white-space: normal; }
.timeline { list-style: none; margin: 0.6rem 0 0; padding: 0; }
.timeline li { position: relative; padding: 0 0 0.9rem 1.3rem; border-left: 1px solid var(--line); margin-left: 0.3rem; }
.timeline li:last-child { padding-bottom: 0; }
.timeline li::before { content: ""; position: absolute; left: -0.32rem; top: 0.5rem; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--quiet); }
.timeline li.good::before { background: var(--good); }
.timeline li.fair::before { background: var(--fair); }
.timeline li.bad::before { background: var(--bad); }
.timeline p { margin: 0; overflow-wrap: anywhere; }
.timeline time { float: right; margin-left: 0.6rem; }
.phases { display: flex; align-items: center; gap: 0.7rem; flex-wrap: wrap; }
.phases svg { width: 12.5rem; height: 4px; max-width: 100%; }
.phase0 { fill: var(--accent); }
.phase1 { fill: var(--accent); opacity: 0.6; }
.phase2 { fill: var(--accent); opacity: 0.35; }
footer { margin-top: 1.2rem; text-align: center; }
@media (max-width: 42rem) {
  body { padding: 0.8rem; }
  .flow { flex-direction: column; align-items: stretch; gap: 0.5rem; }
  .arrow { flex: none; height: 1rem; width: 1px; margin-left: 1.4rem; }
  .arrow::after { right: -3px; top: auto; bottom: 0; transform: rotate(135deg); }
  .facts { gap: 0.6rem 1.4rem; }
  .warnings li { grid-template-columns: 1fr; gap: 0.2rem; }
}
`;

/** Replaces the sections that differ, and only these: what a reader looks at stays as it is. */
export const SCRIPT = `
const main = document.querySelector("main");
const live = document.getElementById("live");
const tell = (state, text) => { live.className = "live " + state; live.textContent = text; };
const show = (text) => {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const parts = [...fresh.content.children];
  const ids = new Set(parts.map(({ id }) => id));
  for (const old of [...main.children]) if (!ids.has(old.id)) old.remove();
  parts.forEach((part, at) => {
    const old = document.getElementById(part.id);
    if (old === null) main.insertBefore(part, main.children[at] ?? null);
    else if (old.outerHTML !== part.outerHTML) old.replaceWith(part);
  });
};
const source = new EventSource("/events" + location.search);
source.onopen = () => tell("on", "live");
source.onerror = () => tell("off", "no answer, trying again");
source.onmessage = ({ data }) => show(JSON.parse(data));
`;

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="9" r="6" fill="#24734a"/><circle cx="7" cy="24" r="5" fill="#7fa3c7"/><circle cx="25" cy="24" r="5" fill="#7fa3c7"/><path d="M13 14 9 20M19 14l4 6" stroke="#8a8f98" stroke-width="2"/></svg>`;
