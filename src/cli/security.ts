/**
 * How this program presents itself to monitors: the certificate of --ca, --cert and --key, else of
 * the environment, else of the configuration file; without any of them it talks in the clear.
 */
import { DEFAULT_CONFIG, readConfig } from "../adapters/config/load.ts";
import { ConfigErrors, isMissing } from "../adapters/config/problems.ts";
import type { Config } from "../adapters/config/types.ts";
import type { TlsFiles } from "../adapters/tls/identity.ts";
import type { Options } from "./arguments.ts";
import { usageFailure } from "./failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = { ca: "MMM_TLS_CA", cert: "MMM_TLS_CERT", key: "MMM_TLS_KEY" } as const;
const FLAGS = { ca: "--ca", cert: "--cert", key: "--key" } as const;
const PARTS = ["ca", "cert", "key"] as const;

/** @throws Failure, if only some of the three files are named; ConfigErrors */
export function tlsFilesFor(options: Options, env: Environment): TlsFiles | null {
  const { ca, cert, key } = options;
  const variables = { ca: env[VARIABLES.ca], cert: env[VARIABLES.cert], key: env[VARIABLES.key] };
  return (
    together({ ca, cert, key }, FLAGS) ?? together(variables, VARIABLES) ?? ofFile(options.config)
  );
}

type Given = Readonly<Record<(typeof PARTS)[number], string | undefined>>;

/** null: none of them. */
function together(given: Given, names: Readonly<Record<keyof Given, string>>): TlsFiles | null {
  const { ca, cert, key } = given;
  if (ca !== undefined && cert !== undefined && key !== undefined) return { ca, cert, key };
  const missing = PARTS.filter((part) => given[part] === undefined);
  if (missing.length === PARTS.length) return null;
  throw usageFailure(`TLS needs ${missing.map((part) => names[part]).join(" and ")}, too`, null);
}

function ofFile(given: string | undefined): TlsFiles | null {
  const tls = given === undefined ? defaultFile()?.local.tls : readConfig(given).local.tls;
  return tls === undefined || tls === "off" || tls === "unset" ? null : tls;
}

/**
 * Whoever named the monitors otherwise needs no good file. If they cannot be talked to then, the file may
 * be why: in what way it cannot be used. null: it can, it is not there, or it was not to be used.
 */
export function unreadFile(
  { ca, cert, key, config }: Options,
  env: Environment,
  file = DEFAULT_CONFIG,
): string | null {
  const given = [ca, cert, key, config, ...Object.values(VARIABLES).map((name) => env[name])];
  if (given.some((one) => one !== undefined)) return null;
  try {
    readConfig(file);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigErrors) || isMissing(error)) return null;
    const [first = ""] = error.message.split("\n");
    return `${file} cannot be used (${first})`;
  }
}

/** Whoever named the monitors otherwise needs no file, nor a good one. */
function defaultFile(): Config | null {
  try {
    return readConfig(DEFAULT_CONFIG);
  } catch (error) {
    if (error instanceof ConfigErrors) return null;
    throw error;
  }
}
