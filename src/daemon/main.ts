/**
 * `mmm-mon`: one monitor, until it is told to end. Whatever ends it is said once: on standard error
 * while it starts, in the log afterwards; and the exit code tells a service manager the kind.
 */
import { existsSync, readdirSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { ConfigErrors } from "../adapters/config/problems.ts";
import { forJournal, goesToJournal } from "../adapters/journald.ts";
import type { FileLog } from "../adapters/logger.ts";
import { EXIT, type ExitCode, explain, MmmError, messageOf } from "../errors.ts";
import { VERSION } from "../version.ts";
import { endProcess } from "./end.ts";
import { parseFlags, type RunFlags, USAGE } from "./flags.ts";
import { type ServiceManager, serviceManager } from "./service-manager.ts";
import { type Running, startUp } from "./startup.ts";

/** A shutdown that takes longer than this is cut short. */
const STOP_LIMIT_MS = 1_900;
const STDERR = 2;

/** @param args the command line without the program */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const flags = parseFlags(args);
    if (flags.kind === "run") await run(flags);
    else process.stdout.write(flags.kind === "help" ? USAGE : `${VERSION}\n`);
  } catch (error) {
    const { text, exitCode } = tellStart(error);
    const isJournal = goesToJournal(STDERR, process.env);
    process.stderr.write(`${isJournal ? forJournal("error", text) : text}\n`);
    process.exit(exitCode);
  }
}

async function run(flags: RunFlags): Promise<void> {
  preferThisProcess();
  openNoDebugger();
  const starting = startUp(flags, die);
  // Logs may be rotated while it starts: unheard, that signal would end it. It is answered afterwards.
  process.on("SIGHUP", () => void starting.then(readAnew, () => undefined));
  const running = await starting;
  const { log, pidFile } = running;
  const fault = (error: unknown) => {
    pidFile?.remove();
    die(error, log);
  };
  process.on("uncaughtException", fault);
  process.on("unhandledRejection", fault);
  const manager = serviceManager(process.env, (why) => {
    log.write("warn", "systemd.unheard", `systemd could not be told how this monitor is: ${why}`);
  });
  handleSignals(running, manager, fault);
  manager.ready();
}

/**
 * A monitor that waits for other work on its host looks dead to its peers. On Linux each thread has a priority of its
 * own, and this one waits for those that V8 made before, when they help it to collect garbage.
 */
function preferThisProcess(): void {
  try {
    for (const thread of threads()) setPriority(thread, constants.priority.PRIORITY_HIGH);
  } catch {
    // Not allowed to this user: the service manager may do it instead.
  }
}

/** As numbers of the kernel; 0 is this one. */
function threads(): readonly number[] {
  const folder = "/proc/self/task";
  return existsSync(folder) ? readdirSync(folder).map(Number) : [0];
}

/**
 * On this signal, which is a usual one for rotating logs, Node opens a debugger to every user of this host: to
 * whoever connects it gives the keys that this process holds. Not where somebody listens for it.
 */
function openNoDebugger(): void {
  process.on("SIGUSR1", () => undefined);
}

function readAnew({ daemon, own, log }: Running): void {
  log.reopen();
  daemon.renewCertificates();
  void own.readAnew();
}

function handleSignals(
  { daemon, pidFile }: Running,
  manager: ServiceManager,
  fault: (error: unknown) => void,
): void {
  const end = () => {
    pidFile?.remove();
    endProcess(EXIT.ok);
  };
  const stop = () => {
    setTimeout(end, STOP_LIMIT_MS).unref();
    manager.stopping();
    daemon.stop().then(end, fault);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/** The monitor cannot go on: its state could not be kept, or the program itself is at fault. */
function die(error: unknown, log: FileLog): never {
  const text = `ends, because it cannot go on: ${messageOf(error)}`;
  log.write("fatal", "monitor.fault", text, { err: error });
  process.exit(error instanceof MmmError ? error.exitCode : EXIT.fault);
}

function tellStart(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof MmmError) return { text: explain(error), exitCode: error.exitCode };
  if (error instanceof ConfigErrors) return { text: error.message, exitCode: EXIT.config };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `error: the program is at fault\n${text}`, exitCode: EXIT.fault };
}
