/** Monitors that speak TLS: to each other, through new certificates, and to people. */
import { randomUUID, X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../src/adapters/control/client.ts";
import type { Role } from "../../src/adapters/tls/certificate-name.ts";
import { credentialsFor, expecting } from "../../src/adapters/tls/channel.ts";
import { type TlsFiles, TlsIdentity } from "../../src/adapters/tls/identity.ts";
import { makeAuthority } from "../../src/adapters/tls/issue.ts";
import { fingerprintOf } from "../../src/adapters/tls/revoked.ts";
import { Certificates } from "../helpers/certificates.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { buildBundle, MonitorProcess, writeConfig } from "./monitor-process.ts";
import { Endpoint, health } from "./peer-endpoint.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const BOTH = ["mon1", "mon2"];
const NAMES = ["mon1", "mon2", "mon3"];

let certificates: Certificates;
beforeAll(async () => {
  buildBundle();
  certificates = await Certificates.open();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const monitorOf = (name: string) => certificates.identity("monitor", name);

async function two(tls: (name: string) => TlsIdentity | undefined, names = BOTH) {
  const ports = [await freePort(), await freePort()];
  const ends = await Promise.all(
    names.map((name, i) => {
      const peers = [`${names[1 - i]}=127.0.0.1:${ports[1 - i]}`];
      const own = tls(name);
      return Endpoint.open({ name, port: ports[i]!, peers, ...(own && { tls: own }) });
    }),
  );
  const [one, other] = ends as [Endpoint, Endpoint];
  const close = async () => {
    for (const end of ends) await end[Symbol.asyncDispose]();
  };
  return { one, other, [Symbol.asyncDispose]: close };
}

const problemAt = (end: Endpoint) =>
  eventually(
    () => end.peers.reports()[0]?.problem ?? null,
    (problem) => problem !== null,
  );

describe("two monitors", () => {
  it("hear each other, and know until when the other's certificate is good", async () => {
    await using pair = await two(monitorOf);
    pair.one.peers.send("mon2", health(1));
    await eventually(
      () => pair.other.received,
      (all) => all.length === 1,
    );
    const [report] = await eventually(
      () => pair.one.peers.reports(),
      ([first]) => first?.silentMs === null,
    );
    expect(report).toMatchObject({ name: "mon2", problem: null });
    expect(report?.validity?.until).toBeGreaterThan(Date.now());
  });

  it("refuse a message under another name than that of the certificate", async () => {
    // mon3 is called so, and has the certificate of mon1.
    await using pair = await two(
      (name) => monitorOf(name === "mon3" ? "mon1" : name),
      ["mon3", "mon2"],
    );
    pair.one.peers.send("mon2", health(1));
    const why = "a message of mon3 came with the certificate of mon1";
    expect(await problemAt(pair.one)).toBe(why);
    expect(pair.other.received).toEqual([]);
    expect(pair.other.server.refusals.list(performance.now())).toEqual([
      { from: "mon1", reason: why },
    ]);
    pair.other.peers.send("mon3", health(1));
    expect(await problemAt(pair.other)).toBe(
      "it presents the certificate of monitor mon1, not of mon3",
    );
  });

  it("take no votes of an operator", async () => {
    await using pair = await two((name) =>
      name === "mon1" ? certificates.identity("operator", "mon1") : monitorOf(name),
    );
    pair.one.peers.send("mon2", health(1));
    expect(await problemAt(pair.one)).toBe(
      "it refuses: the certificate is that of operator mon1: only a monitor's may vote",
    );
    expect(pair.other.received).toEqual([]);
  });

  it("of which one runs without TLS say so, both", async () => {
    await using pair = await two((name) => (name === "mon1" ? monitorOf(name) : undefined));
    pair.one.peers.send("mon2", health(1));
    pair.other.peers.send("mon1", health(1));
    expect(await problemAt(pair.one)).toBe("it does not speak TLS: it runs with tls = off");
    expect(await problemAt(pair.other)).toContain(
      "it talks in the clear, and here only TLS is spoken",
    );
  });

  it("learn the name of a peer that is given by its address from its certificate, too", async () => {
    const [a, b] = [await freePort(), await freePort()];
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`127.0.0.1:${b}`],
      tls: monitorOf("mon1"),
    });
    await using _liar = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon1=127.0.0.1:${a}`],
      tls: monitorOf("mon3"),
    });
    expect(await problemAt(mon1)).toMatch(/calls itself mon2, with the certificate of mon3$/);
    expect(mon1.found).toEqual([]);
  });

  it("go on talking while each gets new certificates, and then those of a new authority", async () => {
    await using pair = await two(monitorOf);
    const next = makeAuthority(100, new Date());
    let seq = 0;
    const sending = setInterval(() => pair.one.peers.send("mon2", health((seq += 1))), 10);
    const hearsMore = async () => {
      const after = seq;
      await eventually(
        () =>
          pair.other.received.some(
            ({ message }) => message.kind === "health" && message.seq > after,
          ),
        (isHeard) => isHeard,
      );
    };
    // An authority is replaced in three steps: trust both, sign with the new one, trust that alone.
    const trust = [certificates.authority.certificate + next.certificate, next.certificate];
    const signed = (name: string, ca: string, signedBy = certificates.authority) => {
      const files = certificates.files("monitor", name, { signedBy });
      return TlsIdentity.load({ ...files, ca: certificates.file(`${randomUUID()}.pem`, ca) });
    };
    try {
      await hearsMore();
      for (const step of [
        (name: string) => monitorOf(name),
        (name: string) => signed(name, trust[0]!),
        (name: string) => signed(name, trust[0]!, next),
        (name: string) => signed(name, trust[1]!, next),
      ]) {
        for (const [end, name] of [
          [pair.one, "mon1"],
          [pair.other, "mon2"],
        ] as const) {
          end.renew(step(name));
          await hearsMore();
        }
      }
      expect(pair.one.turnedAway).toEqual([]);
      expect(pair.other.turnedAway).toEqual([]);
    } finally {
      clearInterval(sending);
    }
  });
});

/** Three processes with certificates in files, as an operator has them. */
class Cluster {
  readonly monitors = new Map<string, MonitorProcess>();
  readonly #ports = new Map<string, number>();
  readonly #clients: ControlClient[] = [];

  static async open(): Promise<Cluster> {
    const cluster = new Cluster();
    for (const name of NAMES) cluster.#ports.set(name, await freePort());
    for (const name of NAMES) {
      cluster.install(name, certificates.files("monitor", name));
      cluster.start(name);
    }
    return cluster;
  }

  fileOf(name: string, what: string): string {
    return join(certificates.path, name, what);
  }

  /** Puts certificates where that monitor looks for them. */
  install(name: string, { ca, cert, key }: TlsFiles): void {
    mkdirSync(join(certificates.path, name), { recursive: true });
    copyFileSync(ca, this.fileOf(name, "ca.pem"));
    copyFileSync(cert, this.fileOf(name, "cert.pem"));
    copyFileSync(key, this.fileOf(name, "key.pem"));
    this.revoke(name, []);
  }

  revoke(name: string, those: readonly TlsFiles[]): void {
    const lines = those.map(({ cert }) => fingerprintOf(new X509Certificate(readFileSync(cert))));
    writeFileSync(this.fileOf(name, "revoked.txt"), lines.join("\n"));
  }

  start(name: string): void {
    const at = (other: string) => `127.0.0.1:${this.#ports.get(other)}`;
    const peers = NAMES.filter((other) => other !== name).flatMap((other) => [
      "--peer",
      `${other}=${at(other)}`,
    ]);
    const keys = {
      tls_ca: "ca.pem",
      tls_cert: "cert.pem",
      tls_key: "key.pem",
      tls_revoked: "revoked.txt",
    };
    const lines = Object.entries(keys).map(([key, file]) => `${key} = ${this.fileOf(name, file)}`);
    const dir = join(certificates.path, name);
    const args = ["--config", writeConfig(dir, lines.join("\n")), "--data-dir", `${dir}/data`];
    const all = [...args, "--name", name, "--listen", at(name), ...peers];
    this.monitors.set(name, new MonitorProcess(all));
  }

  client(name: string, role: Role, who: string): ControlClient {
    return this.clientWith(name, certificates.files(role, who));
  }

  clientWith(name: string, files: TlsFiles): ControlClient {
    const security = credentialsFor(TlsIdentity.load(files), expecting(name));
    return this.#keep(new ControlClient(`127.0.0.1:${this.#ports.get(name)}`, security));
  }

  inTheClear(name: string): ControlClient {
    return this.#keep(new ControlClient(`127.0.0.1:${this.#ports.get(name)}`));
  }

  locally(name: string): ControlClient {
    return this.#keep(new ControlClient(`unix:${this.fileOf(name, "data/mmm.sock")}`));
  }

  async status(name: string) {
    return (await this.client(name, "reader", "test").status(5_000)).status;
  }

  async leader(): Promise<string> {
    const [leader] = await eventually(
      () => Promise.all(NAMES.map(async (name) => (await this.status(name)).cluster.leader)),
      (told) => told[0] !== null && new Set(told).size === 1,
      { withinMs: 30_000, everyMs: 50, what: "they know one leader" },
    );
    return leader!;
  }

  #keep(client: ControlClient): ControlClient {
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const monitor of this.monitors.values()) await monitor[Symbol.asyncDispose]();
  }
}

describe("three monitors with certificates", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.open();
    await cluster.leader();
  });
  afterAll(() => cluster?.close());

  const setMode = { kind: "set-mode", group: "main", mode: "manual" } as const;
  const request = () => ({
    requestId: randomUUID(),
    by: "root@desk",
    forwarded: false,
    command: setMode,
  });

  it("show that TLS is on, and until when each certificate is good", async () => {
    const status = await eventually(
      () => cluster.status("mon2"),
      ({ cluster: { monitors } }) => monitors.every(({ certificate }) => certificate !== null),
      { withinMs: 20_000 },
    );
    expect(status.security).toMatchObject({ tls: "on" });
    expect(status.cluster.monitors.map(({ certificate }) => certificate?.days_left)).toEqual([
      49, 49, 49,
    ]);
  });

  it("do what an operator says, also to a follower, which hands it on", async () => {
    const leader = await cluster.leader();
    const follower = NAMES.find((name) => name !== leader)!;
    const done = await cluster
      .client(follower, "operator", "ann")
      .operate(request(), () => {}, 20_000);
    expect(done).toMatchObject({ kind: "ok" });
    const reader = await cluster
      .client(follower, "reader", "eve")
      .operate(request(), () => {}, 20_000);
    expect(reader).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("only an operator's"),
    });
  });

  it("do what is said on their own host through the socket, which nobody else may open", async () => {
    expect(statSync(cluster.fileOf("mon1", "data/mmm.sock")).mode & 0o777).toBe(0o660);
    expect(statSync(cluster.fileOf("mon1", "data")).mode & 0o777).toBe(0o700);
    const done = await cluster.locally("mon1").operate(request(), () => {}, 20_000);
    expect(done).toMatchObject({ kind: "ok" });
  });

  it("tell once of a caller that comes again and again, in log and status", async () => {
    const plain = cluster.inTheClear("mon1");
    for (let i = 0; i < 5; i += 1) {
      await expect(plain.status(5_000)).rejects.toThrow("it talks in the clear");
    }
    expect(cluster.monitors.get("mon1")!.lines("connection.refused")).toHaveLength(1);
    const { warnings } = await cluster.status("mon1");
    const hints = warnings.filter(({ text }) =>
      text.startsWith("a connection was refused: 127.0.0.1"),
    );
    expect(hints.map(({ level }) => level)).toEqual(["hint"]);
  });

  it("keep their leader through new certificates; what cannot be used changes nothing", async () => {
    const leader = await cluster.leader();
    const { term } = (await cluster.status("mon1")).cluster;
    for (const name of NAMES) {
      cluster.install(name, certificates.files("monitor", name, { days: 80 }));
      const monitor = cluster.monitors.get(name)!;
      monitor.signal("SIGHUP");
      await monitor.logged("certificate.renewed");
    }
    const renewed = await eventually(
      () => cluster.status(leader),
      ({ cluster: { monitors } }) =>
        monitors.every(({ certificate }) => certificate?.days_left === 79),
      { withinMs: 20_000 },
    );
    expect(renewed.cluster).toMatchObject({ leader, term });

    const mon1 = cluster.monitors.get("mon1")!;
    cluster.install("mon1", certificates.files("monitor", "mon2"));
    mon1.signal("SIGHUP");
    await mon1.logged("certificate.refused");
    const { warnings, cluster: after } = await cluster.status("mon1");
    expect(warnings.map(({ text }) => text).join("\n")).toMatch(
      /the new certificate of mon1 is not used: .*it is the certificate of monitor mon2, and this is monitor mon1/,
    );
    expect(after).toMatchObject({ leader, term });
    for (const monitor of cluster.monitors.values()) {
      expect(monitor.stdout + monitor.stderr).not.toContain("PRIVATE KEY");
    }
  });
});

describe("three monitors of which each has a list of what is revoked", () => {
  it("shut out an operator and then a monitor on it, and keep their leader", async () => {
    const cluster = await Cluster.open();
    try {
      const leader = await cluster.leader();
      const { term } = (await cluster.status(leader)).cluster;
      const others = NAMES.filter((name) => name !== leader);
      const ann = certificates.files("operator", "ann");
      const anns = cluster.clientWith(leader, ann);
      await anns.status(5_000);
      const ends: string[] = [];
      anns.watch(
        50,
        () => undefined,
        (why) => ends.push(why),
      );
      const apply = async (those: readonly TlsFiles[], count: number) => {
        for (const name of NAMES) {
          cluster.revoke(name, those);
          cluster.monitors.get(name)!.signal("SIGHUP");
          await cluster.monitors.get(name)!.logged("certificate.renewed", count);
        }
      };
      await apply([ann], 1);
      for (const name of NAMES)
        await expect(cluster.clientWith(name, ann).status(5_000)).rejects.toThrow(
          "the certificate of operator ann is revoked (tls_revoked of this monitor)",
        );
      expect(ends).toHaveLength(1);
      const [gone] = others as [string];
      const cert = cluster.fileOf(gone, "cert.pem");
      await apply([ann, { ca: "", cert, key: "" }], 2);
      const seen = await eventually(
        async () => (await cluster.status(leader)).cluster,
        ({ monitors }) => monitors.find(({ name }) => name === gone)?.reachable === false,
        { withinMs: 20_000, what: "nobody talks to it" },
      );
      expect(seen).toMatchObject({ leader, term });
      const own = (await cluster.locally(gone).status(5_000)).status;
      expect(JSON.stringify(own)).toContain(`the certificate of monitor ${gone} is revoked`);
    } finally {
      await cluster.close();
    }
  });
});

describe("mmm-mon refuses to start: exit 3", () => {
  it.each([
    [
      "with the certificate of another",
      () => certificates.files("monitor", "mon2"),
      "it is the certificate of monitor mon2, and this is monitor mon1",
    ],
    [
      "with that of an operator",
      () => certificates.files("operator", "mon1"),
      "it is the certificate of operator mon1, and this is monitor mon1",
    ],
    [
      "without its key",
      () => ({ ...certificates.files("monitor", "mon1"), key: "/nowhere.key" }),
      "cannot use /nowhere.key\n  there is no such file",
    ],
  ])("%s", async (_title, files, told) => {
    const { ca, cert, key } = files();
    const dir = join(certificates.path, randomUUID());
    mkdirSync(dir);
    const config = writeConfig(dir, `tls_ca = ${ca}\ntls_cert = ${cert}\ntls_key = ${key}`);
    const at = ["--listen", `127.0.0.1:${await freePort()}`];
    await using monitor = new MonitorProcess([
      "--config",
      config,
      "--name",
      "mon1",
      ...at,
      "--data-dir",
      `${dir}/data`,
    ]);
    expect(await monitor.exitCode()).toBe(3);
    expect(monitor.stderr).toContain(told);
  });
});
