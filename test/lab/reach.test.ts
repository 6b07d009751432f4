/**
 * A leader whose own network is in the way of a failover, while other monitors reach all that it takes. Their
 * peers hear it as well as ever, so nobody deposes it: it has to give leadership away by itself.
 */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  expectNothingLostBefore,
  expectOneServer,
  expectOnlyMaster,
  servers,
} from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST, isAnother } from "../helpers/lab-setup.ts";

const WITHIN = { withinMs: 8_000, everyMs: 50 };
const REPLICAS = ["db2", "db3"];

/** The leader, once it hears none of `nodes` any more. */
async function cutOff(lab: Lab, nodes: readonly string[]): Promise<string> {
  const leader = await lab.leader();
  await lab.run("isolate", leader, "from", ...nodes);
  const group = () => lab.group();
  const isSilent = (name: string) => (seen: Awaited<ReturnType<typeof group>>) =>
    seen.nodes.find((node) => node.name === name)?.votes[leader]?.vote === "silent";
  for (const name of nodes)
    await eventually(group, isSilent(name), { ...WITHIN, what: `${leader} does not hear ${name}` });
  expect(await lab.leader()).toBe(leader);
  return leader;
}

describe.skipIf(!isLong || IS_LOCAL)("a leader that is cut off from", () => {
  it("all replicas gives leadership to one that can fail over", async () => {
    await using lab = await Lab.up(FAST);
    const leader = await cutOff(lab, REPLICAS);
    const measured = await lab.measure(
      () => lab.run("kill", "db1"),
      () => lab.movedTo(isAnother, 10_000),
    );
    expectOneServer(measured.observer);
    expect(servers(measured.observer)).toHaveLength(2);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    expect(await lab.leader()).not.toBe(leader);
    await lab.run("heal");
    await lab.run("start", "db1");
    await lab.healthy();
  });

  it("the old host, whose packet filter is flushed while its lease is waited for, lets nobody serve beside it", async () => {
    await using lab = await Lab.up({ ...FAST, downAfter: "2s", lease: "3s" });
    const leader = await cutOff(lab, ["db1"]);
    const operating = async () => (await lab.group()).operation;
    const measured = await lab.measure(
      async () => {
        await lab.run("kill", "db1");
        await eventually(operating, (is) => is !== null, { ...WITHIN, what: "a failover" });
        await lab.run("exec", "db1", "nft", "flush", "ruleset");
      },
      () => lab.movedTo(isAnother, 20_000),
      { keepalive: true },
    );
    expectOneServer(measured.observer);
    expectNothingLostBefore(measured.writer, measured.faultAtS);
    const master = servers(measured.observer).at(-1) ?? "none";
    expect(isAnother(master)).toBe(true);
    expect(await lab.leader()).not.toBe(leader);
    await lab.run("heal");
    await lab.run("start", "db1");
    await lab.healthy();
    await expectOnlyMaster(lab, master);
  });
});
