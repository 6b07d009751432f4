/** What a command is, and what it is given. */
import type { Config } from "../adapters/config/types.ts";
import type { HistoryEntry, Status } from "../core/status-types.ts";
import type { ExitCode } from "../errors.ts";
import { OPTIONS, type OptionName, type Options } from "./arguments.ts";
import type { Cluster } from "./cluster.ts";
import type { Terminal } from "./terminal.ts";

export interface Context {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
  /** Connects to nobody until it is asked something. */
  readonly cluster: () => Cluster;
  /** The file that the command goes by, read when it is asked for; null: that of the asked monitor. */
  readonly config: () => Config | null;
  /** `user@host`, for the history. */
  readonly by: string;
  readonly requestId: () => string;
}

export type Run = (context: Context) => Promise<ExitCode>;

export interface CommandSpec {
  readonly name: string;
  /** What may stand behind the name, without the options. */
  readonly operands: string;
  readonly options: readonly OptionName[];
  /** What an option means to this command, where that is more than it means to all. */
  readonly meanings?: Readonly<Partial<Record<OptionName, string>>>;
  readonly summary: string;
  readonly details: readonly string[];
  /** Loaded only when it is run: each start of `mmm` pays for what it uses. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** An option as help has it. */
export interface OptionText {
  /** `--name`, with `-n` before it if there is that. */
  readonly flags: readonly string[];
  /** Empty: nothing. */
  readonly value: string;
  readonly text: string;
}

/** @param spec null: of every command */
export function optionText(name: OptionName, spec: CommandSpec | null): OptionText {
  const option: { readonly help: string; readonly short?: string } = OPTIONS[name];
  const [first = "", rest] = option.help.split("  ");
  return {
    flags: [...(option.short === undefined ? [] : [`-${option.short}`]), `--${name}`],
    value: rest === undefined ? "" : first,
    text: spec?.meanings?.[name] ?? rest ?? first,
  };
}

/** @internal Pretty, for people; stable, for programs. */
export function toJson(value: Status | readonly HistoryEntry[] | object): readonly string[] {
  return JSON.stringify(value, null, 2).split("\n");
}
