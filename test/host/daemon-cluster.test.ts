/** Three monitors as processes: they found a cluster, answer alike, and hand leadership over. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../src/adapters/control/client.ts";
import type { Command, CommandOutcome } from "../../src/core/messages.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { buildBundle, MonitorProcess, writeConfig } from "./monitor-process.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const NAMES = ["mon1", "mon2", "mon3"];

class Cluster {
  readonly monitors = new Map<string, MonitorProcess>();
  readonly clients = new Map<string, ControlClient>();
  readonly #ports = new Map<string, number>();
  readonly #dir: TempDir;

  private constructor(dir: TempDir) {
    this.#dir = dir;
  }

  static async open(): Promise<Cluster> {
    const cluster = new Cluster(await tempDir());
    writeConfig(cluster.#dir.path);
    for (const name of NAMES) {
      const port = await freePort();
      cluster.#ports.set(name, port);
      cluster.clients.set(name, new ControlClient(`127.0.0.1:${port}`));
    }
    for (const name of NAMES) cluster.start(name);
    return cluster;
  }

  start(name: string): void {
    const at = (other: string) => `127.0.0.1:${this.#ports.get(other)}`;
    // One of the peers is named, the other says its name itself.
    const peers = NAMES.filter((other) => other !== name).flatMap((other, index) => [
      "--peer",
      index === 0 ? at(other) : `${other}=${at(other)}`,
    ]);
    const dir = this.#dir.path;
    const args = ["--config", `${dir}/mmm.conf`, "--data-dir", `${dir}/${name}`, "--name", name];
    this.monitors.set(name, new MonitorProcess([...args, "--listen", at(name), ...peers]));
  }

  /** The leader, once all of these know it. */
  async leader(names: readonly string[], other?: string): Promise<string> {
    const ask = () =>
      Promise.all(names.map(async (name) => (await this.clients.get(name)!.status(5_000)).leader));
    const [leader] = await eventually(
      ask,
      (told) => told[0] !== null && told[0] !== other && new Set(told).size === 1,
      { withinMs: 30_000, everyMs: 50, what: "they know one leader" },
    );
    return leader!;
  }

  /** As `mmm` does it: the same request again while nobody leads. */
  async operate(at: string, command: Command, requestId: string = randomUUID()) {
    const request = { requestId, by: "test@host", forwarded: false, command };
    const ask = () => this.clients.get(at)!.operate(request, () => {}, 10_000);
    const isEnd = ({ kind }: CommandOutcome) => kind !== "not-leader";
    return await eventually(ask, isEnd, { withinMs: 30_000, everyMs: 100, what: command.kind });
  }

  async close(): Promise<void> {
    for (const client of this.clients.values()) client.close();
    for (const monitor of this.monitors.values()) await monitor[Symbol.asyncDispose]();
    await this.#dir.remove();
  }
}

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
});
