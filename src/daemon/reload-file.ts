/**
 * One `mmm reload` of all groups: each group's part is a command of its own, so that what hinders one
 * hinders no other; and what became of them is one answer.
 */
import type { Asked, Command, CommandOutcome, FileCommand } from "../core/messages.ts";
import { asWritten } from "../core/reload/reload.ts";

type Known = Exclude<CommandOutcome, { readonly kind: "not-leader" }>;

/** The commands that a file amounts to, by the names of their groups. */
export function commandsOf({ proposals, dryRun }: FileCommand): ReadonlyMap<string, Command> {
  return new Map(
    Object.entries(proposals ?? {}).map(([group, proposal]) => [
      group,
      { kind: "reload", group, proposal, dryRun },
    ]),
  );
}

/** Files are to be read, and what they say is to be so. */
export function isReload(command: Asked): boolean {
  return (command.kind === "reload" || command.kind === "reload-file") && !command.dryRun;
}

export function isOfFile(command: Asked): command is FileCommand {
  return command.kind === "reload-file";
}

/** @param agreed the groups that are watched now */
export function togetherOf(
  outcomes: ReadonlyMap<string, CommandOutcome>,
  agreed: readonly string[],
): CommandOutcome {
  const lost = [...outcomes.values()].find((one) => one.kind === "not-leader");
  if (lost !== undefined) return lost;
  const known = [...outcomes] as readonly (readonly [string, Known])[];
  const told = known.flatMap(([group, outcome]) => lineOf(group, outcome));
  const left = agreed.filter((group) => !outcomes.has(group)).map(hintOnLeft);
  const same = known.filter(([group, outcome]) => isSame(group, outcome)).map(([group]) => group);
  return { kind: worstOf(known), message: [...told, ...left, ...sameText(same)].join("\n") };
}

function isSame(group: string, { kind, message }: Known): boolean {
  return kind === "ok" && message === asWritten(group);
}

function lineOf(group: string, outcome: Known): readonly string[] {
  if (isSame(group, outcome)) return [];
  const { kind, message } = outcome;
  return [kind === "ok" ? message : `group ${group}: ${kind}: ${message}`];
}

function hintOnLeft(group: string): string {
  return `group ${group} is in no file any more and stays; to drop it: mmm reload --drop-group ${group}`;
}

/** Hundreds of groups in which nothing changes are worth one line. */
function sameText(same: readonly string[]): readonly string[] {
  const [first] = same;
  if (first === undefined) return [];
  return [same.length === 1 ? asWritten(first) : `${same.length} groups are as their files say`];
}

/** `unknown` may have happened, `failed` was tried: each says more than the ones behind it. */
function worstOf(outcomes: readonly (readonly [string, Known])[]): Known["kind"] {
  const kinds = outcomes.map(([, { kind }]) => kind);
  return (["unknown", "failed", "refused"] as const).find((kind) => kinds.includes(kind)) ?? "ok";
}
