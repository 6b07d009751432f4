/** What a monitor tells another one of its votes, with nothing to tell unless given. */
import type { HealthMessage } from "../../src/core/health/types.ts";

export function healthMessage(what: Partial<HealthMessage> = {}): HealthMessage {
  return {
    kind: "health",
    storageId: null,
    seq: 1,
    echo: 0,
    votes: [],
    network: null,
    strangers: [],
    ...what,
  };
}
