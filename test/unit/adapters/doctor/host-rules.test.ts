import { describe, expect, it } from "vitest";
import { type Finding, Subject } from "../../../../src/adapters/doctor/finding.ts";
import { guardFindings, type GuardSight } from "../../../../src/adapters/doctor/guard-rules.ts";
import { type HostCase, hostFindings } from "../../../../src/adapters/doctor/host-rules.ts";
import { hostScript } from "../../../../src/adapters/doctor/host-script.ts";
import {
  factsIn,
  type HostFacts,
  type HostSight,
  type SeenHost,
} from "../../../../src/adapters/doctor/host-sight.ts";
import { aHost } from "./fixtures.ts";

const CASE: HostCase = {
  subject: new Subject("db1"),
  address: "10.0.0.1",
  user: "redis-mmm",
  wanted: [{ vip: "10.0.0.70", device: "eth1" }],
  hasLeases: true,
  guardWanted: "auto",
  ownGuard: "0123",
};

function troubles(sight: HostSight, change: Partial<HostCase> = {}): readonly string[] {
  return shown(hostFindings({ ...CASE, ...change }, sight));
}

function shown(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ level }) => level !== "ok").map(({ id, level }) => `${level} ${id}`);
}

describe("a host", () => {
  it("of which nothing is to be said", () => {
    expect(troubles(aHost())).toEqual([]);
  });

  const without = (name: string) =>
    new Set(["nft", "ip", "ss", "arping"].filter((one) => one !== name));
  const sudo = (guard: string, shell: string): Partial<HostFacts> => ({
    sudo: new Map([
      ["guard", guard],
      ["shell", shell],
    ]),
  });
  const FACTS: readonly (readonly [id: string, Partial<HostFacts>])[] = [
    ["error host-programs", { programs: without("arping") }],
    ["error host-interface", { interfaces: new Map() }],
    ["warning host-interface", { addresses: [{ device: "eth1", form: "192.168.1.1/24" }] }],
    ["error host-arp", { knobs: new Map([["eth1 arp_ignore", 8]]) }],
    ["warning host-name", { unresolved: "db1" }],
    ["hint ssh-alive", { sshd: new Map() }],
    ["warning firewall-flush", { flush: ["/etc/nftables.conf"], enabled: new Set(["nftables"]) }],
    [
      "hint firewall-flush",
      { flush: ["/etc/nftables.conf"], enabled: new Set(["nftables", "mmm-guard-close"]) },
    ],
    ["hint firewall-manager", { enabled: new Set(["ufw"]) }],
    ["error vip-static", { statics: [{ vip: "10.0.0.70", file: "/etc/network/interfaces" }] }],
    ["error guard-list", { list: ["10.0.0.70 eth0"] }],
    ["error guard-list", { list: null }],
    ["error guard-owner", { loose: ["/usr/lib/redis-mmm"] }],
    ["warning guard-version", { guard: "4567" }],
    ["error guard-rights", sudo("no", "no")],
    ["error guard-rights", { ...sudo("no", "no"), guard: null, list: null }],
    ["hint guard-rights", sudo("yes", "yes")],
    ["hint guard-rights", { ...sudo("no", "yes"), guard: null, list: null }],
    ["warning guard-rights", sudo("slow", "no")],
  ];
  it.each(FACTS)("%s: %o", (expected, facts) => {
    expect(troubles(aHost(facts))).toEqual([expected]);
  });

  const SIGHTS: readonly (readonly [id: string, Partial<SeenHost>])[] = [
    ["warning ssh-slow", { loginMs: 13_700 }],
    ["hint ssh-noise", { noise: "Welcome!" }],
  ];
  it.each(SIGHTS)("%s: %o", (expected, change) => {
    expect(troubles(aHost({}, change))).toEqual([expected]);
  });

  it("where nftables.service flushes, but is never started", () => {
    expect(troubles(aHost({ flush: ["/etc/nftables.conf"] }))).toEqual([]);
  });

  it("where the address is there under a lease, beside its own", () => {
    const addresses = [
      { device: "eth1", form: "10.0.0.1/24" },
      { device: "eth1", form: "10.0.0.70/32" },
    ];
    expect(troubles(aHost({ addresses }))).toEqual([]);
    expect(troubles(aHost({ addresses: addresses.slice(1) }))).toEqual(["warning host-interface"]);
  });

  const own = { device: "eth1", form: "10.0.0.1/24" };
  const second = { device: "eth0", form: "10.0.0.2/16" };
  const afar = { device: "eth0", form: "192.168.1.1/24" };
  const FILTERED: readonly (readonly [readonly (typeof own)[], readonly string[]])[] = [
    [[own, afar], []],
    [[own, { device: "eth1", form: "10.0.0.70/32" }], []],
    [[own, second], ["warning host-arp"]],
    [[second], ["warning host-interface", "warning host-arp"]],
    [[{ ...own, form: "192.168.1.1/24" }], ["warning host-interface", "warning host-arp"]],
  ];
  it.each(FILTERED)("with arp_filter and %j: %j", (addresses, expected) => {
    const knobs = new Map([["eth1 arp_filter", 1]]);
    expect(troubles(aHost({ addresses, knobs }))).toEqual(expected);
    expect(troubles(aHost({ addresses }))).not.toContain("warning host-arp");
  });

  it("with arp_filter and a second interface is told which, and how to end it", () => {
    const filter = ["eth1 arp_filter", 1] as const;
    const sight = aHost({ addresses: [own, second], knobs: new Map([filter]) });
    const mute = new Map([filter, ["eth1 arp_ignore", 1]]);
    expect(troubles(aHost({ addresses: [own, second], knobs: mute }))).toEqual(["error host-arp"]);
    const found = hostFindings(CASE, sight).find(({ id }) => id === "host-arp");
    expect(found?.what).toBe(
      "arp_filter of eth1 is 1, and eth0 is of the network of 10.0.0.70, too",
    );
    expect(found?.fix).toContain("net.ipv4.conf.eth1.arp_filter=0");
  });

  it("without leases needs no nft, and no guard", () => {
    const plain = (may: string) =>
      aHost({ programs: without("nft"), guard: null, sudo: new Map([["address", may]]) });
    expect(troubles(plain("yes"), { hasLeases: false })).toEqual([]);
    expect(troubles(plain("no"), { hasLeases: false })).toEqual(["error guard-rights"]);
  });

  it("without leases and a guard needs the arping that sudo is told of", () => {
    const habets = aHost({ arping: "ARPing 2.23, by Thomas Habets" });
    expect(troubles(habets)).toEqual([]);
    expect(troubles(habets, { hasLeases: false })).toEqual(["warning host-arping"]);
  });

  it("that cannot be reached says how to mend that", () => {
    const sight = {
      kind: "none",
      problem: "host-key-unknown",
      text: "host key is not known",
    } as const;
    const [found] = hostFindings(CASE, sight);
    expect(found).toMatchObject({ id: "ssh-login", level: "error" });
    expect(found?.fix).toContain("ssh-keyscan");
  });

  it("whose key starts the guard alone is not looked at", () => {
    expect(troubles({ kind: "guard-only", loginMs: 80 })).toEqual(["hint host-unseen"]);
  });

  it("whose shell does not run the script", () => {
    const sight = aHost({ isComplete: false }, { noise: "This account is not available." });
    expect(troubles(sight)).toEqual(["error ssh-noise"]);
  });
});

describe("the guard, by its channel", () => {
  const SOUND: GuardSight = {
    mode: "installed",
    gate: "present",
    problem: null,
    lacks: null,
    serves: true,
    isWatched: true,
  };
  const CASES: readonly (readonly [expected: readonly string[], Partial<GuardSight>])[] = [
    [[], {}],
    [["error gate"], { gate: "altered" }],
    [["warning gate"], { gate: "absent" }],
    [["hint gate"], { gate: "absent", isWatched: false }],
    [["error host-programs"], { lacks: "arping" }],
    [["error guard"], { problem: "closed", gate: "unknown" }],
    [["error guard"], { mode: "plain", gate: "none" }],
  ];
  it.each(CASES)("%j: %j", (expected, change) => {
    expect(shown(guardFindings(CASE.subject, true, { ...SOUND, ...change }))).toEqual(expected);
  });

  it("is no guard where there are no leases, and need not be one", () => {
    const sight: GuardSight = { ...SOUND, mode: "plain", gate: "none" };
    expect(shown(guardFindings(CASE.subject, false, sight))).toEqual([]);
  });
});

describe("the script", () => {
  it("takes no value that does not look as it should", () => {
    const script = hostScript({ vips: ["10.0.0.70", "$(id)"], interfaces: ["eth1", "a;b"] }, "m");
    expect(script.split("\n")[0]).toBe("mark='m' interfaces='eth1' vips='10.0.0.70'");
  });

  it("is read line by line, whatever else is there", () => {
    const facts = factsIn([
      "begin",
      "program nft",
      "arping arping from iputils 20221126",
      "address eth1 10.0.0.1/24",
      "interface eth1 52:54:00:12:34:56",
      "knob eth1 arp_ignore 0 2",
      "guard 0123",
      "loose /usr/lib/redis-mmm",
      "list",
      "listed 10.0.0.70 eth1",
      "sudo guard yes",
      "neighbour 10.0.0.70 dev eth1 lladdr 52:54:00:AA:00:01 REACHABLE",
      "neighbour 10.0.0.71 dev eth1 FAILED",
      "sshd UseDNS no",
      "sshd usedns yes",
      "unresolved db1",
      "what is this",
      "end",
    ]);
    expect(facts).toMatchObject({
      programs: new Set(["nft"]),
      loose: ["/usr/lib/redis-mmm"],
      arping: "arping from iputils 20221126",
      knobs: new Map([["eth1 arp_ignore", 2]]),
      list: ["10.0.0.70 eth1"],
      neighbours: [{ vip: "10.0.0.70", mac: "52:54:00:aa:00:01" }],
      sshd: new Map([["usedns", "no"]]),
      unresolved: "db1",
      isComplete: true,
    });
  });
});
