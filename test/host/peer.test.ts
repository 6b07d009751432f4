/** Monitors that talk to each other over real sockets of the loopback address. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Member } from "../../src/core/state.ts";
import { freePort } from "../helpers/free-port.ts";
import { eventually } from "../helpers/eventually.ts";
import { Endpoint, farewell, health, heartbeat } from "./peer-endpoint.ts";

async function ports(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i += 1) found.push(await freePort());
  return found;
}

function member(name: string, address: string, storageId = "s1"): Member {
  return { name, storageId, address };
}

describe("monitors that talk to each other", () => {
  it("hear each message of two peers, with who sent it", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    const at = (name: string, port: number) => `${name}=127.0.0.1:${port}`;
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [at("mon2", b), at("mon3", c)],
    });
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [at("mon1", a), at("mon3", c)],
    });
    await using mon3 = await Endpoint.open({
      name: "mon3",
      port: c,
      peers: [at("mon1", a), at("mon2", b)],
    });
    mon1.peers.send("mon3", health(1));
    mon2.peers.send("mon3", heartbeat(7));
    await eventually(
      () => mon3.received,
      (all) => all.length === 2,
    );
    expect(mon3.received.map(({ from }) => from).toSorted()).toEqual(["mon1", "mon2"]);
    expect(mon1.received).toEqual([]);
    expect(mon3.server.refusals.list(performance.now())).toEqual([]);
  });

  it("learn the name of a peer that is given by its address only, and tell it once", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: [`127.0.0.1:${b}`] });
    mon1.peers.send("mon2", health(1)); // Nobody is called so yet: this is not sent.
    await using mon2 = await Endpoint.open({ name: "mon2", port: b, peers: [`127.0.0.1:${a}`] });
    await eventually(
      () => mon1.found,
      (found) => found.length > 0,
    );
    expect(mon1.found).toEqual([`mon2=127.0.0.1:${b}`]);
    mon1.peers.send("mon2", health(2));
    await eventually(
      () => mon2.received.length,
      (count) => count === 1,
    );
    expect(mon2.received[0]?.message).toMatchObject({ seq: 2 });
  });

  it("dial a host by its name", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon1=127.0.0.1:${a}`],
    });
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=localhost:${b}`],
    });
    mon1.peers.send("mon2", health(1));
    await eventually(
      () => mon2.received.length,
      (count) => count === 1,
    );
  });

  it("say why a peer is not talked to: nobody listens there", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`],
    });
    mon1.peers.send("mon2", health(1));
    const [report] = await eventually(
      () => mon1.peers.reports(),
      ([first]) => first?.problem != null,
    );
    expect(report).toMatchObject({ name: "mon2", problem: "connection refused" });
    expect(report?.silentMs).toBeGreaterThanOrEqual(0);
  });

  it("tell at once of a peer that is gone, without having anything to say to it", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`],
    });
    const script = new URL("peer-process.ts", import.meta.url).pathname;
    const flags = ["--import", "tsx", script, "mon2", `127.0.0.1:${b}`, `mon1=127.0.0.1:${a}`];
    const mon2 = spawn(process.execPath, flags, { stdio: "ignore" });
    try {
      await eventually(
        () => mon1.received.length,
        (count) => count > 0,
      );
      mon1.peers.send("mon2", health(1));
      await eventually(
        () => mon1.peers.reports(),
        ([report]) => report?.silentMs === null,
      );
      mon1.gone.length = 0;
      mon2.kill("SIGKILL");
      await eventually(
        () => mon1.gone,
        (names) => names.includes("mon2"),
      );
    } finally {
      mon2.kill("SIGKILL");
    }
  });

  it("refuse the messages of another cluster, and both say so", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`],
      clusterId: "aaaaaaaa",
    });
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon1=127.0.0.1:${a}`],
      clusterId: "bbbbbbbb",
    });
    mon1.peers.send("mon2", health(1));
    const [report] = await eventually(
      () => mon1.peers.reports(),
      ([first]) => first?.problem != null,
    );
    expect(report?.problem).toBe("mon1 belongs to cluster aaaaaaaa, mon2 to bbbbbbbb");
    expect(mon2.received).toEqual([]);
    expect(mon2.server.refusals.list(performance.now())).toEqual([
      { from: "mon1", reason: "mon1 belongs to cluster aaaaaaaa, mon2 to bbbbbbbb" },
    ]);
  });

  it("refuse to be taken for another, and to be two of the same name", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon3=127.0.0.1:${b}`],
    });
    await using mon2 = await Endpoint.open({ name: "mon2", port: b, peers: [`127.0.0.1:${a}`] });
    mon1.peers.send("mon3", health(1));
    const [report] = await eventually(
      () => mon1.peers.reports(),
      ([first]) => first?.problem != null,
    );
    expect(report?.problem).toBe(`whoever answers at 127.0.0.1:${b} is called mon2, not mon3`);
    expect(mon2.received).toEqual([]);
    const c = await freePort();
    await using twin = await Endpoint.open({ name: "mon1", port: c, peers: [`127.0.0.1:${a}`] });
    const [own] = await eventually(
      () => twin.peers.reports(),
      ([first]) => first?.problem != null,
    );
    expect(own?.problem).toMatch(/is called mon1, as this one is/);
  });

  it("refuse a monitor that is not among their peers, and one at a time when they cannot keep up", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`, `mon3=127.0.0.1:${c}`],
    });
    await using _mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon3=127.0.0.1:${c}`],
    });
    await using _mon3 = await Endpoint.open({
      name: "mon3",
      port: c,
      peers: [`mon1=127.0.0.1:${a}`],
      accepts: false,
    });
    mon1.peers.send("mon2", health(1));
    mon1.peers.send("mon3", health(1));
    const reports = await eventually(
      () => mon1.peers.reports(),
      (all) => all.every(({ problem }) => problem !== null),
    );
    expect(reports.map(({ problem }) => problem)).toEqual([
      "mon1 is not among the peers of mon2: add it there with --peer or in the file",
      "mon3 cannot keep up, or is ending",
    ]);
  });

  it("send to a peer that was mute only the newest of each kind", async () => {
    const [a = 0, b = 0] = await ports(2);
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`],
    });
    // It accepts connections and never says anything.
    const mute = createServer((socket) => socket.on("error", () => {})).listen(b, "127.0.0.1");
    await once(mute, "listening");
    for (let i = 1; i <= 10_000; i += 1) {
      mon1.peers.send("mon2", health(i));
      mon1.peers.send("mon2", heartbeat(i));
    }
    await eventually(
      () => mon1.peers.reports()[0]?.problem,
      (problem) => problem != null,
    );
    mute.close();
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon1=127.0.0.1:${a}`],
    });
    await eventually(
      () => {
        mon1.peers.send("mon2", health(20_000));
        return mon2.received;
      },
      (all) => all.some(({ message }) => message.kind === "health" && message.seq === 20_000),
    );
    expect(mon2.received.length).toBeLessThan(60);
  });

  it("outlive a peer that speaks no gRPC, and one that sends garbage to their port", async () => {
    const [a = 0, b = 0] = await ports(2);
    const other = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    }).listen(b, "127.0.0.1");
    await once(other, "listening");
    await using mon1 = await Endpoint.open({
      name: "mon1",
      port: a,
      peers: [`mon2=127.0.0.1:${b}`],
    });
    mon1.peers.send("mon2", health(1));
    await eventually(
      () => mon1.peers.reports()[0]?.problem,
      (problem) => problem != null,
    );
    other.close();
    const stranger = connect(a, "127.0.0.1");
    stranger.on("error", () => {});
    stranger.resume().end(Buffer.alloc(100_000, 0xa5));
    await once(stranger, "close");
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port: b,
      peers: [`mon1=127.0.0.1:${a}`],
    });
    mon2.peers.send("mon1", health(5));
    await eventually(
      () => mon1.received.length,
      (count) => count === 1,
    );
  });

  it("turn to the address that was agreed on anew, though the one before still answers", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    const at = (port: number) => `127.0.0.1:${port}`;
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: [`mon3=${at(b)}`] });
    await using old = await Endpoint.open({ name: "mon3", port: b, peers: [`mon1=${at(a)}`] });
    await using next = await Endpoint.open({ name: "mon3", port: c, peers: [`mon1=${at(a)}`] });
    mon1.peers.agree(member("mon3", at(b)));
    mon1.peers.send("mon3", health(1));
    await eventually(
      () => mon1.peers.reports(),
      ([report]) => report?.silentMs === null,
    );
    mon1.peers.meet("mon3", at(c)); // Nobody has agreed to that yet.
    expect(mon1.peers.addressOf("mon3")).toBe(at(b));
    mon1.peers.agree(member("mon3", at(c)));
    mon1.peers.agree(member("mon3", at(c)));
    expect(mon1.peers.reports()).toMatchObject([{ name: "mon3", address: at(c) }]);
    mon1.peers.send("mon3", health(2));
    mon1.peers.send("mon3", farewell());
    const kinds = ({ received }: Endpoint) =>
      received.map(({ message }) =>
        message.kind === "health" ? `health ${message.seq}` : "farewell",
      );
    await eventually(
      () => [kinds(next).toSorted(), kinds(old).toSorted()],
      ([heard, heardBefore]) => heard?.length === 2 && heardBefore?.length === 2,
    );
    expect(kinds(next).toSorted()).toEqual(["farewell", "health 2"]);
    expect(kinds(old).toSorted()).toEqual(["farewell", "health 1"]);
  });

  it("stay where they found a peer, as long as what was agreed on does not change", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: [`127.0.0.1:${b}`] });
    await using _mon3 = await Endpoint.open({ name: "mon3", port: b, peers: [`127.0.0.1:${a}`] });
    await eventually(
      () => mon1.found.length,
      (count) => count === 1,
    );
    mon1.peers.agree(member("mon3", `127.0.0.1:${c}`));
    mon1.peers.agree(member("mon3", `127.0.0.1:${c}`));
    expect(mon1.peers.addressOf("mon3")).toBe(`127.0.0.1:${b}`);
  });

  it("reach one that answers where a peer of another name was", async () => {
    const [a = 0, b = 0] = await ports(2);
    const peers = [`mon2=127.0.0.1:${b}`];
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers });
    await using mon4 = await Endpoint.open({ name: "mon4", port: b, peers: [`127.0.0.1:${a}`] });
    mon1.peers.meet("mon4", `127.0.0.1:${b}`);
    mon1.peers.send("mon4", health(1));
    await eventually(
      () => mon4.received.length,
      (count) => count === 1,
    );
  });

  it("look for one that does not answer where the file says, where it was agreed to be, and the other way round", async () => {
    const [a = 0, gone = 0, c = 0] = await ports(3);
    const at = (port: number) => `127.0.0.1:${port}`;
    await using mon2 = await Endpoint.open({ name: "mon2", port: c, peers: [`mon1=${at(a)}`] });
    for (const [filed, agreed] of [
      [gone, c],
      [c, gone],
    ] as const) {
      const peers = [`mon2=${at(filed)}`];
      await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers, greets: true });
      mon1.peers.agree(member("mon2", at(agreed)));
      // As an operator's mistake leaves it.
      if (filed === c) mon1.peers.agree(member("mon2", at(gone + 1)));
      const reports = await eventually(
        () => {
          mon1.peers.send("mon2", health(1));
          return mon1.peers.reports();
        },
        ([report]) => report?.address === at(c) && report.silentMs === null,
        { withinMs: 8_000 },
      );
      expect(reports).toMatchObject([{ name: "mon2", configured: true }]);
      mon2.received.length = 0;
      mon1.peers.send("mon2", health(7));
      await eventually(
        () => mon2.received.map(({ message }) => message),
        (heard) => heard.some((one) => one.kind === "health" && one.seq === 7),
      );
    }
  });

  it("turn to the one with the disk that was agreed on, though the one before answers where the file says", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    const at = (port: number) => `127.0.0.1:${port}`;
    const peers = [`mon1=${at(a)}`];
    const mon3 = [`mon3=${at(b)}`];
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: mon3, greets: true });
    await using _old = await Endpoint.open({ name: "mon3", port: b, peers, disk: "old" });
    await using next = await Endpoint.open({ name: "mon3", port: c, peers, disk: "new" });
    mon1.peers.agree(member("mon3", at(c), "new"));
    await eventually(
      () => {
        mon1.peers.send("mon3", health(1));
        return next.received.length;
      },
      (count) => count > 0,
      { withinMs: 8_000 },
    );
    expect(mon1.peers.reports()).toMatchObject([{ name: "mon3", address: at(c), problem: null }]);
  });

  it("turn to the one with the disk that was agreed on where the file names nobody, though another answers in its place", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    const at = (port: number) => `127.0.0.1:${port}`;
    const peers = [`mon1=${at(a)}`];
    await using other = await Endpoint.open({ name: "mon3", port: b, peers, disk: "other" });
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: [at(c)], greets: true });
    mon1.peers.agree(member("mon3", at(b), "agreed"));
    await eventually(
      () => other.received.length,
      (count) => count > 0,
    );
    await using next = await Endpoint.open({ name: "mon3", port: c, peers, disk: "agreed" });
    await eventually(
      () => {
        mon1.peers.send("mon3", health(1));
        return next.received.length;
      },
      (count) => count > 0,
    );
    expect(mon1.peers.reports()).toMatchObject([{ name: "mon3", address: at(c), problem: null }]);
  });

  it("stay with one whose disk is another than the agreed one, if nobody has that, and say so", async () => {
    const [a = 0, b = 0, c = 0] = await ports(3);
    const at = (port: number) => `127.0.0.1:${port}`;
    const peers = [`mon1=${at(a)}`];
    await using mon1 = await Endpoint.open({ name: "mon1", port: a, peers: [`mon3=${at(b)}`] });
    await using wiped = await Endpoint.open({ name: "mon3", port: b, peers, disk: "wiped" });
    await using _twin = await Endpoint.open({ name: "mon3", port: c, peers, disk: "third" });
    mon1.peers.agree(member("mon3", at(c), "agreed"));
    await eventually(
      () => {
        mon1.peers.send("mon3", health(1));
        return mon1.peers.reports()[0]?.problem;
      },
      (problem) => problem != null,
    );
    const until = performance.now() + 1_500;
    while (performance.now() < until) {
      mon1.peers.send("mon3", health(2));
      await new Promise((later) => setTimeout(later, 50));
    }
    expect(mon1.peers.addressOf("mon3")).toBe(at(b));
    expect(mon1.peers.reports()[0]?.problem).toBe(
      `whoever answers at ${at(b)} has another data directory than the mon3 that was agreed on`,
    );
    expect(wiped.received.length).toBeGreaterThan(5);
  });
});
