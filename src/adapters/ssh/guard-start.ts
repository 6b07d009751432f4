/**
 * Starts the best guard that a login may have: the installed one, which can do nothing but guard
 * the addresses on its list; else our own, sent to a root shell; else, where sudo refuses that,
 * the plain commands. The last is chosen only on sudo's clear refusal and only on a host that has
 * no guard installed, so that an accident never replaces the register by nothing.
 */
import type { Client } from "ssh2";
import { ChannelError } from "./connection.ts";
import { inTime, open, run } from "./exec.ts";
import type { GuardLink } from "./guard-link.ts";
import { GuardProcess } from "./guard-process.ts";
import { PlainGuard } from "./plain-guard.ts";

export interface GuardStart {
  readonly wanted: "auto" | "installed" | "inline";
  readonly user: string;
  /** The guard's text. */
  readonly script: string;
  /** A guard ran on this host before: it must not be done without. */
  readonly guardSeen: boolean;
}

const INSTALLED = "/usr/lib/redis-mmm/guard";
/**
 * Of each command. sudo alone may wait 20 s for a dead name server; keepalives notice a dead host meanwhile, but not one
 * whose login shell waits for a file server.
 */
const START_MS = 25_000;

/** Whoever called it ends the connection if it fails. @throws ChannelError */
export async function startGuard(
  client: Client,
  start: GuardStart,
  deadlineMs = START_MS,
): Promise<GuardLink> {
  const root = start.user === "root" ? "" : "sudo -n ";
  const installed = (): Promise<GuardLink> =>
    startProcess(client, `exec ${root}${INSTALLED}`, null, deadlineMs);
  const inline = (): Promise<GuardLink> =>
    startProcess(client, `exec ${root}/bin/sh -s`, start.script, deadlineMs);
  if (start.wanted === "installed") return installed();
  if (start.wanted === "inline") return inline();
  if (await isInstalled(client, deadlineMs)) return installed().catch(() => inline());
  try {
    return await inline();
  } catch (error) {
    if (start.guardSeen || !isSudoRefusal(error)) throw error;
    return new PlainGuard(client);
  }
}

/** Only the answer "no" is one: a host that says nothing may have a guard. @throws ChannelError */
async function isInstalled(client: Client, deadlineMs: number): Promise<boolean> {
  const what = `looking for ${INSTALLED}`;
  const looking = run(client, `test -e ${INSTALLED}`);
  const { exitCode, stderr } = await inTime(looking, deadlineMs, what);
  if (exitCode === 0 || exitCode === 1) return exitCode === 0;
  throw new ChannelError("closed", `${what} ended without an answer: ${stderr}`);
}

async function startProcess(
  client: Client,
  command: string,
  script: string | null,
  deadlineMs: number,
): Promise<GuardLink> {
  const mode = script === null ? "installed" : "inline";
  const opening = open(client, command, (channel) => new GuardProcess(channel, mode));
  const guard = await inTime(opening, deadlineMs, "beginning to start the guard");
  try {
    await guard.start(script, deadlineMs);
    return guard;
  } catch (error) {
    guard.close();
    throw error;
  }
}

function isSudoRefusal(error: unknown): boolean {
  return error instanceof ChannelError && error.problem === "sudo";
}
