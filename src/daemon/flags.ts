/** The command line of `mmm-mon`. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { MmmError, messageOf } from "../errors.ts";
import type { Overrides } from "../adapters/config/types.ts";

export const USAGE = `usage: mmm-mon [--config FILE] [--name NAME] [--listen HOST:PORT]
               [--peer [NAME=]HOST:PORT]... [--data-dir DIR]

One monitor of a redis-mmm cluster. Run three or more, each on its own host.

  --config FILE            configuration (default /etc/redis-mmm.conf)
  --name NAME              which of the file's monitors this one is
  --listen HOST:PORT       where peers and mmm reach this monitor
  --peer [NAME=]HOST:PORT  another monitor; adds to or overrides the file
  --data-dir DIR           where the vote and the agreed state are kept
  --log FILE               log there instead of to standard output; SIGHUP reopens it
  --pid FILE               write the process id there
  --socket PATH            for mmm on this host (default: mmm.sock in the data directory)
  --tls off                accept unencrypted traffic beyond this host
  -v, --verbose            log what this monitor sees, too
  --version                print the version
  -h, --help               print this

Flags win over the file. SIGTERM hands leadership over and ends within 2 s.
`;

const OPTIONS = {
  config: { type: "string" },
  name: { type: "string" },
  listen: { type: "string" },
  peer: { type: "string", multiple: true },
  "data-dir": { type: "string" },
  log: { type: "string" },
  pid: { type: "string" },
  socket: { type: "string" },
  tls: { type: "string" },
  verbose: { type: "boolean", short: "v" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsConfig["options"];

export interface RunFlags {
  readonly kind: "run";
  readonly config: string | undefined;
  readonly tlsOff: boolean;
  readonly overrides: Overrides;
}

export type Flags = { readonly kind: "help" } | { readonly kind: "version" } | RunFlags;

/** @throws MmmError USAGE */
export function parseFlags(args: readonly string[]): Flags {
  const values = parse(args);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  if (values.tls !== undefined && values.tls !== "off") {
    throw usage(`--tls ${values.tls}`, "only --tls off is known; certificates are set in the file");
  }
  const { name, listen, peer, log, pid, socket, verbose } = values;
  return {
    kind: "run",
    config: values.config,
    tlsOff: values.tls === "off",
    overrides: {
      name,
      listen,
      peers: peer,
      dataDir: values["data-dir"],
      log,
      pid,
      socket,
      verbose,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw usage("the command line is not understood", messageOf(error));
  }
}

function usage(what: string, why: string): MmmError {
  return new MmmError("USAGE", { what, why, todo: "mmm-mon --help" });
}
