/** A monitor that is cut off from the databases and from what it pings, but not from its peers (`ping_ips`). */
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { expectOnlyMaster } from "../helpers/lab-expect.ts";
import { IS_LOCAL, Lab } from "../helpers/lab.ts";
import { FAST, MONITORS } from "../helpers/lab-setup.ts";

/** Of the client's host, which is none of the databases. */
const PINGED = "10.77.0.30";

async function voteOn(lab: Lab, node: string, monitor: string) {
  const { nodes } = await lab.group();
  return nodes.find(({ name }) => name === node)?.votes[monitor];
}

describe.skipIf(IS_LOCAL)("a monitor whose own network is down", () => {
  it("abstains, says so, and votes again when it is back", async () => {
    await using lab = await Lab.up({ ...FAST, set: [`ping_ips=${PINGED}`] });
    const leader = await lab.leader();
    // The command line asks the first ones first, and this one does not hear it.
    const name = MONITORS.findLast((one) => one !== leader) ?? "";
    const network = async () => {
      const { monitors } = (await lab.status()).cluster;
      return monitors.find((one) => one.name === name)?.network;
    };
    await eventually(network, (is) => is === "up", { what: "its network is up" });
    const within = { withinMs: 8_000, everyMs: 100 };
    await lab.run("isolate", name, "from", "db1", "db2", "db3", "client");
    const cut = await eventually(
      () => voteOn(lab, "db1", name),
      (vote) => vote?.vote === "abstain",
      { ...within, what: "it abstains" },
    );
    expect(cut?.reason).toBe("own network: none of ping_ips answers");
    expect(await network()).toBe("down");
    const told = (await lab.status()).warnings.map(({ text }) => text);
    expect(told).toContainEqual(expect.stringContaining(`monitor ${name}: none of its ping_ips`));
    await lab.run("heal");
    await eventually(
      () => voteOn(lab, "db1", name),
      (vote) => vote?.vote === "up",
      { ...within, what: "it votes again" },
    );
    await eventually(network, (is) => is === "up", { ...within, what: "its network is back" });
    await expectOnlyMaster(lab, "db1");
    expect((await lab.history()).filter(({ kind }) => kind === "failover")).toEqual([]);
  });
});
