/**
 * Name servers that take questions and never answer. Looking a name up takes a thread for as long, and the same four
 * threads sync the state to disk: a monitor must keep some, whoever asks it for whatever. Only with MMM_LONG=1.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadState } from "../../src/adapters/store/state-file.ts";
import { eventually } from "../helpers/eventually.ts";
import { isLong } from "../helpers/lab.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { Cluster, NAMES } from "./cluster.ts";
import { isRoot } from "./guard-host.ts";
import { buildBundle } from "./monitor-process.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const NAME_SERVER = "127.53.7.1";
const hostOf = (name: string) => `${name}.example`;
const MODES = ["manual", "active", "manual", "active", "manual", "active"] as const;

let silent: Socket;
let questions = 0;
let dir: TempDir;
let hosts: string;
let cluster: Cluster;

const versionOf = async (name: string) =>
  (await loadState(join(cluster.path, name)))?.slot?.stamp.version ?? 0;

describe.runIf(isRoot() && isLong)("when name servers do not answer", () => {
  beforeAll(async () => {
    buildBundle();
    silent = createSocket("udp4", () => (questions += 1));
    silent.bind(53, NAME_SERVER);
    await once(silent, "listening");
    dir = await tempDir();
    const [resolver, names] = ["resolv.conf", "hosts"].map((one) => join(dir.path, one));
    [hosts] = [names ?? ""];
    writeFileSync(resolver ?? "", `nameserver ${NAME_SERVER}\noptions timeout:30 attempts:5\n`);
    writeFileSync(hosts, NAMES.map((name) => `127.0.0.1 ${hostOf(name)}\n`).join(""));
    const script =
      'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const launcher = ["unshare", "--mount", "sh", "-c", script, resolver ?? "", hosts];
    cluster = await Cluster.open({ launcher, hostOf });
    await cluster.leader();
  });
  afterAll(async () => {
    await cluster?.close();
    silent?.close();
    await dir?.remove();
  });

  it("monitors that know each other go on, and one that starts keeps its state and answers", async () => {
    const leader = await cluster.leader();
    const [late = "", other = ""] = NAMES.filter((name) => name !== leader);
    writeFileSync(hosts, "");
    cluster.monitors.get(late)!.signal("SIGKILL");
    await cluster.monitors.get(late)!.exitCode();
    cluster.start(late);
    await eventually(
      () => questions,
      (count) => count > 0,
      { withinMs: 20_000, what: "a name server is asked" },
    );
    // Each of these is about the other monitors.
    const client = cluster.clients.get(late)!;
    await client.identify(20_000);
    const examined = client.doctor({ group: "", node: "" }, false, 20_000);
    for (const mode of MODES) {
      const command = { kind: "set-mode" as const, group: "main", mode };
      expect(await cluster.operate(other, command)).toMatchObject({ kind: "ok" });
    }
    const newest = await versionOf(leader);
    await eventually(
      () => versionOf(late),
      (version) => version >= newest,
      { withinMs: 10_000, what: "what was agreed on is on the disk of the late one" },
    );
    const { reports, unreachable } = await examined;
    expect(reports[0]?.monitor).toBe(late);
    expect(unreachable.map(({ why }) => why)).toContain("its name has no address yet");
    expect(await cluster.leader([leader, other])).toBe(leader);
    expect((await client.status(5_000)).monitor).toBe(late);
    // Nor does its end wait for a name server: it is ended by the signal that asked for it.
    cluster.monitors.get(late)!.signal("SIGTERM");
    await eventually(
      () => cluster.monitors.get(late)!.hasEnded,
      (ended) => ended,
      { withinMs: 10_000, what: "the late one has ended" },
    );
  });
});
