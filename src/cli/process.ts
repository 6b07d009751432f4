/** This process as the world of `mmm`: its streams, its user, and gRPC as the way to a monitor. */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { ControlClient } from "../adapters/control/client.ts";
import { inPlace } from "../adapters/places.ts";
import { credentialsFor, expecting } from "../adapters/tls/channel.ts";
import { type TlsFiles, TlsIdentity } from "../adapters/tls/identity.ts";
import type { ExitCode } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { MonitorToAsk } from "./addresses.ts";
import { main } from "./main.ts";
import { terminalOf } from "./terminal.ts";

export async function runMmm(argv: readonly string[]): Promise<ExitCode> {
  // `mmm status | head`: nobody reads on, which is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const { stdin, stdout, stderr, env } = process;
  return await main(argv, {
    terminal: terminalOf({ stdin, stdout, stderr, env }, interruption()),
    inPlace: (text) => inPlace(text),
    env,
    connect,
    by: `${userName()}@${hostname()}`,
    requestId: randomUUID,
    version: VERSION,
  });
}

/** Whoever answers over TLS must be a monitor, and the one of that name if it is known. */
function connect({ name, address }: MonitorToAsk, files: TlsFiles | null): ControlClient {
  // The permissions of a socket say enough.
  if (files === null || address.startsWith("unix:")) return new ControlClient(address);
  const identity = TlsIdentity.load(files);
  return new ControlClient(address, credentialsFor(identity, expecting(name)));
}

/** Only what can be interrupted listens: anything else ends with Ctrl-C, as programs do. */
function interruption(): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => {
    if (signal !== undefined) return signal;
    const controller = new AbortController();
    process.once("SIGINT", () => controller.abort());
    signal = controller.signal;
    return signal;
  };
}

function userName(): string {
  try {
    return process.env["SUDO_USER"] ?? userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown"); // A user without an entry in /etc/passwd.
  }
}
