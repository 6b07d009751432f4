/** Scripts about hosts that hold up the move of a reader VIP. */
import type { RegisterView } from "../../../src/core/vip/types.ts";
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
  speakFor,
  until,
  vipOf,
} from "./script.ts";

const READER = readerVip(0);
const LET_GO = `${GROUP}: ${READER} let go`;

/** Nothing will ever prove that its old holder is empty; a person does, once that was asked for. */
function waitsForAWord(world: ScriptedWorld, old: string): void {
  const isTold = () => (world.theLeader.state?.alarms[LET_GO] ?? "").includes(`--empty ${old}`);
  must(world, isTold, "a person is told what a reader's move waits for", 15_000);
  need(vipOf(world, READER).kind === "move", "it is to move");
  world.runUntil(world.now + 30_000);
  if (servers(world, READER).length > 0)
    throw new Violation("no reader VIP is claimed while another host may serve it", "it is");
  speakFor(world, old);
  const isServed = () =>
    servers(world, READER).length === 1 && vipOf(world, READER).kind === "hold";
  must(world, isServed, "a person may vouch for the old holder of a reader VIP", 5_000);
  must(world, () => !isTold(), "the alarm ends with its cause", 1_000);
}

function offWithoutRegister(seed: number): void {
  const world = atRest(seed, { readers: 1, nft: false, settings: { leaseBackend: "off" } });
  const old = vipOf(world, READER).node ?? "";
  world.powerOff(old);
  waitsForAWord(world, old);
}

const WITHOUT_TABLE: RegisterView = {
  gate: "absent",
  gated: false,
  token: null,
  permits: [],
  leaseMs: 0,
  addresses: [],
  boot: "1",
  lacks: null,
};

/** Its firewall was flushed and could not be put back, and then it lost its power. */
function offAfterFlush(seed: number): void {
  const world = atRest(seed, { readers: 1 });
  const old = vipOf(world, READER).node ?? "";
  const host = world.host(old);
  host.flushTable();
  host.guard = ({ op }, done) =>
    done(
      op === "show"
        ? { kind: "ok", view: WITHOUT_TABLE }
        : { kind: "refused", code: "failed", text: "the disk is full" },
    );
  world.runUntil(world.now + 1_500);
  world.powerOff(old);
  waitsForAWord(world, old);
}

const servedBy = (world: World, name: string): boolean =>
  servers(world, READER).join() === name && vipOf(world, READER).kind === "hold";

/** Without registers nobody is read, so a holder that was silent once is as good as any when it is back. */
function backWithoutRegister(seed: number): void {
  const settings = { leaseBackend: "off" } as const;
  const world = atRest(seed, { readers: 1, nodes: 2, nft: false, settings });
  world.powerOff("db2");
  waitsForAWord(world, "db2");
  need(servers(world, READER).join() === "db1", "the master serves it");
  world.powerOn("db2");
  must(world, () => servedBy(world, "db2"), "a reader VIP returns to a good replica", 30_000);
}

/**
 * The guard on one of two hosts was lost, so its register does not count, when the other one dies for good. Nobody is
 * left who could admit it in time.
 */
function lastWhoCounted(seed: number): void {
  const world = atRest(seed, { readers: 1, nodes: 2 });
  const db1 = world.host("db1");
  db1.guard = () => {};
  const isOut = () => !("db1" in vipOf(world, READER).readSet) && world.group?.operation === null;
  until(world, () => world.group?.master === "db2" && isOut(), "db1 is out", 20_000);
  world.runUntil(world.now + 5_000);
  world.powerOff("db2");
  world.runUntil(world.now + 3_000);
  Reflect.deleteProperty(db1, "guard");
  const said = () => world.theLeader.state?.alarms[`${GROUP}: failover`] ?? "";
  const isTold = () => said().includes("off for certain: mmm failover --force");
  must(world, isTold, "a person is told how a failover begins that nothing would prove", 5_000);
  world.command({ kind: "failover", group: GROUP, to: null, acceptDataLoss: false });
  waitsForAWord(world, "db2");
  must(world, () => servedBy(world, "db1"), "the last host serves a reader VIP", 5_000);
  until(world, () => world.group?.master === "db1", "it is the master, too");
  world.powerOn("db2");
  must(world, () => servedBy(world, "db2"), "a reader VIP returns to a good replica", 60_000);
  const count = () => ["db1", "db2"].every((name) => vipOf(world, READER).readSet[name] === "in");
  must(world, count, "whoever answers comes to count", 5_000);
}

export const READER_HOLDERS: readonly Script[] = [
  { name: "a reader's holder is off for good, and has no register", run: offWithoutRegister },
  { name: "a reader's holder is off, and was last seen without its table", run: offAfterFlush },
  { name: "a reader's holder is back, and has no register", run: backWithoutRegister },
  { name: "the last host that counted is off for good", run: lastWhoCounted },
];
