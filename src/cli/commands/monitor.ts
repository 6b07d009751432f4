/** `mmm monitor add|remove|replace`: who the monitors are, changed one at a time. */
import { parseHostPort, parsePeer } from "../../adapters/peer/address.ts";
import { suggest } from "../../adapters/config/suggest.ts";
import type { MonitorCommand } from "../../core/messages.ts";
import type { Status } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { confirm } from "../confirm.ts";
import { Failure, usageFailure } from "../failure.ts";
import { operate } from "../operate.ts";

const ACTIONS: readonly string[] = ["add", "remove", "replace"];

export async function run(context: Context): Promise<ExitCode> {
  const [action = "", text = ""] = context.operands;
  const command = commandOf(action, text);
  const { status } = await context.cluster().status();
  if (status.cluster.id === null) {
    throw new Failure(EXIT.noQuorum, [
      "error: the monitors have not founded a cluster yet",
      "try: mmm status --cluster",
    ]);
  }
  const plan = planOf(status, command);
  if (plan !== null) await confirm(context, plan, "Is that right?");
  return await operate(context, command);
}

function commandOf(action: string, text: string): MonitorCommand {
  const [name = "", ...rest] = text.split("=");
  const address = rest.length === 0 ? null : rest.join("=");
  if (!isMonitor(name, address))
    throw usageFailure(`"${text}" is neither NAME nor NAME=HOST:PORT`, "monitor");
  switch (action) {
    case "add":
      if (address === null)
        throw usageFailure(`say where ${name} is: mmm monitor add ${name}=HOST:PORT`, "monitor");
      return { kind: "monitor-add", name, address };
    case "remove":
      if (address !== null)
        throw usageFailure(`remove takes a name alone: mmm monitor remove ${name}`, "monitor");
      return { kind: "monitor-remove", name };
    case "replace":
      return { kind: "monitor-replace", name, address };
    default:
      throw unknownAction(action);
  }
}

function isMonitor(name: string, address: string | null): boolean {
  if (address !== null && parseHostPort(address) === null) return false;
  // A name is checked as it would be on the command line of mmm-mon.
  return parsePeer(`${name}=localhost:1`) !== null;
}

function unknownAction(action: string): Failure {
  const near = suggest(action, ACTIONS);
  const advice = near === null ? `write ${ACTIONS.join(", ")}` : `did you mean ${near}?`;
  return usageFailure(`monitor does not know "${action}"; ${advice}`, "monitor");
}

/** What a person should have read; null: it takes nothing away. */
function planOf({ cluster }: Status, { kind, name }: MonitorCommand): readonly string[] | null {
  if (kind !== "monitor-remove") return null;
  const left = cluster.monitors.length - 1;
  return [
    `${name} is removed: it watches and votes no more.`,
    `Of the ${left} that are left, ${Math.floor(left / 2) + 1} are a majority.`,
  ];
}
