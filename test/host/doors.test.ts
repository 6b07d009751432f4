/** The read-only doors of a real monitor: they open if configured, and trouble of theirs is not the monitor's. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { RedisServer } from "../helpers/redis-server.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { buildBundle, MonitorProcess, writeConfig } from "./monitor-process.ts";

const execute = promisify(execFile);

beforeAll(buildBundle);

/** A monitor of its own, with these further lines in its file. */
async function monitorWith(dir: string, more: string): Promise<MonitorProcess> {
  const listen = `127.0.0.1:${await freePort()}`;
  const config = writeConfig(dir, more);
  const data = join(dir, "data");
  const monitor = new MonitorProcess([
    "--config",
    config,
    "--name",
    "mon1",
    "--listen",
    listen,
    "--data-dir",
    data,
  ]);
  await monitor.logged("monitor.started");
  return monitor;
}

describe("the read-only doors of mmm-mon", () => {
  it("answer over HTTP and in the protocol of Sentinel", async () => {
    await using dir = await tempDir();
    const [http, sentinel] = [await freePort(), await freePort()];
    const lines = `http = 127.0.0.1:${http}\nsentinel = 127.0.0.1:${sentinel}`;
    await using monitor = await monitorWith(dir.path, lines);
    await monitor.logged("http.opened");
    await monitor.logged("sentinel.opened");
    await eventually(
      () => fetch(`http://127.0.0.1:${http}/readyz`),
      ({ status }) => status === 200,
      { withinMs: 15_000, what: "a monitor that leads" },
    );
    const metrics = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
    expect(metrics).toContain('mmm_leader_info{monitor="mon1"} 1\n');
    expect(metrics).toMatch(/^mmm_wakeup_lateness_seconds_count [1-9]/m);
    const { stdout } = await execute("redis-cli", ["-p", String(sentinel), "role"]);
    expect(stdout).toBe("sentinel\nmain\n");
  });

  it("are tried again when their port is taken, and the monitor leads all the same", async () => {
    await using dir = await tempDir();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await using monitor = await monitorWith(dir.path, `http = 127.0.0.1:${port}`);
    const [failed] = await monitor.logged("http.failed");
    expect(failed?.["msg"]).toContain("tries again");
    await monitor.logged("leader.changed");
    other.close();
  });

  it("lead clients to the new master of a group that has no virtual IP", async () => {
    await using dir = await tempDir();
    await using one = await RedisServer.start();
    const replicaOf = { host: "127.0.0.1", port: one.port };
    await using other = await RedisServer.start({ replicaOf });
    const [listen, sentinel] = [await freePort(), await freePort()];
    const config = join(dir.path, "mmm.conf");
    const node = (name: string, { port }: RedisServer) =>
      `[${name}]\naddress = 127.0.0.1\nport = ${port}\n`;
    const top = `sentinel = 127.0.0.1:${sentinel}\n`;
    writeFileSync(config, top + node("db1", one) + node("db2", other), { mode: 0o600 });
    const flags = ["--config", config, "--name", "mon1", "--data-dir", join(dir.path, "data")];
    await using monitor = new MonitorProcess([...flags, "--listen", `127.0.0.1:${listen}`]);
    await monitor.logged("sentinel.opened");
    const client = new Redis({
      sentinels: [{ host: "127.0.0.1", port: sentinel }],
      name: "main",
      sentinelRetryStrategy: () => 100,
      maxRetriesPerRequest: null,
    });
    client.on("error", () => undefined);
    await client.set("before", "1");
    const arrived = await client.call("WAIT", "1", "5000");
    expect(arrived).toBe(1);
    await one.kill();
    await client.set("after", "1");
    expect(await other.role()).toBe("master");
    expect(await other.client.mget("before", "after")).toEqual(["1", "1"]);
    client.disconnect();
  });
});
