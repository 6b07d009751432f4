/**
 * Something is wrong on a host, and it is not Redis that failed: the SSH user lost its rights, a program
 * is missing, the host shows another key, somebody flushed its firewall or added the VIP's address.
 * Nothing moves, status names the host and what is wrong, and all is well once it is repaired.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { expectNobodyDisturbed, expectOnlyMaster, expectUnmoved } from "../helpers/lab-expect.ts";
import { IS_LOCAL, isLong, Lab } from "../helpers/lab.ts";
import { FAST, NO_GAP_MS } from "../helpers/lab-setup.ts";

/** On the host itself: with its own /etc and its own programs. */
function onHost(lab: Lab, node: string, ...command: readonly string[]): Promise<string> {
  const [pid = ""] = readFileSync(`${lab.directory}/run/sshd-${node}.pid`, "utf8").split(" ");
  return lab.run("exec", node, "nsenter", "-m", "-t", pid, ...command);
}

/** The monitors connect anew, and find what has changed. */
function endConnections(lab: Lab, node: string): Promise<string> {
  return lab.run("exec", node, "ss", "-K", "sport", "=", "22");
}

async function tellsOf(lab: Lab, node: string, problem: RegExp): Promise<void> {
  await eventually(
    async () => (await lab.group()).nodes.find(({ name }) => name === node)?.guard.problem ?? "",
    (text) => problem.test(text),
    { withinMs: 20_000, everyMs: 200, what: `a problem of ${node} like ${problem}` },
  );
}

interface Trouble {
  readonly what: string;
  readonly begin: (lab: Lab) => Promise<unknown>;
  readonly seen: RegExp;
  readonly repair: (lab: Lab) => Promise<unknown>;
}

const SUDOERS = "/etc/sudoers.d/redis-mmm";

function missing(program: string): Trouble {
  const path = execFileSync("bash", ["-c", `readlink -f "$(command -v ${program})"`]);
  const file = path.toString().trim();
  return {
    what: `${program} is missing`,
    begin: async (lab) => {
      await onHost(lab, "db3", "mount", "--bind", "/dev/null", file);
      // arping announces addresses; without it no new register is made.
      if (program === "arping") await lab.run("exec", "db3", "nft", "flush", "ruleset");
      else await endConnections(lab, "db3");
    },
    seen: new RegExp(program),
    repair: async (lab) => {
      await onHost(lab, "db3", "umount", file);
      await endConnections(lab, "db3");
    },
  };
}

let knownHosts = "";

const TROUBLES: readonly Trouble[] = [
  {
    what: "sudo is refused",
    begin: async (lab) => {
      await onHost(lab, "db3", "mv", SUDOERS, "/etc/redis-mmm.sudoers");
      await endConnections(lab, "db3");
    },
    seen: /sudo/,
    repair: async (lab) => {
      await onHost(lab, "db3", "mv", "/etc/redis-mmm.sudoers", SUDOERS);
      await endConnections(lab, "db3");
    },
  },
  missing("nft"),
  missing("arping"),
  missing("ss"),
  {
    what: "its key is unknown",
    begin: async (lab) => {
      const file = `${lab.directory}/ssh/known_hosts`;
      knownHosts = readFileSync(file, "utf8");
      const others = knownHosts.split("\n").filter((line) => !line.startsWith("10.77.0.13 "));
      writeFileSync(file, others.join("\n"));
      await endConnections(lab, "db3");
    },
    seen: /key/,
    repair: (lab) => {
      writeFileSync(`${lab.directory}/ssh/known_hosts`, knownHosts);
      return Promise.resolve();
    },
  },
];

describe.skipIf(!isLong || IS_LOCAL)("a replica's host with a problem", () => {
  it("is named with it, nobody moves, and it is well when that is repaired", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      async () => {
        for (const { begin, seen, repair } of TROUBLES) {
          await begin(lab);
          await tellsOf(lab, "db3", seen);
          await repair(lab);
          await eventually(
            async () => (await lab.group()).nodes.map(({ guard }) => guard.problem),
            (problems) => problems.every((problem) => problem === null),
            { withinMs: 30_000, everyMs: 200, what: "guards without problems" },
          );
        }
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
  });

  it("loses an address that a person added, gets flushed tables again, and never serves", async () => {
    await using lab = await Lab.up(FAST);
    const measured = await lab.measure(
      async () => {
        await lab.run("exec", "db3", "ip", "addr", "add", "10.77.0.70/32", "dev", "eth1");
        await eventually(
          () => lab.run("exec", "db3", "ip", "addr", "show", "dev", "eth1"),
          (addresses) => !addresses.includes("10.77.0.70"),
          { withinMs: 15_000, everyMs: 200, what: "the end of an address that nobody asked for" },
        );
        await lab.run("exec", "db3", "nft", "flush", "ruleset");
        await eventually(
          () => lab.run("exec", "db3", "nft", "list", "tables"),
          (tables) => tables.includes("inet redis_mmm"),
          { withinMs: 10_000, everyMs: 100, what: "the tables" },
        );
      },
      () => lab.healthy(),
    );
    expectUnmoved(measured, "db1", NO_GAP_MS);
    expectNobodyDisturbed(measured.waiters);
    await expectOnlyMaster(lab, "db1");
  });
});

describe.skipIf(!isLong || IS_LOCAL)("a master whose Redis", () => {
  it("does not listen at the VIP stays, and status says what to do", async () => {
    await using lab = await Lab.up(FAST);
    const warnings = async () => JSON.stringify((await lab.status()).warnings);
    await lab.run("redis", "db1", "config", "set", "bind", "10.77.0.11");
    await eventually(warnings, (text) => text.includes("does not answer there"), {
      withinMs: 20_000,
      everyMs: 200,
    });
    expect(await warnings()).toContain("listen on all addresses (bind)?");
    expect((await lab.group()).master).toBe("db1");
    await lab.run("redis", "db1", "config", "set", "bind", "0.0.0.0");
    await eventually(warnings, (text) => !text.includes("does not answer there"), {
      withinMs: 20_000,
      everyMs: 200,
    });
    await lab.healthy();
  });
});
