/**
 * Which monitors to ask: those of --monitor, else of MMM_MONITORS, else of the configuration file,
 * else the one on this host.
 */
import { showAddress } from "../adapters/config/identity.ts";
import { DEFAULT_CONFIG, readConfig } from "../adapters/config/load.ts";
import { ConfigErrors } from "../adapters/config/problems.ts";
import { hostPort } from "../adapters/config/values.ts";
import type { Options } from "./arguments.ts";
import { usageFailure } from "./failure.ts";

export interface MonitorToAsk {
  /** null: only its address is known. */
  readonly name: string | null;
  readonly address: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOCAL: MonitorToAsk = { name: null, address: "127.0.0.1:7400" };

/** @throws Failure, ConfigErrors */
export function monitorsToAsk(options: Options, env: Environment): readonly MonitorToAsk[] {
  if (options.monitor !== undefined) return options.monitor.map((text) => parse(text, "--monitor"));
  const listed = (env["MMM_MONITORS"] ?? "").split(/[\s,]+/).filter((text) => text !== "");
  if (options.config === undefined && listed.length > 0) {
    return listed.map((text) => parse(text, "MMM_MONITORS"));
  }
  return fromFile(options.config);
}

function parse(text: string, where: string): MonitorToAsk {
  const parsed = hostPort(text);
  if (parsed.kind === "problem") throw usageFailure(`${where}: ${parsed.text}`, null);
  return { name: null, address: text };
}

function fromFile(given: string | undefined): readonly MonitorToAsk[] {
  try {
    const { monitors, local } = readConfig(given ?? DEFAULT_CONFIG);
    if (monitors.length > 0)
      return monitors.map((one) => ({ name: one.name, address: showAddress(one) }));
    if (local.listen === null) return [LOCAL];
    return [
      {
        name: local.name,
        address: showAddress({ address: local.listen.host, port: local.listen.port }),
      },
    ];
  } catch (error) {
    // Without a file of its own this host may still run a monitor, or be told where one is.
    if (given === undefined && error instanceof ConfigErrors && isMissing(error)) return [LOCAL];
    throw error;
  }
}

function isMissing({ problems }: ConfigErrors): boolean {
  return problems.every(
    ({ line, text }) => line === null && text.startsWith("there is no such file"),
  );
}
