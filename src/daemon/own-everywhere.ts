/**
 * After a reload every monitor reads again what its own file says of it alone: the one that was asked
 * tells the others, and its answer says who did, what still needs a restart, and whom nobody could tell.
 */
import { messageOf } from "../errors.ts";
import type { ControlClient } from "../adapters/control/client.ts";
import type { MonitorName } from "../core/ids.ts";
import type { CommandOutcome } from "../core/messages.ts";
import type { Neighbour } from "./history-gaps.ts";
import type { OwnReading } from "./own-settings.ts";

const PRESENT_MS = 1_000;
const LIMIT_MS = 5_000;

export interface Everywhere {
  readonly name: MonitorName;
  readonly readAnew: () => Promise<OwnReading>;
  readonly peers: () => readonly Neighbour[];
  /** @throws when it cannot be reached */
  readonly clientOf: (monitor: Neighbour) => Pick<ControlClient, "identify" | "operate" | "close">;
}

interface Told {
  readonly name: MonitorName;
  readonly isRead: boolean;
  /** What a person must know of it; empty: nothing. */
  readonly text: string;
}

/** What this monitor answers to the one that was asked. */
export async function readOwn({ readAnew }: Pick<Everywhere, "readAnew">): Promise<CommandOutcome> {
  const { problem, restart } = await readAnew();
  if (problem !== null) return { kind: "refused", message: problem };
  return { kind: "ok", message: restart.length === 0 ? "" : needsRestart(restart) };
}

/** Lines for the person who reloads. */
export async function readOwnEverywhere(
  where: Everywhere,
  asked: { readonly requestId: string; readonly by: string },
): Promise<readonly string[]> {
  const here = readOwn(where).then((outcome) => toldOf(where.name, outcome));
  const there = where.peers().map((peer) => tell(where, peer, asked));
  const told = await Promise.all([here, ...there]);
  const read = told.filter(({ isRead }) => isRead).map(({ name }) => name);
  const names = read.toSorted().join(", ");
  return [
    ...(read.length === 0 ? [] : [`own settings (keys, doors, hooks) read again: ${names}`]),
    ...told.flatMap(({ name, text }) => (text === "" ? [] : [`${name}: ${text}`])),
  ];
}

async function tell(
  where: Everywhere,
  peer: Neighbour,
  asked: { readonly requestId: string; readonly by: string },
): Promise<Told> {
  try {
    return toldOf(peer.name, await readAt(where, peer, asked));
  } catch (error) {
    const why = messageOf(error).replace(`${peer.address} does not answer: `, "");
    return {
      name: peer.name,
      isRead: false,
      text: `its own settings were not read again (${why}); there: systemctl reload mmm-mon`,
    };
  }
}

async function readAt(
  { clientOf }: Everywhere,
  peer: Neighbour,
  { requestId, by }: { readonly requestId: string; readonly by: string },
): Promise<CommandOutcome> {
  const client = clientOf(peer);
  const command = { kind: "read-own" } as const;
  const request = { requestId: `${requestId}.own`, by, forwarded: true, command };
  try {
    await client.identify(PRESENT_MS);
    return await client.operate(request, () => undefined, LIMIT_MS);
  } finally {
    client.close();
  }
}

function toldOf(name: MonitorName, outcome: CommandOutcome): Told {
  if (outcome.kind === "ok") return { name, isRead: true, text: outcome.message };
  const why = outcome.kind === "not-leader" ? "it is of an older version" : outcome.message;
  return { name, isRead: false, text: `its own settings stay as they were: ${why}` };
}

function needsRestart(keys: readonly string[]): string {
  return `not in force before a restart: ${keys.join(", ")}`;
}
