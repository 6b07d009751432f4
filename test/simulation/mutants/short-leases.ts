/** Mutants of what keeps short leases alive. */
import type { Mutant } from "./mutant.ts";

const CALM = "leases are short, and nothing happens";

export const OF_SHORT_LEASES: readonly Mutant[] = [
  {
    name: "a claim that is on its way does not say when the next is due",
    removes: "a lease is renewed in time, however short it is",
    edits: [
      {
        file: "src/core/vip/driver.ts",
        from: `if (flight?.request.op === "claim") return`,
        to: `if (flight?.request.op === "release") return`,
      },
    ],
    scripts: [CALM],
  },
  {
    name: "half of a short lease is too old",
    removes: "nobody steps in while the leader's word of a renewal may still be on its way",
    edits: [
      {
        file: "src/core/vip/failsafe.ts",
        from: "Math.max(leaseMs * RENEWAL_AGE_SHARE, renewalMs + silenceMs + ON_ITS_WAY_MS)",
        to: "leaseMs * RENEWAL_AGE_SHARE",
      },
    ],
    scripts: [CALM],
  },
  {
    name: "only heartbeats that are due tell of renewals",
    removes: "whatever the leader sends says how old its renewals are now",
    edits: [
      {
        file: "src/core/monitor.ts",
        from: "if (turn.sendsRound) noteRenewals(turn);",
        to: "",
      },
    ],
    scripts: ["the leader renews one short lease, and cannot renew another"],
  },
];
