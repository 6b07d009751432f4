/**
 * `mmm`, from its arguments to its exit code. Everything outside (streams, environment, the way to
 * a monitor) comes in by `World`, so that tests run the same program.
 */
import { ConfigErrors } from "../adapters/config/problems.ts";
import { duration } from "../adapters/config/values.ts";
import { EXIT, type ExitCode, explain, messageOf, MmmError } from "../errors.ts";
import type { TlsFiles } from "../adapters/tls/identity.ts";
import { configToGoBy, type MonitorToAsk, monitorsToAsk } from "./addresses.ts";
import {
  type Arguments,
  checkOperands,
  checkOptions,
  commandIn,
  type Options,
  readArguments,
} from "./arguments.ts";
import { Cluster, type MonitorClient } from "./cluster.ts";
import type { CommandSpec } from "./command.ts";
import { optionsOf, specOf } from "./commands.ts";
import { helpOn, overview } from "./commands/help.ts";
import { Failure, usageFailure } from "./failure.ts";
import { pluginLine, unjudged } from "./render/plugin.ts";
import { tlsFilesFor, unreadFile } from "./security.ts";
import type { Terminal } from "./terminal.ts";

export interface World {
  readonly terminal: Terminal;
  /** Where here the pages and scripts are that a text for people names. */
  readonly inPlace: (text: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws MmmError, if the certificate is needed and cannot be used */
  readonly connect: (monitor: MonitorToAsk, tls: TlsFiles | null) => MonitorClient;
  readonly by: string;
  readonly requestId: () => string;
  readonly version: string;
}

/** What this one prints is checked for being unchanged. */
const TO_THE_LETTER = "state";
/** Whoever runs this one reads one line of standard output, and codes of their own. */
const PLUGIN = "check";
const OUTPUTS: readonly string[] = ["table", "json", "jsonl"];

/** Never rejects: whatever happens is printed and becomes an exit code. */
export async function main(argv: readonly string[], world: World): Promise<ExitCode> {
  try {
    return await dispatch(readArguments(argv, optionsOf), world);
  } catch (error) {
    const { lines, code } = report(
      error,
      argv.some((word) => word === "--verbose" || word === "-v"),
    );
    if (commandIn(argv) !== PLUGIN) {
      world.terminal.note(lines.map((line) => world.inPlace(line)));
      return code;
    }
    const verdict = unjudged(lines[0] ?? "");
    world.terminal.print([pluginLine(verdict)]);
    return verdict.state;
  }
}

async function dispatch(args: Arguments, world: World): Promise<ExitCode> {
  const { command, options } = args;
  const terminal = terminalFor(args, world);
  if (options.version === true) {
    terminal.print([`mmm ${world.version}`]);
    return EXIT.ok;
  }
  if (options.help === true) {
    terminal.print(command === null ? overview() : helpOn(command));
    return EXIT.ok;
  }
  if (command === null) {
    terminal.note(overview());
    return EXIT.usage;
  }
  return await runCommand(specOf(command), args, { ...world, terminal });
}

/** Programs, and files that are written through a pipe, get what was said word for word. */
function terminalFor({ command, options }: Arguments, { terminal, inPlace }: World): Terminal {
  const isForPeople = (options.output ?? "table") === "table" && command !== TO_THE_LETTER;
  const placed = (lines: readonly string[]) => lines.map((line) => inPlace(line));
  return {
    ...terminal,
    note: (lines) => terminal.note(placed(lines)),
    print: (lines) => terminal.print(isForPeople ? placed(lines) : lines),
    redraw: (lines) => terminal.redraw(isForPeople ? placed(lines) : lines),
  };
}

async function runCommand(spec: CommandSpec, args: Arguments, world: World): Promise<ExitCode> {
  const { operands, options } = args;
  checkOptions(options, spec.options, spec.name);
  checkOperands(operands, spec.operands, spec.name);
  if (!OUTPUTS.includes(options.output ?? "table")) {
    throw usageFailure(`-o knows table and json, not "${options.output ?? ""}"`, spec.name);
  }
  const { terminal, by, requestId, env } = world;
  const cluster = once(() => clusterOf(options, world));
  const config = () => configToGoBy(options, env);
  const { run } = await spec.load();
  return await run({ operands, options, terminal, cluster, config, by, requestId });
}

function clusterOf(options: Options, { env, connect }: World): Cluster {
  const timeout = duration("10ms", "10m")(options.timeout ?? "1s");
  if (timeout.kind === "problem") throw usageFailure(`--timeout: ${timeout.text}`, null);
  const tls = tlsFilesFor(options, env);
  return new Cluster({
    monitors: monitorsToAsk(options, env),
    connect: (monitor) => connect(monitor, tls),
    unread: () => unreadFile(options, env),
    timeoutMs: timeout.value,
  });
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function report(
  error: unknown,
  isVerbose: boolean,
): { readonly lines: readonly string[]; readonly code: ExitCode } {
  if (error instanceof Failure) return { lines: error.lines, code: error.exitCode };
  if (error instanceof MmmError) return { lines: [explain(error)], code: error.exitCode };
  if (error instanceof ConfigErrors) {
    const count = error.problems.length;
    const sum = `error: the configuration has ${count === 1 ? "a problem" : `${count} problems`}`;
    return { lines: [...error.message.split("\n"), sum], code: EXIT.config };
  }
  return { lines: unexpected(error, isVerbose), code: EXIT.unexpected };
}

/** Where in the program it happened helps whoever mends it, and nobody else. */
function unexpected(error: unknown, isVerbose: boolean): readonly string[] {
  const where = error instanceof Error && isVerbose ? (error.stack ?? "").split("\n").slice(1) : [];
  return [
    `error: a fault of mmm itself: ${messageOf(error)}`,
    ...where,
    isVerbose
      ? "try: report it with these lines, and with what mmm --version says"
      : "try: the same with --verbose, which says where; and report it",
  ];
}
