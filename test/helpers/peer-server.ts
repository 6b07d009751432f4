/** The peers' door of a monitor that belongs to no cluster yet, and takes in whatever anybody says. */
import { PeerServer } from "../../src/adapters/peer/server.ts";

export function openToAll(): PeerServer {
  return new PeerServer({
    self: () => ({
      name: "mon1",
      version: "9",
      storageId: "s1",
      clusterId: null,
      term: 0,
      knows: () => true,
    }),
    onMessage: () => true,
    now: () => 0,
  });
}
