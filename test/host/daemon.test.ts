/** How `mmm-mon` starts, refuses to start, and ends. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../src/adapters/control/client.ts";
import { eventually } from "../helpers/eventually.ts";
import { FakeRedis } from "../helpers/fake-redis.ts";
import { freePort } from "../helpers/free-port.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { buildBundle, logLines, MonitorProcess, writeConfig } from "./monitor-process.ts";

beforeAll(buildBundle);

interface Setup extends AsyncDisposable {
  readonly dir: string;
  readonly port: number;
  readonly args: readonly string[];
}

/** A monitor without peers, with everything it needs. */
async function setup(): Promise<Setup> {
  const dir = await tempDir();
  const port = await freePort();
  const data = join(dir.path, "data");
  const args = [
    "--config",
    writeConfig(dir.path),
    "--name",
    "mon1",
    "--listen",
    `127.0.0.1:${port}`,
    "--data-dir",
    data,
  ];
  return { dir: dir.path, port, args, [Symbol.asyncDispose]: () => dir.remove() };
}

async function refusal(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  await using monitor = new MonitorProcess(args);
  const code = await monitor.exitCode();
  return { code, text: monitor.stderr };
}

describe("mmm-mon refuses to start", () => {
  it("with a flag that it does not know: exit 2", async () => {
    const { code, text } = await refusal(["--frobnicate"]);
    expect(text).toContain("Unknown option '--frobnicate'");
    expect(code).toBe(2);
  });

  it("with a file that has mistakes, naming all of them with their places: exit 3", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "mmm.conf");
    writeFileSync(file, "master_ip = 300.1.1.1\n[db1]\nadress = 10.0.0.1\n", { mode: 0o600 });
    const { code, text } = await refusal(["--config", file, "--data-dir", dir.path]);
    expect(text).toContain(`${file}:1:`);
    expect(text).toContain(`${file}:3:`);
    expect(code).toBe(3);
  });

  it("on an address of the network, until somebody says that TLS is off: exit 3", async () => {
    await using it = await setup();
    const { code, text } = await refusal([...it.args, "--listen", "0.0.0.0:7400"]);
    expect(text).toMatch(/will not listen on 0\.0\.0\.0:7400\n.*not encrypted\ntry: .*tls = off/);
    expect(code).toBe(3);
  });

  it("on a port that is in use: exit 1", async () => {
    await using it = await setup();
    const other = createServer().listen(it.port, "127.0.0.1");
    await once(other, "listening");
    const { code, text } = await refusal([...it.args, "--pid", join(it.dir, "pid")]);
    other.close();
    expect(text).toContain(`cannot listen on 127.0.0.1:${it.port}\n  the port is in use`);
    expect(code).toBe(1);
    expect(existsSync(join(it.dir, "pid"))).toBe(false);
  });

  it("with a data directory that cannot be one: exit 3", async () => {
    await using it = await setup();
    const { code, text } = await refusal([
      ...it.args,
      "--data-dir",
      join(it.dir, "mmm.conf", "data"),
    ]);
    expect(text).toMatch(/cannot use the data directory .*\n.*ENOTDIR/);
    expect(code).toBe(3);
  });

  it("with a data directory in which anybody may write: exit 3", async () => {
    await using it = await setup();
    mkdirSync(join(it.dir, "data"));
    chmodSync(join(it.dir, "data"), 0o777);
    const { code, text } = await refusal(it.args);
    expect(text).toMatch(/will not use the data directory .*\n {2}anybody on this host may write/);
    expect(code).toBe(3);
  });

  it("with a state that is not whole, and leaves it as it is: exit 3", async () => {
    await using it = await setup();
    const file = join(it.dir, "data", "state");
    mkdirSync(join(it.dir, "data"));
    writeFileSync(file, "half a stat");
    const { code, text } = await refusal(it.args);
    expect(text).toContain("data/state");
    expect(code).toBe(3);
    expect(readFileSync(file, "utf8")).toBe("half a stat");
  });

  it("with the data directory of another monitor: exit 3", async () => {
    await using it = await setup();
    {
      await using monitor = new MonitorProcess(it.args);
      await monitor.logged("monitor.started");
    }
    const { code, text } = await refusal([...it.args, "--name", "mon2"]);
    expect(text).toContain("is not that of mon2\n  it was written by the monitor mon1");
    expect(code).toBe(3);
  });

  it("with a log file that cannot be written: exit 3", async () => {
    await using it = await setup();
    const { code, text } = await refusal([...it.args, "--log", join(it.dir, "none", "log")]);
    expect(text).toContain("cannot write the log file");
    expect(code).toBe(3);
  });

  it("twice in one data directory, or with the pid file of one that runs: exit 1", async () => {
    await using it = await setup();
    const pidFile = join(it.dir, "pid");
    await using monitor = new MonitorProcess([...it.args, "--pid", pidFile]);
    await monitor.logged("monitor.started");
    const twin = await refusal([...it.args, "--listen", "127.0.0.1:0"]);
    const free = `127.0.0.1:${await freePort()}`;
    const same = await refusal([...it.args, "--listen", free]);
    expect(same.text).toContain("another mmm-mon is using it");
    expect(same.code).toBe(1);
    expect(twin.code).toBe(3);
    const other = await refusal([
      ...it.args,
      "--listen",
      free,
      "--data-dir",
      join(it.dir, "d2"),
      "--pid",
      pidFile,
    ]);
    expect(other.text).toContain(`process ${monitor.pid} is running and wrote it`);
    expect(other.code).toBe(1);
    expect(readFileSync(pidFile, "utf8")).toBe(`${monitor.pid}\n`);
  });
});

describe("mmm-mon", () => {
  it("tells its flags and its version", async () => {
    await using help = new MonitorProcess(["--help"]);
    expect(await help.exitCode()).toBe(0);
    expect(help.stdout).toContain("--data-dir DIR");
    await using version = new MonitorProcess(["--version"]);
    expect(await version.exitCode()).toBe(0);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("ends in order on SIGTERM, within two seconds: exit 0, no pid file, and the same disk again", async () => {
    await using it = await setup();
    const pidFile = join(it.dir, "pid");
    writeFileSync(pidFile, "1\n"); // Left behind; that process is no monitor.
    const args = [...it.args, "--pid", pidFile];
    await using monitor = new MonitorProcess(args);
    await monitor.logged("monitor.started");
    await monitor.logged("cluster.founded");
    expect(readFileSync(pidFile, "utf8")).toBe(`${monitor.pid}\n`);
    const toldAt = performance.now();
    monitor.signal("SIGTERM");
    expect(await monitor.exitCode()).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(2_100);
    expect(monitor.lines("monitor.ended")).toHaveLength(1);
    expect(existsSync(pidFile)).toBe(false);
    await using again = new MonitorProcess(args);
    await again.logged("role.changed");
    expect(again.lines("cluster.founded")).toEqual([]);
  });

  it("takes over a data directory and a pid file that a killed one left behind", async () => {
    await using it = await setup();
    const args = [...it.args, "--pid", join(it.dir, "pid")];
    const killed = new MonitorProcess(args);
    await killed.logged("monitor.started");
    killed.signal("SIGKILL");
    await killed.exitCode();
    await using monitor = new MonitorProcess(args);
    await monitor.logged("monitor.started");
  });

  it("opens its log file anew on SIGHUP", async () => {
    await using it = await setup();
    const log = join(it.dir, "log");
    await using monitor = new MonitorProcess([...it.args, "--log", log]);
    const events = () =>
      existsSync(log) ? logLines(readFileSync(log, "utf8")).map((line) => line["event"]) : [];
    await eventually(events, (all) => all.includes("monitor.started"), { withinMs: 20_000 });
    renameSync(log, `${log}.1`);
    monitor.signal("SIGHUP");
    await eventually(events, (all) => all.includes("log.reopened"));
    expect(events()).not.toContain("monitor.started");
    expect(monitor.stdout).toBe("");
  });

  it("goes on after SIGHUP when its log file cannot be opened anew, and says so in the one before", async () => {
    await using it = await setup();
    const [place, moved] = [join(it.dir, "place"), join(it.dir, "moved")];
    mkdirSync(place);
    await using monitor = new MonitorProcess([...it.args, "--log", join(place, "log")]);
    const events = (folder: string) =>
      logLines(readFileSync(join(folder, "log"), "utf8")).map((line) => line["event"]);
    await eventually(
      () => events(place),
      (all) => all.includes("monitor.started"),
      { withinMs: 20_000 },
    );
    renameSync(place, moved);
    monitor.signal("SIGHUP");
    await eventually(
      () => events(moved),
      (all) => all.includes("log.kept"),
    );
    monitor.signal("SIGTERM");
    expect(await monitor.exitCode()).toBe(0);
  });

  it("goes on after SIGHUP when it logs to standard output, which is not opened anew", async () => {
    await using it = await setup();
    await using monitor = new MonitorProcess(it.args);
    await monitor.logged("cluster.founded");
    monitor.signal("SIGHUP");
    // Node's debugger, which that signal opens elsewhere, would hand out all keys.
    monitor.signal("SIGUSR1");
    const client = new ControlClient(`127.0.0.1:${it.port}`);
    expect((await client.identify(10_000)).name).toBe("mon1");
    client.close();
    monitor.signal("SIGTERM");
    expect(await monitor.exitCode()).toBe(0);
    expect(monitor.stderr).not.toContain("Debugger");
  });

  it("writes no password down, whatever the environment asks its libraries to say", async () => {
    const password = "Zq9-S3cr3t";
    await using it = await setup();
    await using redis = await FakeRedis.start(() => "+OK");
    const file = join(it.dir, "mmm.conf");
    const text = readFileSync(file, "utf8").replace("port = 1\n", `port = ${redis.port}\n`);
    writeFileSync(file, `redis_user = mmm\nredis_password = ${password}\n${text}`);
    const talkative = ["env", "DEBUG=*", "GRPC_TRACE=all", "GRPC_VERBOSITY=DEBUG"];
    await using monitor = new MonitorProcess(it.args, undefined, [], talkative);
    await monitor.logged("monitor.started");
    const client = new ControlClient(`127.0.0.1:${it.port}`);
    // By the library; probes do without it.
    await client.doctor({ group: "", node: "db1" }, true, 20_000);
    client.close();
    const isOfDoctor = ([, name, text]: readonly string[]) =>
      name === "SETNAME" && text === "mmm-doctor";
    expect(redis.asked.some(isOfDoctor)).toBe(true);
    expect(redis.asked).toContainEqual(["AUTH", "mmm", password]);
    expect(monitor.stdout + monitor.stderr).not.toContain(password);
    expect(monitor.stderr).not.toMatch(/ioredis|grpc|channel/i);
  });

  it("ends at once when its state cannot be kept, and says so", async () => {
    await using it = await setup();
    const data = join(it.dir, "data");
    await using monitor = new MonitorProcess(it.args);
    await monitor.logged("monitor.started");
    rmSync(join(data, "state"));
    expect(await monitor.exitCode()).toBe(1);
    const [line] = monitor.lines("monitor.fault");
    expect(line).toMatchObject({ level: "fatal", msg: expect.stringContaining("cannot write") });
  });
});
