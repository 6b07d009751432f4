/**
 * The log: one JSON line per event, written at once, so that nothing is lost in a crash.
 *
 * Hard here is that a log which cannot be written must not end or delay the monitor: errors of the
 * destination are counted and told when it works again, and a reader that is too slow loses lines.
 */
import { closeSync, openSync } from "node:fs";
import { type DestinationStream, type Logger, pino } from "pino";
import type { ConsensusEvent } from "../core/consensus/types.ts";
import type { Event } from "../core/events.ts";
import type { MonitorName } from "../core/ids.ts";
import { MmmError, messageOf } from "../errors.ts";
import type { Log, LogLevel } from "../ports.ts";
import { forJournal, goesToJournal } from "./journald.ts";
import { eventName, lineOf } from "./log-lines.ts";

export interface LogOptions {
  readonly monitor: MonitorName;
  /** null: standard output. */
  readonly file: string | null;
  readonly verbose: boolean;
}

const STDOUT = 1;
const SECRETS = ["password", "passphrase", "redisPassword", "privateKey"];
const REDACT = [...SECRETS, ...SECRETS.map((key) => `*.${key}`)];

export class FileLog implements Log {
  readonly #destination: ReturnType<typeof openDestination>;
  readonly #file: string | null;
  readonly #logger: Logger;
  #lost = 0;

  /** @throws MmmError LOG_IO */
  constructor({ monitor, file, verbose }: LogOptions) {
    this.#destination = openDestination(file);
    this.#file = file;
    this.#destination.on("error", () => {
      this.#lost += 1;
    });
    const isJournal = file === null && goesToJournal(STDOUT, process.env);
    const stream = isJournal ? journal(this.#destination) : this.#destination;
    this.#logger = createLogger(stream, monitor, verbose);
  }

  write(
    level: LogLevel,
    event: string,
    text: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const lost = this.#lost;
    this.#logger[level]({ ...fields, event, ...(lost > 0 ? { lost } : {}) }, text);
    if (this.#lost === lost) this.#lost = 0;
  }

  event(event: Event | ConsensusEvent): void {
    const { level, text, fields } = lineOf(event);
    this.write(level, eventName(event.kind), text, fields);
  }

  /** After the file was moved away by a log rotation. Standard output is nothing to open. */
  reopen(): void {
    if (this.#file === null) return;
    const problem = problemOfOpening(this.#file);
    if (problem === null) {
      this.#destination.reopen();
      this.write("info", "log.reopened", "the log file was opened anew (SIGHUP)");
    } else {
      const text = `the log file cannot be opened anew, so the one before is written on: ${problem}`;
      this.write("warn", "log.kept", text);
    }
  }
}

/** The library throws, and would then close the file before twice: what has its number by then is another. */
function problemOfOpening(file: string): string | null {
  try {
    closeSync(openSync(file, "a"));
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function openDestination(file: string | null) {
  try {
    const dest = file ?? STDOUT;
    return pino.destination({ dest, sync: true, append: true, retryEAGAIN: () => false });
  } catch (error) {
    throw new MmmError("LOG_IO", {
      what: `cannot write the log file ${file ?? "(standard output)"}`,
      why: messageOf(error),
      todo: "make its directory, or let the user of this process write there",
      cause: error,
    });
  }
}

/** pino leaves the level of a line with a stream that asks for it so. */
function journal(destination: DestinationStream): DestinationStream {
  const stream = {
    [Symbol.for("pino.metadata")]: true,
    lastLevel: pino.levels.values["info"],
    write(line: string): void {
      const level = pino.levels.labels[this.lastLevel ?? 0] as LogLevel | undefined;
      destination.write(forJournal(level ?? "info", line));
    },
  };
  return stream;
}

function createLogger(destination: DestinationStream, monitor: string, verbose: boolean): Logger {
  return pino(
    {
      level: verbose ? "debug" : "info",
      base: { monitor },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACT, censor: "***" },
    },
    destination,
  );
}
