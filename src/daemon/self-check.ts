/** This monitor's check of its own network, between its configuration file, the agreed `down_after` and the core. */
import type { Local } from "../adapters/config/types.ts";
import { SelfCheck } from "../adapters/ping/self-check.ts";
import type { Input } from "../core/io.ts";
import type { Committed } from "../core/state.ts";

interface Around {
  readonly now: () => number;
  readonly committed: () => Committed | null;
  readonly push: (input: Input) => void;
}

/** While nothing is agreed on: as by default. */
const DOWN_AFTER_MS = 2_000;

/** It pings nobody before it is started, and without `ping_ips` never. */
export function selfCheckOf(pings: Local["pings"], { now, committed, push }: Around): SelfCheck {
  return new SelfCheck({
    ...pings,
    now,
    downAfterMs: () => shortestDownAfter(committed()),
    onChange: (said) => push({ kind: "own-network", pings: said }),
  });
}

function shortestDownAfter(committed: Committed | null): number {
  const all = (committed?.groups ?? []).map(({ settings }) => settings.downAfterMs);
  return all.length === 0 ? DOWN_AFTER_MS : Math.min(...all);
}
