/** Scripts about hosts without registers (`lease_backend = off`): nothing there refuses what an older leader asks for. */
import { Violation } from "../world/violation.ts";
import {
  atRest,
  holdBack,
  HOSTS,
  movesTo,
  need,
  peersOf,
  type Script,
  split,
  until,
  vipOf,
} from "./script.ts";

/** A leader is cut off from its peers before the host that is to serve shows that the address is missing there. */
function cutOffBeforeItClaims(seed: number): void {
  const world = atRest(seed, { nft: false, settings: { leaseBackend: "off" } });
  const leader = world.theLeader;
  const isChosen = () => ["promote", "claim"].includes(world.group?.operation?.phase ?? "");
  const looks = ["db2", "db3"].map((name) =>
    holdBack(world, name, ({ op }) => op === "show" && isChosen()),
  );
  world.killRedis("db1");
  const isAsked = () => vipOf(world).claimable && looks.some(({ count }) => count > 0);
  until(world, isAsked, "the claim is committed, and its host is looked at");
  need(world.leader() === leader, "the leader is the same");
  split(world, [leader.name, ...HOSTS], [...peersOf(world, leader.name), ...HOSTS]);
  world.onEffect = (monitor, effect) => {
    if (monitor !== leader || effect.kind !== "guard" || effect.request.op === "show") return;
    throw new Violation("what no register can refuse is asked for on evidence", effect.request.op);
  };
  for (const { release } of looks) release();
  movesTo(world, ["db2", "db3"]);
}

export const WITHOUT_REGISTERS: readonly Script[] = [
  { name: "a leader without registers is cut off before it claims", run: cutOffBeforeItClaims },
];
