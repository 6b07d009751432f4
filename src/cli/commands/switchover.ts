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
  if (options["dry-run"] === true) return await plan(context, group, to);
  const code = (await settle(context, group, to)) ?? (await atLast(context, group, { to, at }));
  return code ?? (await operate(context, { kind: "switchover", group: group.name, to }));
}

/** Whoever has to agree, or to wait, sees the steps first. null: it is agreed on. */
async function settle(
  context: Context,
  group: GroupStatus,
  to: string | null,
): Promise<ExitCode | null> {
  const { terminal, options } = context;
  const isAsked = terminal.interactive && options.yes !== true;
  if (!isAsked && options.at === undefined) return null;
  const code = await plan(context, group, to);
  if (code !== EXIT.ok) return code;
  if (isAsked) await agreed(context, questionOf(group, to));
  return null;
}

/** What was so when somebody agreed may not be so any more. null: it still is. */
async function atLast(
  context: Context,
  group: GroupStatus,
  { to, at }: { readonly to: string | null; readonly at: Date | null },
): Promise<ExitCode | null> {
  if (at === null) return null;
  await waitUntil(at, context);
  const code = await plan(context, group, to);
  return code === EXIT.ok ? null : code;
}

function questionOf({ name, master }: GroupStatus, to: string | null): string {
  return `Switch ${name} over from ${master ?? "its master"} to ${to ?? "the best replica"}?`;
}

/** As the leader sees it now, in its own words. Data with --dry-run, else something beside it. */
async function plan(
  context: Context,
  { name: group }: GroupStatus,
  to: string | null,
): Promise<ExitCode> {
  const { options, terminal } = context;
  const outcome = await ask(context, { kind: "plan-switchover", group, to });
  if (outcome.kind !== "ok") return tellOutcome(context, outcome);
  const lines = outcome.message.split("\n");
  if (options["dry-run"] !== true) terminal.note(lines);
  else terminal.print(options.output === "json" ? toJson({ result: "ok", plan: lines }) : lines);
  return EXIT.ok;
}
