/** `mmm doctor [NODE]`: what every monitor finds from its own side, or what this host finds alone. */
import { loadConfig } from "../../adapters/config/load.ts";
import type { Config } from "../../adapters/config/types.ts";
import { FILE_KINDS, fileFor } from "../../adapters/doctor/files.ts";
import { type Finding, type Scope, Subject } from "../../adapters/doctor/finding.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { type Collected, collect, collectHere, isSound } from "../doctor/collect.ts";
import { renderDoctor } from "../doctor/render.ts";
import { Failure, usageFailure } from "../failure.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, operands, terminal } = context;
  const [node = ""] = operands;
  if (options.print !== undefined) {
    terminal.print(fileNamed(options.print, node, context));
    return EXIT.ok;
  }
  const collected = await examine(context, { group: options.group ?? "", node });
  terminal.print(
    options.output === "json" ? toJson(collected) : renderDoctor(collected, terminal.paint),
  );
  return isSound(collected) ? EXIT.ok : EXIT.degraded;
}

function fileNamed(wanted: string, node: string, context: Context): readonly string[] {
  const kind = FILE_KINDS.find((one) => one === wanted);
  if (kind === undefined)
    throw usageFailure(`--print knows ${FILE_KINDS.join(", ")}, not "${wanted}"`, "doctor");
  const config = neededConfig(context);
  refuseUnknown(config.groups, { group: "", node });
  return fileFor(kind, config, node);
}

async function examine(context: Context, scope: Scope): Promise<Collected> {
  if (context.options.here === true) return await lookHere(neededConfig(context), scope, []);
  try {
    const answer = await context.cluster().doctor(scope);
    refuseUnknown(answer.status.groups, scope);
    return collect(answer);
  } catch (error) {
    const config = isUnanswered(error) ? context.config() : null;
    if (config === null || !(error instanceof Failure)) throw error;
    context.terminal.note([...error.lines.slice(0, -1), "So this host looks by itself."]);
    return await lookHere(config, scope, [noMonitor(error)]);
  }
}

interface Known {
  readonly name: string;
  readonly nodes: readonly { readonly name: string }[];
}

/** Nothing is found of what there is not, which would look like health. @throws Failure */
function refuseUnknown(groups: readonly Known[], { group, node }: Scope): void {
  const meant = groups.filter(({ name }) => group === "" || name === group);
  const known = meant.flatMap(({ nodes }) => nodes.map(({ name }) => name));
  const names = groups.map(({ name }) => name).join(", ");
  if (meant.length === 0 && groups.length > 0)
    throw usageFailure(`there is no group "${group}"; there is ${names}`, "doctor");
  if (node !== "" && known.length > 0 && !known.includes(node))
    throw usageFailure(`there is no node "${node}"; there is ${known.join(", ")}`, "doctor");
}

function isUnanswered(error: unknown): boolean {
  return error instanceof Failure && error.exitCode === EXIT.unreachable;
}

function noMonitor(failure: Failure): Finding {
  return new Subject("cluster").warning(
    "no-monitor",
    failure.lines[0]?.replace(/^error: /, "") ?? "no monitor answers",
    "nothing is failed over, and no lease is renewed",
    "systemctl start mmm-mon, on each monitor's host",
  );
}

async function lookHere(
  config: Config,
  scope: Scope,
  before: readonly Finding[],
): Promise<Collected> {
  refuseUnknown(config.groups, scope);
  const { examineHere } = await import("../../adapters/doctor/here.ts");
  // Now the passwords are needed, too.
  const found = await examineHere(loadConfig(config.file), scope);
  return collectHere([...before, ...found]);
}

/** @throws Failure */
function neededConfig(context: Context): Config {
  const config = context.config();
  if (config !== null) return config;
  throw usageFailure("this needs a configuration file: add --config FILE", "doctor");
}
