/**
 * Opens a door, and tries again while it cannot be opened: an address may come later than the
 * monitor does. It is told of once.
 */
import { type HostPort, showAddress } from "../adapters/peer/address.ts";
import { messageOf } from "../errors.ts";
import type { FromFront } from "./protocol.ts";

const AGAIN_MS = 10_000;

export type Tell = (line: Omit<Extract<FromFront, { kind: "log" }>, "kind">) => void;

/** @param what as the configuration calls it */
export async function open(
  what: string,
  at: HostPort,
  listen: () => Promise<number>,
  tell: Tell,
): Promise<void> {
  const address = showAddress(at);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const port = await listen();
      const text = `${what}: answers read-only questions on ${showAddress({ ...at, port })}`;
      return tell({ level: "info", event: `${what}.opened`, text });
    } catch (error) {
      const text = `${what}: cannot listen on ${address}, and tries again: ${messageOf(error)}`;
      if (attempt === 1) tell({ level: "warn", event: `${what}.failed`, text });
      await new Promise((later) => setTimeout(later, AGAIN_MS));
    }
  }
}
