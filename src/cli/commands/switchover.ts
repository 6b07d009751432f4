/** `mmm switchover [--to NODE]`: a planned change of master, which loses nothing. */
import type { GroupStatus } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { agreed } from "../confirm.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { ask, operate, tellOutcome } from "../operate.ts";
import { instantOf, waitUntil } from "../waiting.ts";

export async function run(context: Context): Promise<ExitCode> {
  return await switchOver(context, context.options.to ?? null);
}

export async function switchOver(context: Context, to: string | null): Promise<ExitCode> {
  const { options, terminal } = context;
  const at = options.at === undefined ? null : instantOf(options.at, new Date());
  const { status } = await context.cluster().status();
  const group =
    to === null ? groupOf(status, options.group) : nodeOf(status, to, options.group).group;
  if (to !== null && to === group.master) {
    terminal.print([`OK: ${to} is already the master of ${group.name}`]);
    return EXIT.ok;
  }
  if (options["dry-run"] === true) return (await plan(context, group, to)).code;
  const settled = await settle(context, group, to);
  if (settled.code !== EXIT.ok) return settled.code;
  const code = await atLast(context, group, { to: settled.to, at });
  return (
    code ?? (await operate(context, { kind: "switchover", group: group.name, to: settled.to }))
  );
}

interface Settled {
  readonly code: ExitCode;
  /** Of somebody who agreed to a plan: the one that it names, and no other that is best by then. */
  readonly to: string | null;
}

/** Whoever has to agree, or to wait, sees the steps first. */
async function settle(context: Context, group: GroupStatus, to: string | null): Promise<Settled> {
  const { terminal, options } = context;
  const isAsked = terminal.interactive && options.yes !== true;
  if (!isAsked && options.at === undefined) return { code: EXIT.ok, to };
  const planned = await plan(context, group, to);
  if (planned.code !== EXIT.ok || !isAsked) return { code: planned.code, to };
  const between = betweenIn(planned.lines) ?? { from: group.master, to };
  await agreed(context, questionOf(group, between));
  return { code: EXIT.ok, to: between.to };
}

interface Between {
  readonly from: string | null;
  readonly to: string | null;
}

/** Its first line names both. null: an older or newer monitor has other words. */
function betweenIn([head = ""]: readonly string[]): Between | null {
  const [, from, to] = /^switchover of \S+ from (\S+) to (\S+)/.exec(head) ?? [];
  return from === undefined || to === undefined ? null : { from, to };
}

/** What was so when somebody agreed may not be so any more. null: it still is. */
async function atLast(
  context: Context,
  group: GroupStatus,
  { to, at }: { readonly to: string | null; readonly at: Date | null },
): Promise<ExitCode | null> {
  if (at === null) return null;
  await waitUntil(at, context);
  const { code } = await plan(context, group, to);
  return code === EXIT.ok ? null : code;
}

function questionOf({ name }: GroupStatus, { from, to }: Between): string {
  return `Switch ${name} over from ${from ?? "its master"} to ${to ?? "the best replica"}?`;
}

interface Planned {
  readonly code: ExitCode;
  readonly lines: readonly string[];
}

/** As the leader sees it now, in its own words. Data with --dry-run, else something beside it. */
async function plan(
  context: Context,
  { name: group }: GroupStatus,
  to: string | null,
): Promise<Planned> {
  const { options, terminal } = context;
  const outcome = await ask(context, { kind: "plan-switchover", group, to });
  if (outcome.kind !== "ok")
    return { code: tellOutcome(context, outcome, "plan-switchover"), lines: [] };
  const lines = outcome.message.split("\n");
  if (options["dry-run"] !== true) terminal.note(lines);
  else terminal.print(options.output === "json" ? toJson({ result: "ok", plan: lines }) : lines);
  return { code: EXIT.ok, lines };
}
