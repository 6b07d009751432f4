/** Two groups on the same hosts, watched by the same monitors: one comes, fails over and goes; the other never notices. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GroupStatus } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { expectNobodyDisturbed, expectUnmoved } from "../helpers/lab-expect.ts";
import { IS_LOCAL, Lab } from "../helpers/lab.ts";
import { FAST, NO_GAP_MS } from "../helpers/lab-setup.ts";
import { REDIS_SERVER } from "../helpers/redis-server.ts";

const VIP = "10.77.0.80";
const PORT = "6380";
const NODES = [1, 2, 3].map((at) => ({ name: `db${at}`, address: `10.77.0.1${at}` }));

async function startServers(lab: Lab): Promise<void> {
  for (const { name } of NODES) {
    const dir = join(lab.directory, `orders-${name}`);
    mkdirSync(dir);
    const replica = name === "db1" ? [] : ["--replicaof", "10.77.0.11", PORT];
    const common = ["--port", PORT, "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""];
    const files = ["--dir", dir, "--daemonize", "yes", "--repl-diskless-sync-delay", "0"];
    await lab.run("exec", name, REDIS_SERVER, ...common, ...files, ...replica);
  }
}

/** As an operator does: a file for the group, and once a line that finds such files. */
function describeGroup(lab: Lab): string {
  const main = join(lab.directory, "mmm.conf");
  writeFileSync(main, `include = mmm.d/*.conf\n${readFileSync(main, "utf8")}`);
  mkdirSync(join(lab.directory, "mmm.d"));
  const file = join(lab.directory, "mmm.d", "orders.conf");
  const user = "ssh_user = root";
  const nodes = NODES.map(({ name, address }) => `[${name}]\naddress = ${address}\n${user}\n`);
  writeFileSync(file, `master_ip = ${VIP}\nport = ${PORT}\n${nodes.join("")}`);
  return file;
}

async function orders(lab: Lab): Promise<GroupStatus | undefined> {
  return (await lab.status()).groups.find(({ name }) => name === "orders");
}

/** What a client is told at the group's address. */
async function roleAtVip(lab: Lab): Promise<string> {
  const ask = ["timeout", "1", "redis-cli", "-h", VIP, "-p", PORT, "role"];
  return (await lab.tryRun("exec", "client", ...ask))?.split("\n")[0] ?? "nobody";
}

async function servedBy(lab: Lab, isIt: (node: string) => boolean): Promise<string> {
  const group = await eventually(
    () => orders(lab),
    (now) =>
      now?.master != null &&
      isIt(now.master) &&
      now.writer?.holder === now.master &&
      now.operation === null,
    { withinMs: 20_000, everyMs: 200, what: "the group orders is served" },
  );
  expect(await roleAtVip(lab)).toBe("master");
  return group?.master ?? "";
}

describe.skipIf(IS_LOCAL)("a second group on the same hosts", () => {
  it("is added, fails over, is switched over and dropped, and the first never notices", async () => {
    await using lab = await Lab.up({ ...FAST, sshUser: "root" });
    await startServers(lab);
    let told = "";
    const measured = await lab.measure(
      async () => {
        const file = describeGroup(lab);
        expect(await lab.run("mmm", "reload", "--dry-run")).toContain(
          "would be added: group orders",
        );
        expect(await lab.run("mmm", "reload")).toContain("added group orders");
        await servedBy(lab, (node) => node === "db1");
        await lab.run("exec", "db1", "redis-cli", "-p", PORT, "shutdown", "nosave");
        const next = await servedBy(lab, (node) => node !== "db1");
        const other = NODES.find(({ name }) => name !== next && name !== "db1")?.name ?? "";
        await lab.run("mmm", "switchover", "--group", "orders", "--to", other);
        await servedBy(lab, (node) => node === other);
        rmSync(file);
        expect(await lab.run("mmm", "reload")).toContain("group orders is in no file any more");
        told = await lab.run("mmm", "reload", "--drop-group", "orders", "-y");
      },
      () => lab.healthy(),
      { keepalive: false },
    );
    expect(told).toContain("group orders is dropped");
    expect(await orders(lab)).toBeUndefined();
    expect(await roleAtVip(lab)).not.toBe("master");
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    const kinds = (await lab.history()).map(({ group, kind }) => `${group} ${kind}`);
    expect(kinds).toContain("orders failover");
    expect(kinds.some((line) => line.startsWith("main "))).toBe(false);
  });
});
