/** Scripts about reader VIPs that come and go by a reload. */
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, proposalOf, readerVip } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { atRest, need, type Script, servers, until, vipOf } from "./script.ts";

const READER = readerVip(0);

/** What `slave_ip` says in the file is agreed on. */
export function reloadReaders(world: World, readers: readonly string[]): void {
  const proposal = { ...proposalOf(world.shape, {}), readers };
  let outcome: CommandOutcome | undefined;
  const command = { kind: "reload", group: GROUP, proposal, dryRun: false } as const;
  world.command(command, undefined, (told) => (outcome = told));
  until(world, () => outcome?.kind === "ok", "the reload is agreed on");
}

/** Somebody put the address on a host long ago, and nobody reaches the guard there to learn of it. */
function addedWhereItIs(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  world.client.resetGap();
  const host = world.host("db3");
  host.addPermanentAddress(READER);
  host.guard = () => {};
  reloadReaders(world, [READER]);
  world.runUntil(world.now + 6_000);
  need(servers(world, READER).join() === "db3", "it is left alone");
  Reflect.deleteProperty(host, "guard");
  const arrived = () => vipOf(world, READER).kind === "hold";
  until(world, arrived, "it is served");
  const holder = vipOf(world, READER).node;
  need(servers(world, READER).join() === holder, "its holder alone serves it");
  world.runUntil(world.now + 5_000);
  need(servers(world, READER).join() === holder, "its holder still does");
  need(world.client.longestGap.ms < 60, "the writer feels nothing");
}

export const READER_CHANGES: readonly Script[] = [
  { name: "a reader VIP is added that is on a host already", run: addedWhereItIs },
];
