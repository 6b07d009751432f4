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
import { BUNDLE, buildBundle, MonitorProcess, writeConfig } from "./monitor-process.ts";

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

  it("are moved and given a password while the monitor runs; a taken address moves nothing", async () => {
    await using dir = await tempDir();
    const [old, now, sentinel] = [await freePort(), await freePort(), await freePort()];
    const token = join(dir.path, "token");
    writeFileSync(token, "open sesame\n", { mode: 0o600 });
    const socket = `socket = ${join(dir.path, "mmm.sock")}`;
    await using monitor = await monitorWith(dir.path, `http = 127.0.0.1:${old}\n${socket}`);
    await monitor.logged("http.opened");
    await eventually(
      () => fetch(`http://127.0.0.1:${old}/readyz`),
      ({ status }) => status === 200,
      { withinMs: 15_000, what: "a monitor that leads" },
    );
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const taken = (other.address() as AddressInfo).port;
    const config = writeConfig(dir.path, `http = 127.0.0.1:${taken}\n${socket}`);
    monitor.signal("SIGHUP");
    const [kept] = await monitor.logged("http.kept");
    expect(kept?.["msg"]).toContain(`${config}:5:8: http`);
    other.close();
    await eventually(
      async () => (await fetch(`http://127.0.0.1:${old}/api/status`)).text(),
      (status) => status.includes(`127.0.0.1:${old} stays open`),
    );
    const password = `http_token_file = ${token}\nsentinel_password_file = ${token}`;
    const doors = `http = 127.0.0.1:${now}\nsentinel = 127.0.0.1:${sentinel}`;
    writeConfig(dir.path, `${doors}\n${password}\n${socket}`);
    await execute(process.execPath, [join(BUNDLE, "mmm.js"), "--config", config, "reload"]);
    await monitor.logged("sentinel.opened");
    await monitor.logged("http.opened", 2);
    await expect(fetch(`http://127.0.0.1:${old}/healthz`)).rejects.toThrow();
    const asks = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${now}/healthz`, { headers })).status;
    expect(await asks({})).toBe(401);
    expect(await asks({ authorization: "Bearer open sesame" })).toBe(200);
    const ask = async (...more: readonly string[]) =>
      (await execute("redis-cli", ["-p", String(sentinel), ...more, "role"])).stdout;
    expect(await ask()).toContain("NOAUTH");
    expect(await ask("--no-auth-warning", "-a", "open sesame")).toBe("sentinel\nmain\n");
    expect(monitor.stdout + monitor.stderr).not.toContain("sesame");
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
    const top = `vip = off\nsentinel = 127.0.0.1:${sentinel}\n`;
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
