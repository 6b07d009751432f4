import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import {
  CLUSTER,
  type Guard,
  GuardHost,
  isRoot,
  monotonic,
  Output,
  quietly,
  SERVER,
  sh,
  VIP,
} from "./guard-host.ts";

/** Kernel timeouts end within a tick (4 ms at HZ 250) or two, and the machine may be busy. */
const TICKS_MS = 8;

interface Knock {
  readonly start: number;
  readonly end: number;
  readonly result: string;
}

function knocksOf(output: Output): readonly Knock[] {
  return output.lines.map((line) => {
    const [start, end, result = ""] = line.split(" ");
    return { start: Number(start), end: Number(end), result };
  });
}

describe.skipIf(!isRoot())("a lease", () => {
  let host: GuardHost;
  let guard: Guard;
  beforeEach(async () => {
    host = new GuardHost("lease");
    guard = await host.guard();
    await host.serve();
  });
  afterEach(() => host[Symbol.dispose]());

  function arpAnswers(): boolean {
    try {
      host.onClient(`arping -q -f -c 1 -w 1 -I e0 ${VIP}`);
      return true;
    } catch {
      return false;
    }
  }

  function tryConnect(): string {
    return connectFrom(host.client);
  }

  function connectFrom(namespace: string): string {
    const program = `const s = require("net").connect(6379, "${VIP}"); s.setTimeout(500);
      const end = (r) => { console.log(r); process.exit(); };
      s.on("connect", () => end("ok")).on("error", (e) => end(e.code)).on("timeout", () => end("silent"))`;
    return sh(`ip netns exec ${namespace} node -e '${program}'`).trim();
  }

  test("serves until exactly its time is over, and then resets", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const knocking = host.knock();
    await knocking.find((line) => line.endsWith("ok"));
    const before = monotonic();
    expect(await guard.claim(2, 3, 700)).toBe("ok");
    const after = monotonic();
    await eventually(
      () => monotonic(),
      (now) => now > after + 1_000,
    );
    const knocks = knocksOf(knocking);
    const late = knocks.filter((knock) => knock.start > after + 700 + TICKS_MS);
    expect(late.length).toBeGreaterThan(20);
    expect(late.filter((knock) => knock.result !== "ECONNREFUSED")).toEqual([]);
    const served = knocks.filter((knock) => knock.end < before + 700 - TICKS_MS);
    expect(served.length).toBeGreaterThan(20);
    expect(served.filter((knock) => knock.result !== "ok")).toEqual([]);
  });

  test("is kept without a gap by claims", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const knocking = host.knock();
    await knocking.find((line) => line.endsWith("ok"));
    const from = knocking.lines.length;
    const began = monotonic();
    for (let permit = 2; monotonic() < began + 3_000; permit += 1) {
      expect(await guard.claim(permit, permit + 1, 1_000)).toBe("ok");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const results = knocksOf(knocking)
      .slice(from)
      .map((knock) => knock.result);
    expect(results.length).toBeGreaterThan(30);
    expect(new Set(results)).toEqual(new Set(["ok"]));
  });

  test("ends with the release: connections are reset at once, the address goes", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const blocked = host.waiter();
    expect(await blocked.next()).toBe("ready");
    expect(await guard.release()).toBe("ok");
    const released = monotonic();
    expect(await blocked.next()).toBe("ECONNRESET");
    expect(monotonic() - released).toBeLessThan(200);
    expect(host.addresses()).toBe("");
    expect(tryConnect()).toBe("ECONNREFUSED");
  });

  test("whose table was flushed is released only when nothing is served any more", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(tryConnect()).toBe("ok");
    host.on("nft flush ruleset");
    expect(tryConnect()).toBe("ok");
    expect(await guard.ask(`release ${VIP} ${CLUSTER} 1 1`)).toMatch(/^ok gate=absent .* addr=- /);
    expect(host.addresses()).toBe("");
  });

  test("begins at once on a host that was marked for it, and leaves no connection there either", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const blocked = host.waiter();
    expect(await blocked.next()).toBe("ready");
    await guard.claim(2, 3, 1);
    await eventually(
      () => guard.field("lease"),
      (lease) => lease === "0",
    );
    expect(host.on(`ss -tnH src ${VIP}`)).not.toBe("");
    expect(await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 30 60000`)).toBe("ok");
    expect(await guard.claim(30, 31, 60_000, "1 2")).toBe("ok");
    expect(await blocked.next()).toBe("ECONNRESET");
    expect(tryConnect()).toBe("ok");
  });

  test("marked for a host whose table is gone begins nowhere", async () => {
    await guard.prepare(null);
    expect(await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 30 60000`)).toBe("ok");
    host.on("nft flush ruleset");
    expect(await guard.claim(30, 31, 60_000, "1 2")).toMatch(/^err nogate /);
    expect(host.addresses()).toBe("");
  });

  test("that ran out leaves no connection to the next one", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    const blocked = host.waiter();
    expect(await blocked.next()).toBe("ready");
    expect(await guard.claim(2, 3, 50)).toBe("ok");
    await eventually(
      () => guard.field("lease"),
      (lease) => lease === "0",
    );
    expect(host.on(`ss -tnH src ${VIP}`)).not.toBe("");
    expect(await guard.claim(3, 4, 60_000)).toBe("ok");
    expect(host.on(`ss -tnH src ${VIP}`)).toBe("");
    expect(await blocked.next()).toBe("ECONNRESET");
    expect(tryConnect()).toBe("ok");
  });

  test("decides about ARP too", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(arpAnswers()).toBe(true);
    await guard.release();
    host.on(`ip addr add ${VIP}/32 dev e0`);
    expect(arpAnswers()).toBe(false);
    host.onClient("ip neigh flush dev e0");
    expect(host.onClient("ping -c 1 -W 1 10.77.0.1")).toContain("1 received");
  });

  test("lets this host learn where the present holder is", async () => {
    await guard.prepare(null);
    await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 0 0`);
    host.onClient(`ip addr add ${VIP}/32 dev e0`);
    host.on(`ip neigh replace ${VIP} lladdr 02:00:00:00:00:01 dev e0 nud reachable`);
    quietly(`ip netns exec ${host.client} arping -q -c 1 -w 1 -U -I e0 ${VIP}`);
    expect(host.on(`ip neigh show ${VIP}`)).not.toContain("02:00:00:00:00:01");
    expect(host.on(`ping -c 1 -W 1 ${VIP}`)).toContain("1 received");
  });

  test("is not needed before the tables decide about the VIP; the first claim does not cut its clients", async () => {
    host.on(`ip addr add ${VIP}/24 dev e0`);
    const blocked = host.waiter();
    expect(await blocked.next()).toBe("ready");
    await guard.prepare(null);
    expect(tryConnect()).toBe("ok");
    expect(await guard.claim(1, 2, 60_000)).toBe("ok");
    expect(await guard.field("gated")).toBe("1");
    expect(tryConnect()).toBe("ok");
    expect(host.on(`ss -tnH src ${VIP}`)).not.toBe("");
    expect(blocked.lines).toEqual(["ready"]);
  });

  test("is needed from the mark on that gates the VIP", async () => {
    host.on(`ip addr add ${VIP}/24 dev e0`);
    await guard.ask(`install ${VIP} ${CLUSTER} 7`);
    expect(tryConnect()).toBe("ok");
    await guard.ask(`mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 1 0 0`);
    expect(tryConnect()).toBe("ECONNREFUSED");
    expect(await guard.field("addr")).toBe("e0/24/-");
  });

  test("is not cut by clients on the host itself, who get a reset without one", async () => {
    await guard.prepare(null);
    await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 3 60000`);
    host.on(`ip addr add ${VIP}/32 dev e0`);
    const local = `node -e 'require("net").connect(6379, "${VIP}").on("connect", () => { console.log("ok"); process.exit(); }).on("error", (e) => console.log(e.code))'`;
    expect(host.on(local).trim()).toBe("ECONNREFUSED");
    await guard.claim(3, 4, 60_000, "1 2");
    expect(host.on(local).trim()).toBe("ok");
  });

  test("is not asked of what only passes through, from a guest of this host to a holder elsewhere", async () => {
    const guest = `${host.host}-g`;
    host.onClient(`ip addr add ${VIP}/32 dev e0`);
    const holder = new Output(host.spawn(host.client, ["node", "-e", SERVER]));
    expect(await holder.next()).toBe("listening");
    sh(`ip netns add ${guest}`);
    try {
      sh(`ip -n ${host.host} link add g0 type veth peer name e0 netns ${guest}`);
      host.on(
        "ip addr add 10.99.0.1/24 dev g0 && ip link set g0 up && echo 1 > /proc/sys/net/ipv4/ip_forward",
      );
      sh(
        `ip -n ${guest} addr add 10.99.0.2/24 dev e0 && ip -n ${guest} link set e0 up && ip -n ${guest} route add default via 10.99.0.1`,
      );
      host.onClient("ip route add 10.99.0.0/24 via 10.77.0.1");
      await guard.prepare(null);
      await guard.ask(`mark ${VIP} ${CLUSTER} 1 1 ${CLUSTER} 1 2 1 3 60000`);
      expect(connectFrom(guest)).toBe("ok");
      // The guest's packets are for this host as soon as the address is on it.
      host.on(`ip addr add ${VIP}/32 dev e0`);
      expect(connectFrom(guest)).toBe("ECONNREFUSED");
    } finally {
      quietly(`ip netns del ${guest}`);
    }
  });

  test("is missed at once by a client that still sends to this host, though the address is gone", async () => {
    await guard.prepare({ leaseMs: 60_000 });
    expect(tryConnect()).toBe("ok");
    await guard.release();
    expect(host.addresses()).toBe("");
    host.on("echo 1 > /proc/sys/net/ipv4/ip_forward");
    expect(tryConnect()).toBe("ECONNREFUSED");
  });

  test("that runs out while a claim waits is not revived by it", async () => {
    await guard.prepare({ leaseMs: 300 });
    await guard.ask(`permit ${VIP} ${CLUSTER} 1 1 50 300`);
    host.stop(guard.process);
    const late = guard.claim(50, 51, 60_000);
    const witness = await host.guard();
    await eventually(
      () => witness.ask(`show ${VIP}`),
      (view) => view.includes("permits=1.1.2 lease=0"),
    );
    host.continue(guard.process);
    expect(await late).toMatch(/^err stale /);
    expect(await witness.field("lease")).toBe("0");
  });
});
