/** The command line, checked against the table of commands: `mmm [OPTIONS] COMMAND [ARGUMENTS]`. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { suggest } from "../adapters/config/suggest.ts";
import { usageFailure } from "./failure.ts";

type OptionSpec = NonNullable<ParseArgsConfig["options"]>[string] & { readonly help: string };

/** Every option of every command; which command takes which stands in the table of commands. */
export const OPTIONS = {
  config: {
    type: "string",
    short: "c",
    help: "FILE  the configuration (default /etc/redis-mmm.conf)",
  },
  monitor: {
    type: "string",
    multiple: true,
    help: "HOST:PORT  ask this monitor, or unix:PATH; may be repeated (or MMM_MONITORS)",
  },
  ca: { type: "string", help: "FILE  authorities of the monitors (or MMM_TLS_CA, or tls_ca)" },
  cert: { type: "string", help: "FILE  your certificate (or MMM_TLS_CERT, or tls_cert)" },
  key: { type: "string", help: "FILE  the key of it (or MMM_TLS_KEY, or tls_key)" },
  output: { type: "string", short: "o", help: "table|json  how to print (with --watch: jsonl)" },
  group: { type: "string", help: "NAME  the group, if there are several" },
  timeout: { type: "string", help: "DURATION  how long to wait for each monitor (default 1s)" },
  yes: { type: "boolean", short: "y", help: "do not ask" },
  verbose: { type: "boolean", short: "v", help: "tell more" },
  help: { type: "boolean", short: "h", help: "explain the command" },
  version: { type: "boolean", help: "print the version" },
  cluster: { type: "boolean", help: "also the monitors, and who votes what" },
  watch: { type: "boolean", short: "w", help: "print again whenever it changes" },
  interval: { type: "string", help: "DURATION  time between two looks (default 1s)" },
  to: { type: "string", help: "NODE  the new master (default: the best replica)" },
  force: { type: "boolean", help: "although something may be lost: acknowledged writes, a file" },
  "accept-data-loss": { type: "boolean", help: "even a node that is known to lack writes" },
  at: { type: "string", help: "TIME  wait until then: 03:00, or 2026-11-27T03:00Z" },
  for: { type: "string", help: "DURATION  how long, such as 30m (default: until mmm resume)" },
  reason: { type: "string", help: "TEXT  why, for everybody who wonders" },
  number: { type: "string", short: "n", help: "COUNT  only the newest so many" },
  "dry-run": { type: "boolean", help: "only tell what would be done" },
  "drop-group": { type: "string", help: "NAME  watch this group no longer; its VIPs go away" },
  "data-dir": {
    type: "string",
    help: "DIR  of the monitor (default: data_dir of the configuration)",
  },
  empty: { type: "string", help: "NODE  you vouch that this host serves no VIP" },
  operator: { type: "string", help: "NAME  for a person who may act" },
  reader: { type: "string", help: "NAME  for whoever may only look" },
  days: { type: "string", help: "COUNT  how long it is valid (authority 3650, others 730)" },
  vip: { type: "string", help: "IP  the virtual IP of the master" },
  "reader-vip": { type: "string", help: "IP,…  virtual IPs of readers" },
  interface: { type: "string", help: "NAME  network interface of the database hosts" },
  node: { type: "string", multiple: true, help: "[NAME=]IP[:PORT]  a Redis; may be repeated" },
  "ssh-user": { type: "string", help: "NAME  the monitors' account there (default mmm-guard)" },
  tls: { type: "string", help: "on|off  certificates between monitors" },
  "warn-lag": { type: "string", help: "SIZE  a replica that is farther behind is a warning: 1mb" },
  "crit-lag": { type: "string", help: "SIZE  a replica that is farther behind is critical: 10mb" },
  here: { type: "boolean", help: "look from this host only, without asking a monitor" },
  print: {
    type: "string",
    help: "sudoers|guard-list|acl|systemd  print that file for this configuration",
  },
  renew: { type: "boolean", help: "replace the certificate and its key" },
  rtt: { type: "string", help: "DURATION  a round trip between the farthest hosts (default 20ms)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;

/** Taken by every command. */
export const COMMON: readonly OptionName[] = [
  "config",
  "monitor",
  "ca",
  "cert",
  "key",
  "output",
  "timeout",
  "verbose",
  "help",
  "version",
];

export interface Arguments {
  readonly command: string | null;
  readonly operands: readonly string[];
  readonly options: Options;
}

export interface Options {
  readonly config?: string;
  readonly monitor?: readonly string[];
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly output?: string;
  readonly group?: string;
  readonly timeout?: string;
  readonly yes?: boolean;
  readonly verbose?: boolean;
  readonly help?: boolean;
  readonly version?: boolean;
  readonly cluster?: boolean;
  readonly watch?: boolean;
  readonly interval?: string;
  readonly to?: string;
  readonly force?: boolean;
  readonly "accept-data-loss"?: boolean;
  readonly at?: string;
  readonly for?: string;
  readonly reason?: string;
  readonly number?: string;
  readonly "dry-run"?: boolean;
  readonly "drop-group"?: string;
  readonly "data-dir"?: string;
  readonly empty?: string;
  readonly operator?: string;
  readonly reader?: string;
  readonly days?: string;
  readonly vip?: string;
  readonly "reader-vip"?: string;
  readonly interface?: string;
  readonly node?: readonly string[];
  readonly "ssh-user"?: string;
  readonly tls?: string;
  readonly "warn-lag"?: string;
  readonly "crit-lag"?: string;
  readonly here?: boolean;
  readonly print?: string;
  readonly renew?: boolean;
  readonly rtt?: string;
}

/** The first word that is no option, also where the rest cannot be used. */
export function commandIn(argv: readonly string[]): string | null {
  const form = { options: OPTIONS, allowPositionals: true, strict: false } as const;
  return parseArgs({ args: [...argv], ...form }).positionals[0] ?? null;
}

/**
 * @param optionsOf what a command takes besides those of all; null: there is no such command
 * @throws Failure with the code of wrong usage
 */
export function readArguments(
  argv: readonly string[],
  optionsOf: (command: string) => readonly OptionName[] | null,
): Arguments {
  const { positionals, values, tokens } = parse(argv);
  for (const token of tokens) {
    if (token.kind !== "option" || token.name in OPTIONS) continue;
    const command = commandIn(argv);
    const taken = command === null ? null : optionsOf(command);
    // Another that this command does not take either would only be the next error.
    const near = suggest(token.name, taken === null ? Object.keys(OPTIONS) : [...COMMON, ...taken]);
    const advice = near === null ? "" : `; did you mean --${near}?`;
    throw usageFailure(
      `there is no option ${token.rawName}${advice}`,
      taken === null ? null : command,
    );
  }
  const [command = null, ...operands] = positionals;
  return { command, operands, options: values };
}

function parse(argv: readonly string[]) {
  try {
    // Not strict, so that unknown options can be reported in our own words. Checked by `tokens`.
    const { tokens } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
      strict: false,
      tokens: true,
    });
    const known = tokens.every((token) => token.kind !== "option" || token.name in OPTIONS);
    if (!known) return { positionals: [], values: {}, tokens };
    const strict = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    return { positionals: strict.positionals, values: strict.values, tokens };
  } catch (error) {
    const text = error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? "") : String(error);
    throw usageFailure(text.charAt(0).toLowerCase() + text.slice(1), null);
  }
}

/** Refuses what the command does not take. */
export function checkOptions(given: Options, taken: readonly OptionName[], command: string): void {
  const allowed: ReadonlySet<string> = new Set([...COMMON, ...taken]);
  const stray = Object.keys(given).find((name) => !allowed.has(name));
  if (stray !== undefined) throw usageFailure(`${command} takes no --${stray}`, command);
}

export function checkOperands(operands: readonly string[], usage: string, command: string): void {
  const words = usage.split(" ").filter((word) => /^\[?[A-Z|a-z]+\]?$/.test(word));
  const needed = words.filter((word) => !word.startsWith("["));
  if (operands.length < needed.length) {
    throw usageFailure(
      `${command} needs ${needed[operands.length] ?? "more"}: mmm ${command} ${usage}`,
      command,
    );
  }
  if (operands.length > words.length) {
    throw usageFailure(
      `${command} does not know what to do with "${operands[words.length] ?? ""}"`,
      command,
    );
  }
}
