/** Three monitors as processes: they found a cluster, answer alike, and hand leadership over. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { Cluster, NAMES } from "./cluster.ts";
import { buildBundle } from "./monitor-process.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

let cluster: Cluster;
beforeAll(async () => {
  buildBundle();
  cluster = await Cluster.open();
});
afterAll(() => cluster?.close());

describe("three monitors", () => {
  it("found one cluster, and each of them answers for it", async () => {
    const leader = await cluster.leader(NAMES);
    const reports = await Promise.all(
      NAMES.map((name) => cluster.clients.get(name)!.status(5_000)),
    );
    expect(reports.map(({ monitor }) => monitor)).toEqual(NAMES);
    expect(new Set(reports.map(({ status }) => status.cluster.id)).size).toBe(1);
    for (const { status, hasQuorum, degraded } of reports) {
      expect(status.cluster.monitors.map(({ name }) => name).toSorted()).toEqual(NAMES);
      expect(status.cluster.leader).toBe(leader);
      expect(hasQuorum).toBe(true);
      expect(degraded).toBe(true); // Nobody is db1 and db2.
    }
  });

  it("do a command that a follower was given, and answer its repetition alike", async () => {
    const leader = await cluster.leader(NAMES);
    const follower = NAMES.find((name) => name !== leader)!;
    const id = randomUUID();
    const first = await cluster.operate(
      follower,
      { kind: "set-mode", group: "main", mode: "manual" },
      id,
    );
    expect(first).toMatchObject({ kind: "ok" });
    await eventually(
      async () => (await cluster.clients.get(leader)!.status(5_000)).status.groups[0]?.mode,
      (mode) => mode === "manual",
    );
    const again = await cluster.operate(
      leader,
      { kind: "set-mode", group: "main", mode: "manual" },
      id,
    );
    expect(again).toEqual(first);
  });

  it("say why they do not do a command", async () => {
    const outcome = await cluster.operate("mon1", {
      kind: "switchover",
      group: "nowhere",
      to: null,
    });
    expect(outcome.kind).toBe("refused");
    if (outcome.kind === "refused") expect(outcome.message).toContain("nowhere");
  });

  it("have another leader before the one that is told to end is gone", async () => {
    const leader = await cluster.leader(NAMES);
    const others = NAMES.filter((name) => name !== leader);
    cluster.monitors.get(leader)!.signal("SIGTERM");
    expect(await cluster.monitors.get(leader)!.exitCode()).toBe(0);
    const next = await cluster.leader(others, leader);
    expect(others).toContain(next);
    cluster.start(leader);
    await cluster.leader(NAMES);
  });

  it("elect another leader when theirs is killed, and know who is missing", async () => {
    const leader = await cluster.leader(NAMES);
    const others = NAMES.filter((name) => name !== leader);
    cluster.monitors.get(leader)!.signal("SIGKILL");
    const next = await cluster.leader(others, leader);
    await eventually(
      async () => {
        const { status } = await cluster.clients.get(next)!.status(5_000);
        return status.cluster.monitors.find(({ name }) => name === leader)?.problem;
      },
      (problem) => problem === "connection refused",
    );
    cluster.start(leader);
    await cluster.leader(NAMES);
  });

  it("let whoever hears a monitor that was wiped lead, and take it in", async () => {
    const leader = await cluster.leader(NAMES);
    const [heard = "", lost = ""] = NAMES.filter((name) => name !== leader);
    cluster.monitors.get(lost)!.signal("SIGKILL");
    await cluster.monitors.get(lost)!.exitCode();
    rmSync(join(cluster.path, lost), { recursive: true });
    cluster.start(lost, lost, [heard]);
    const replace = { kind: "monitor-replace", name: lost, address: null } as const;
    expect(await cluster.operate(leader, replace)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining(`${lost} answers ${heard}, and not ${leader}`) as string,
    });
    expect(await cluster.leader([leader, heard], leader)).toBe(heard);
    expect(await cluster.operate(heard, replace)).toMatchObject({ kind: "ok" });
    await cluster.leader(NAMES);
  });

  it("take in no newcomer that is not where it is said to be", async () => {
    const added = "mon5";
    await cluster.startNewcomer(added);
    const leader = await cluster.leader(NAMES);
    const add = (port: number) =>
      ({ kind: "monitor-add", name: added, address: `127.0.0.1:${port}` }) as const;
    expect(await cluster.operate(leader, add(1))).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("gets no answer from it at 127.0.0.1:1") as string,
    });
    expect(await cluster.operate(leader, add(cluster.portOf(added)))).toMatchObject({ kind: "ok" });
    await cluster.leader([...NAMES, added]);
    const remove = { kind: "monitor-remove", name: added } as const;
    expect(await cluster.operate(leader, remove)).toMatchObject({ kind: "ok" });
    await cluster.leader(NAMES, added);
    cluster.monitors.get(added)!.signal("SIGKILL");
  });

  it("know from their disks whom they have in common, though no file names that one", async () => {
    const added = "mon4";
    await cluster.startNewcomer(added);
    const address = `127.0.0.1:${cluster.portOf(added)}`;
    const leader = await cluster.leader(NAMES);
    const add = { kind: "monitor-add", name: added, address } as const;
    expect(await cluster.operate(leader, add)).toMatchObject({ kind: "ok" });
    await cluster.leader([...NAMES, added]);
    for (const name of NAMES) cluster.monitors.get(name)!.signal("SIGKILL");
    for (const name of NAMES) await cluster.monitors.get(name)!.exitCode();
    const [lost = "", ...back] = NAMES;
    for (const name of back) cluster.start(name);
    const next = await cluster.leader([...back, added]);
    cluster.start(lost);
    await cluster.leader([...NAMES, added]);
    const remove = { kind: "monitor-remove", name: added } as const;
    expect(await cluster.operate(next, remove)).toMatchObject({ kind: "ok" });
    await cluster.leader(NAMES, added);
    cluster.monitors.get(added)!.signal("SIGKILL");
  });

  it("reach the one that takes another's place elsewhere, while that one still runs", async () => {
    const leader = await cluster.leader(NAMES);
    const name = NAMES.find((one) => one !== leader)!;
    const before = await cluster.startAnother(name);
    const address = `127.0.0.1:${cluster.portOf(name)}`;
    await eventually(
      async () => (await cluster.clients.get(name)!.status(1_000)).status.cluster.id === null,
      (isEmpty) => isEmpty,
      { withinMs: 10_000, what: "the other one is there" },
    );
    const outcome = await cluster.operate(leader, { kind: "monitor-replace", name, address });
    const message = expect.stringContaining(`${name} is a monitor of this cluster now`);
    expect(outcome).toEqual({ kind: "ok", message });
    const now = await cluster.leader(NAMES);
    await eventually(
      async () => (await before.status(5_000)).status.warnings.map(({ text }) => text),
      (texts) => texts.some((text) => text.includes("was removed from cluster")),
      { withinMs: 10_000, what: "the one before knows that it was removed" },
    );
    await eventually(
      async () => (await cluster.clients.get(now)!.status(5_000)).status.cluster.monitors,
      (monitors) => monitors.every(({ problem }) => problem === null),
      { withinMs: 10_000, what: "nothing is wrong with any of the three" },
    );
    // One whose file still has the place of the one before, which answers there under that name.
    const other = NAMES.find((one) => one !== leader && one !== name)!;
    await cluster.restart(other);
    await cluster.leader(NAMES);
    cluster.monitors.get(leader)!.signal("SIGKILL");
    const next = await cluster.leader([other, name], leader);
    expect([other, name]).toContain(next);
    cluster.start(leader);
    await cluster.leader(NAMES);
  });
});

describe("a monitor that is said to be elsewhere", () => {
  it("is looked for there if it has moved there, and stays where it is if it has not", async () => {
    await using moved = await Cluster.open();
    const leader = await moved.leader(NAMES);
    const [name = "", other = ""] = NAMES.filter((one) => one !== leader);
    await moved.move(name);
    await eventually(
      async () => (await moved.clients.get(leader)!.status(5_000)).status.cluster.monitors,
      (monitors) => monitors.find((one) => one.name === name)?.problem === "connection refused",
    );
    const address = `127.0.0.1:${moved.portOf(name)}`;
    const outcome = await moved.operate(leader, { kind: "monitor-replace", name, address });
    const message = `${name} is looked for at ${address} from now on`;
    expect(outcome).toEqual({ kind: "ok", message });
    expect(await moved.leader(NAMES)).toBe(leader);
    const nowhere = { kind: "monitor-replace", name: other, address: "127.0.0.1:1" } as const;
    const refusal = expect.stringContaining(`${other} itself answers at 127.0.0.1:`);
    expect(await moved.operate(leader, nowhere)).toEqual({ kind: "refused", message: refusal });
  });
});

describe("three monitors that have all moved", () => {
  it("find each other where their files say", async () => {
    await using moved = await Cluster.open();
    await moved.leader(NAMES);
    await moved.moveAll();
    await moved.leader(NAMES);
  });
});
