/** Runs a command on the cluster: progress as it comes, then how it ended. */
import type { Asked, CommandOutcome } from "../core/messages.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { type Context, toJson } from "./command.ts";

const EXIT_OF: Readonly<Record<CommandOutcome["kind"], ExitCode>> = {
  ok: EXIT.ok,
  refused: EXIT.refused,
  failed: EXIT.failed,
  unknown: EXIT.failed,
  "not-leader": EXIT.noQuorum,
};

/** What concerns the command; other things go on meanwhile, which --verbose tells, too. */
const TOLD = /^(operation|vip|repair|alarm)\b/;

export async function operate(context: Context, command: Asked): Promise<ExitCode> {
  return tellOutcome(context, await ask(context, command), command.kind);
}

export async function ask(context: Context, command: Asked): Promise<CommandOutcome> {
  const { terminal, options, by, requestId } = context;
  const request = { requestId: requestId(), by, forwarded: false, command };
  return await context.cluster().operate(request, ({ event, text }) => {
    if (options.verbose === true || TOLD.test(event)) terminal.note([text]);
  });
}

export function tellOutcome(
  { terminal, options }: Context,
  outcome: CommandOutcome,
  asked: Asked["kind"],
): ExitCode {
  const message = messageOf(outcome);
  if (options.output === "json") terminal.print(toJson({ result: outcome.kind, message }));
  else if (outcome.kind === "ok") terminal.print([`OK: ${message}`]);
  else terminal.note([`${LABELS[outcome.kind]}: ${message}`, ...adviceFor(outcome, asked)]);
  return EXIT_OF[outcome.kind];
}

const LABELS = {
  refused: "REFUSED",
  failed: "FAILED",
  unknown: "UNKNOWN",
  "not-leader": "NO LEADER",
} as const;

function messageOf(outcome: CommandOutcome): string {
  if (outcome.kind !== "not-leader") return outcome.message;
  return outcome.leader === null
    ? "no monitor leads at the moment; nothing was done"
    : `the leader, ${outcome.leader}, cannot be reached; nothing was done`;
}

/** What `mmm explain` says of failovers is no answer to whoever changes the monitors. */
const OF_MONITORS = /^monitor-/;

function adviceFor({ kind }: CommandOutcome, asked: Asked["kind"]): readonly string[] {
  if (kind === "unknown")
    return ["it may have happened all the same", "try: mmm status   |   mmm history -n 1"];
  const isOfMonitors = kind === "not-leader" || OF_MONITORS.test(asked);
  return [isOfMonitors ? "try: mmm status --cluster" : "try: mmm explain"];
}
