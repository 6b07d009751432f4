/** `mmm doctor [NODE]`: what every monitor finds from its own side, or what this host finds alone. */
import { loadConfig } from "../../adapters/config/load.ts";
import type { Config } from "../../adapters/config/types.ts";
import { FILE_KINDS, fileFor } from "../../adapters/doctor/files.ts";
import { type Finding, type Scope, Subject } from "../../adapters/doctor/finding.ts";
import { EXIT, type ExitCode, explain, MmmError } from "../../errors.ts";
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
    const config = isForHere(error, context) ? context.config() : null;
    if (config === null) throw error;
    const lines = linesOf(error);
    context.terminal.note([...lines.slice(0, -1), "So this host looks by itself."]);
    return await lookHere(config, scope, [noMonitor(lines, isUnanswered(error))]);
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

/** Nobody answers, or nobody can be asked with the certificates of the file: it will say more of them. */
function isForHere(error: unknown, { options }: Context): boolean {
  if (isUnanswered(error)) return true;
  const { ca, cert, key } = options;
  const isNamed = [ca, cert, key].some((file) => file !== undefined);
  const isTls =
    error instanceof MmmError
      ? error.code === "TLS_FILES"
      : error instanceof Failure && error.exitCode === EXIT.config;
  return isTls && !isNamed;
}

/** The last one says what to try. */
function linesOf(error: unknown): readonly string[] {
  if (error instanceof Failure) return error.lines;
  return error instanceof MmmError ? explain(error).split("\n") : [];
}

/** Whom only the certificates here keep from being asked may well be at work. */
function noMonitor([first = "no monitor answers"]: readonly string[], isSilent: boolean): Finding {
  return new Subject("cluster").warning(
    "no-monitor",
    first.replace(/^error: /, ""),
    isSilent
      ? "nothing is failed over, and no lease is renewed"
      : "no monitor could be asked: what it sees, and whether it runs well, is not known",
    isSilent
      ? "systemctl start mmm-mon, on each monitor's host"
      : "correct tls_ca, tls_cert and tls_key (docs/certificates.md)",
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
