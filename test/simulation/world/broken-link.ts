/**
 * A link that nobody mends: one monitor never hears some host or some other monitor, in one direction or in both, while
 * everybody else hears everybody. Whoever leads must live with it, or let another one lead.
 */
import { quorumOf } from "../../../src/core/state.ts";
import { Prng } from "./prng.ts";
import type { World } from "./world.ts";

/** Of the runs in which anything fails. */
const SHARE = 0.25;
const LOOK_EVERY_MS = 500;

interface Way {
  readonly from: string;
  readonly to: string;
}

/** By seed, with luck of its own, so that the plans of everything else stay as they are. null: in this run no link is broken. */
export function breakSomeLink(world: World, seed: number): string | null {
  const ways = chosenWays(world, new Prng(seed ^ 0x11f7));
  if (ways.length === 0) return null;
  whenFounded(world, () => {
    for (const { from, to } of ways) world.network.break(from, to);
    world.log("fate", `breaks ${told(ways)} for good`);
  });
  return `${told(ways)} is broken`;
}

/** Whether one of them never hears the other. */
export function isSevered({ network }: World, a: string, b: string): boolean {
  return network.isBroken(a, b) || network.isBroken(b, a);
}

/**
 * Whether a majority is left without this member, all of whom one of them hears and is heard by. Else its disk is not lost:
 * with a link that stays broken that would be a lost majority, which nothing replaces.
 */
export function canSpare(world: World, name: string): boolean {
  const others = world.members.map((member) => member.name).filter((other) => other !== name);
  const quorum = quorumOf(world.members.length);
  const around = (leader: string) => others.filter((other) => !isSevered(world, leader, other));
  return others.some((leader) => around(leader).length >= quorum);
}

function chosenWays(world: World, random: Prng): readonly Way[] {
  if (!random.chance(SHARE)) return [];
  const founders = world.monitors.slice(0, world.shape.monitors).map(({ name }) => name);
  const a = random.pick(founders);
  const others = random.chance(0.6)
    ? world.hosts.map(({ name }) => name)
    : founders.filter((name) => name !== a);
  const b = random.pick(others);
  const [there, back] = [
    { from: a, to: b },
    { from: b, to: a },
  ];
  return random.pick([[there, back], [there, back], [there], [back]]);
}

function told(ways: readonly Way[]): string {
  return ways.map(({ from, to }) => `${from}→${to}`).join(" and ");
}

/** Founding and adopting need everybody, and say so: a person mends the link, or waits. */
function whenFounded(world: World, then: () => void): void {
  const isFounded = (world.group?.master ?? null) !== null;
  if (isFounded) then();
  else world.after(LOOK_EVERY_MS, () => whenFounded(world, then));
}
