/** Scripts about leases that are renewed oftener than heartbeats are due. */
import { permitMsFor } from "../../../src/core/settings.ts";
import { Violation } from "../world/violation.ts";
import { atRest, need, type Script, type ScriptedWorld, servers } from "./script.ts";

function withLease(seed: number, leaseMs: number, readers: number): ScriptedWorld {
  const settings = { leaseMs, permitMs: permitMsFor(leaseMs), clockDrift: 0.01 };
  return atRest(seed, { readers, settings });
}

/** The others have nothing to do for it, and the hosts nothing to do for them. */
function calm(seed: number): void {
  for (const leaseMs of [300, 500]) {
    const world = withLease(seed, leaseMs, 0);
    const leader = world.theLeader;
    world.onEffect = (monitor, effect) => {
      if (monitor === leader || effect.kind !== "guard" || effect.request.op === "show") return;
      const text = `${monitor.name} asks for ${effect.request.op}, with a lease of ${leaseMs} ms`;
      throw new Violation("nobody steps in for a leader that renews in time", text);
    };
    world.runUntil(world.now + 5_000);
    need(world.theLeader === leader, "nothing happens");
  }
}

/** What the leader says of the lease that it cannot renew must not wait behind its renewals of the other. */
function losesOneOfTwo(seed: number): void {
  const world = withLease(seed, 300, 1);
  world.network.cut(world.theLeader.name, "db1");
  for (const end = world.now + 3_000; world.now < end; world.runUntil(world.now + 10)) {
    if (servers(world).length > 0) continue;
    throw new Violation("the others renew what their leader cannot", "nobody serves the VIP");
  }
}

export const SHORT_LEASES: readonly Script[] = [
  { name: "leases are short, and nothing happens", run: calm },
  { name: "the leader renews one short lease, and cannot renew another", run: losesOneOfTwo },
];
