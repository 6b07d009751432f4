/** Scripts about hosts whose guard refuses to serve a reader VIP. */
import type { GuardRequest } from "../../../src/core/vip/types.ts";
import { GROUP, readerVip } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import type { World } from "../world/world.ts";
import {
  atRest,
  must,
  need,
  type Script,
  type ScriptedWorld,
  servers,
  until,
  vipOf,
} from "./script.ts";

const READER = readerVip(0);
const READERS = [READER, readerVip(1)];
const LEFT = "a reader VIP leaves a host that refuses to serve it";

interface Refusing {
  /** How often it was asked. */
  times: number;
  isOver: boolean;
}

/** The host does everything but this. */
function refuses(
  world: World,
  name: string,
  matches: (request: GuardRequest) => boolean = ({ op }) => op === "claim",
): Refusing {
  const host = world.host(name);
  const guard = host.guard.bind(host);
  const refusing = { times: 0, isOver: false };
  host.guard = (request, done) => {
    if (refusing.isOver || !READERS.includes(request.vip) || !matches(request))
      return guard(request, done);
    refusing.times += 1;
    world.after(2, () => done({ kind: "refused", code: "addr", text: "no such device" }));
  };
  return refusing;
}

const isServed = (world: World, vip = READER): boolean =>
  servers(world, vip).length === 1 && vipOf(world, vip).kind === "hold";

const holderOf = (world: World): string => vipOf(world, READER).node ?? "";

/** How often it gets another place. */
function countMoves(world: World, forMs: number): number {
  let moves = 0;
  let before = holderOf(world);
  for (const end = world.now + forMs; world.now < end; before = holderOf(world)) {
    world.runUntil(world.now + 100);
    if (holderOf(world) !== before) moves += 1;
  }
  return moves;
}

function staysFor(world: World, forMs: number, promise: string): void {
  const before = holderOf(world);
  const moved = world.runUntilTrue(() => holderOf(world) !== before, forMs);
  if (moved) throw new Violation(promise, `it goes to ${holderOf(world)}`);
}

/** Two reader VIPs on two replicas, of which one serves none any more: the balance asks for it again and again. */
function holderRefuses(seed: number): void {
  const world = atRest(seed, { readers: 2 });
  const host = holderOf(world);
  need(vipOf(world, readerVip(1)).node !== host, "they are on two hosts");
  refuses(world, host);
  until(world, () => servers(world, READER).length === 0, "its lease is over");
  must(world, () => isServed(world), LEFT, 8_000);
  leftAlone(world, host);
}

/** Each VIP is tried there once, a person knows of it, and then none is without a server. */
function leftAlone(world: ScriptedWorld, host: string): void {
  const areTold = () =>
    READERS.every((vip) => {
      const told = world.theLeader.state?.alarms[`${GROUP}: ${vip} refused`] ?? "";
      return told.includes(host) && isServed(world, vip);
    });
  must(world, areTold, "a person is told who refuses a reader VIP", 30_000);
  for (const end = world.now + 30_000; world.now < end; world.runUntil(world.now + 100)) {
    if (!READERS.every((vip) => isServed(world, vip) && vipOf(world, vip).node !== host))
      throw new Violation("a host that refused is left alone while others serve", "it is tried");
  }
}

/** One that is back refuses from the beginning: it cannot even be marked. */
function chosenRefuses(seed: number): void {
  const world = atRest(seed, { readers: 2 });
  const host = holderOf(world);
  world.killRedis(host);
  until(world, () => holderOf(world) !== host && isServed(world), "it leaves the dead one", 15_000);
  refuses(world, host, ({ op }) => op === "mark");
  world.redis(host).start();
  const isChosen = () => READERS.some((vip) => vipOf(world, vip).node === host);
  until(world, isChosen, "it is chosen for balance", 30_000);
  must(world, () => READERS.every((vip) => isServed(world, vip)), LEFT, 15_000);
  leftAlone(world, host);
}

/** All do. Nobody can know which of them is well again without trying. */
function allRefuse(seed: number): void {
  const world = atRest(seed, { readers: 1, settings: { downAfterMs: 1000, leaseMs: 1000 } });
  const first = holderOf(world);
  const refusing = new Map(world.hosts.map(({ name }) => [name, refuses(world, name)]));
  const isEachTried = () => [...refusing.values()].every(({ times }) => times > 0);
  must(world, isEachTried, LEFT, 30_000);
  const moves = countMoves(world, 10_000);
  if (moves > 1) throw new Violation("a reader VIP does not run from host to host", `${moves}`);
  for (const [name, each] of refusing) each.isOver = name === first;
  must(world, () => servers(world, READER).join() === first, "each is tried again", 40_000);
}

/** Its lease ends meanwhile, but it is back sooner than the VIP would be elsewhere. */
function refusesForAWhile(seed: number): void {
  const world = atRest(seed, { readers: 1 });
  const refusing = refuses(world, holderOf(world));
  const isServing = () => servers(world, READER).length > 0;
  world.at(world.now + 3_000, () => {
    need(!isServing(), "its lease is over");
    refusing.isOver = true;
  });
  staysFor(world, 8_000, "a reader VIP is not moved for what passes");
  need(isServed(world), "it is served again");
}

/** The others keep its lease. */
function refusesTheLeader(seed: number): void {
  const world = atRest(seed, { readers: 1 });
  const leader = world.theLeader;
  const own = new WeakSet<GuardRequest>();
  world.onEffect = (monitor, effect) => {
    if (monitor === leader && effect.kind === "guard") own.add(effect.request);
  };
  const refusing = refuses(world, holderOf(world), (request) => {
    return request.op === "claim" && own.has(request);
  });
  staysFor(world, 10_000, "a reader VIP that is served stays, whoever keeps it alive");
  need(refusing.times > 10 && world.theLeader === leader, "it refuses its leader");
  need(isServed(world), "it is served");
}

export const READER_REFUSALS: readonly Script[] = [
  { name: "a reader's holder begins to refuse its claims", run: holderRefuses },
  { name: "a host that was chosen for a reader refuses its mark", run: chosenRefuses },
  { name: "every host refuses a reader", run: allRefuse },
  { name: "a reader's holder refuses for a while", run: refusesForAWhile },
  { name: "a reader's holder refuses its leader", run: refusesTheLeader },
];
