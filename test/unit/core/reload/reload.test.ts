import { describe, expect, it } from "vitest";
import { differences, keysOf } from "../../../../src/core/reload/differences.ts";
import { obstacle } from "../../../../src/core/reload/obstacles.ts";
import type { Proposal } from "../../../../src/core/reload/proposal.ts";
import { reloaded } from "../../../../src/core/reload/reload.ts";
import type { GroupSettings } from "../../../../src/core/settings.ts";
import type { GroupPart, Operation, Vip } from "../../../../src/core/state.ts";
import { waitOf } from "../../../../src/core/vip/proofs.ts";
import { leaving, settledTimes } from "../../../../src/core/vip/epochs.ts";
import { settings } from "../health/build.ts";
import { group, proposed, STAMP, WRITER } from "./build.ts";

function proposal(change: Partial<GroupSettings> = {}, more: Partial<Proposal> = {}): Proposal {
  return {
    settings: settings(change),
    nodes: proposed(),
    writer: WRITER.ip,
    readers: [],
    mode: null,
    ...more,
  };
}

describe("what a file would change", () => {
  it("is nothing when it says what is agreed on", () => {
    expect(differences(group(), proposal())).toEqual([]);
  });

  it("is told in the words of the file", () => {
    const changed = proposal(
      {
        leaseMs: 1500,
        permitMs: 400,
        cooldownMs: 0,
        fenceCommand: "off",
        writeGuard: true,
        parallelSyncs: 2,
        waitForOtherMasterMs: 0,
        prefer: { node: "db1", afterMs: 300_000 },
      },
      { mode: "manual" },
    );
    expect(differences(group(), changed)).toEqual([
      "vip_lease: 2s → 1500ms",
      "cooldown: 1m → 0",
      "fence_command: set",
      "write_guard: off → on",
      "parallel_syncs: 1 → 2",
      "wait_for_other_master: 2m → 0",
      "prefer: none → db1 (after 5m)",
      "mode: active → manual",
    ]);
  });

  it("never shows a fence_command, which may hold the password of a power switch", () => {
    const of = (before: string | null, after: string | null): readonly string[] => {
      const now = group();
      const settings = { ...now.settings, fenceCommand: before };
      return differences({ ...now, settings }, proposal({ fenceCommand: after }));
    };
    expect(of(null, "off -p geheim")).toEqual(["fence_command: set"]);
    expect(of("off -p geheim", "off -p anders")).toEqual(["fence_command: changed"]);
    expect(of("off -p geheim", null)).toEqual(["fence_command: removed"]);
    expect(of("off -p geheim", "off -p geheim")).toEqual([]);
    expect(keysOf(of("off -p geheim", null))).toEqual(["fence_command"]);
  });

  it("is not that a group begins to wait again, which the file said for the first start", () => {
    const waits = proposal({}, { mode: "wait" });
    expect(differences(group(), waits)).toEqual([]);
    expect(reloaded(group({ mode: "passive" }), STAMP, waits).mode).toBe("passive");
    expect(reloaded(group({ mode: "wait" }), STAMP, proposal({}, { mode: "active" })).mode).toBe(
      "active",
    );
  });

  it("names the node whose login or port differs", () => {
    const [first, ...rest] = proposal().nodes;
    if (first === undefined) throw new Error("a group has nodes");
    const nodes = [{ ...first, sshUser: "mmm2", port: 6380, priority: 7 }, ...rest];
    expect(differences(group(), proposal({}, { nodes }))).toEqual([
      "[db1] port: 6379 → 6380",
      "[db1] ssh_user: mmm → mmm2",
      "[db1] priority: as Redis says → 7",
    ]);
  });
});

describe("reader VIPs", () => {
  const [one, two] = ["10.0.0.81", "10.0.0.82"];
  const reader: Vip = { ...WRITER, ip: one, role: "reader", node: "db2", holders: ["db2"] };
  const served = group({ vips: [WRITER, reader] });
  const vipOf = (of: GroupPart, ip: string) => of.vips.find((vip) => vip.ip === ip);

  it("that differ are told of, in whatever order they stand", () => {
    const wanted = proposal({}, { readers: [two, one] });
    expect(differences(served, wanted)).toEqual([`slave_ip: ${one} → ${one}, ${two}`]);
    expect(differences(served, proposal())).toEqual([`slave_ip: ${one} → none`]);
  });

  it("that are new may be on any host, until that has let them go", () => {
    const after = reloaded(served, STAMP, proposal({}, { readers: [one, two] }));
    expect(vipOf(after, one)).toEqual(reader);
    expect(vipOf(after, two)).toMatchObject({
      role: "reader",
      kind: "fence",
      epoch: STAMP,
      readSet: { db1: "in", db2: "in", db3: "in" },
      holders: ["db1", "db2", "db3"],
      gated: [],
    });
  });

  it("that are removed are fenced first, stay so over another reload, and are not told of again", () => {
    const leaves = reloaded(served, STAMP, proposal());
    expect(vipOf(leaves, one)).toEqual({ ...leaving(reader, STAMP), holders: ["db2"] });
    expect(differences(leaves, proposal())).toEqual([]);
    const later = reloaded(leaves, { term: 3, version: 30 }, proposal({ downAfterMs: 900 }));
    expect(vipOf(later, one)?.epoch).toEqual(STAMP);
  });

  it("that are wanted again stay, and are chosen a host anew", () => {
    const wanted = proposal({}, { readers: [one] });
    const back = reloaded(reloaded(served, STAMP, proposal()), STAMP, wanted);
    expect(vipOf(back, one)).toMatchObject({ kind: "fence", holders: ["db2"] });
    expect(vipOf(back, one)?.leaving).toBeUndefined();
  });

  it("come and go at once while nothing was adopted yet", () => {
    const unread = { ...served, master: null, vips: [{ ...WRITER, kind: "unclaimed" as const }] };
    const after = reloaded(unread, STAMP, proposal({}, { readers: [one] }));
    expect(vipOf(after, one)?.kind).toBe("unclaimed");
    expect(vipOf(reloaded(after, STAMP, proposal()), one)).toBeUndefined();
  });
});

describe("a reload is refused", () => {
  const running = { kind: "failover", from: "db1", to: null, phase: "fence" } as Operation;
  it.each([
    ["while an operation runs", group({ operation: running }), proposal(), /failover from db1/],
    ["for another master_ip", group(), proposal({}, { writer: "10.0.0.9" }), /mmm adopt/],
    ["for another backend", group(), proposal({ leaseBackend: "off" }), /lease_backend is nft/],
    ["for a lease that cannot be renewed", group(), proposal({ leaseMs: 100 }), /at least 300ms/],
    ["for a bound that bounds nothing", group(), proposal({ clockDrift: 1 }), /clock_drift 1/],
    [
      "for other times while a VIP moves",
      group({ vips: [{ ...WRITER, kind: "move", node: "db2" }] }),
      proposal({ leaseMs: 1000 }),
      /is being moved/,
    ],
  ])("%s", (_when, before, wanted, why) => {
    expect(obstacle(before, wanted)).toMatch(why);
  });

  it("but not for another backend before a master was adopted, when no host was touched yet", () => {
    const wanted = proposal({ leaseBackend: "off" });
    const unread = group({ master: null, backend: null });
    expect(obstacle(unread, wanted)).toBeNull();
    const off = reloaded(unread, STAMP, wanted);
    expect(off.backend).toBe("off");
    expect(obstacle(off, proposal({ leaseBackend: "nft" }))).toBeNull();
    expect(reloaded(off, STAMP, proposal({ leaseBackend: "nft" })).backend).toBeNull();
  });

  it("but not for what changes nothing that is kept", () => {
    expect(obstacle(group(), proposal({ leaseBackend: "nft" }))).toBeNull();
    expect(obstacle(group(), proposal({ leaseMs: 1000, permitMs: 400 }))).toBeNull();
  });
});

describe("what is committed", () => {
  const outage = [1_700_000_000_000];
  const worn = group().nodes.map(
    (node) => ({ ...node, admin: "offline", outages: outage }) as const,
  );

  it("keeps the epoch when no time of a lease changes, and what monitors know of a node", () => {
    const before = group({ nodes: worn });
    const after = reloaded(before, STAMP, proposal({ downAfterMs: 900 }));
    expect(after.settings.downAfterMs).toBe(900);
    expect(after.vips).toEqual(before.vips);
    expect(after.nodes).toEqual(worn);
  });

  it("keeps settings that this version does not know", () => {
    const before = group({ settings: { ...settings(), later: 1 } as GroupSettings });
    expect(reloaded(before, STAMP, proposal()).settings).toMatchObject({ later: 1 });
  });

  it("lacks what the file names no more", () => {
    const hook = { command: "exit 0", timeoutMs: 1000, onFailure: "stop" } as const;
    const optional = {
      prefer: { node: "db1", afterMs: 60_000 },
      preFailover: hook,
      preSwitchover: hook,
    };
    const after = reloaded(group({ settings: settings(optional) }), STAMP, proposal());
    expect(after.settings).toEqual(settings());
    expect(differences(after, proposal())).toEqual([]);
  });

  it("is a new epoch for other times, under which the longer wait counts until it is over", () => {
    const [shorter] = reloaded(group(), STAMP, proposal({ leaseMs: 500, permitMs: 200 })).vips;
    if (shorter === undefined) throw new Error("the VIP is gone");
    expect(shorter).toMatchObject({ epoch: STAMP, leaseMs: 500, permitMs: 200 });
    expect(waitOf(shorter, 0.1)).toBe(waitOf(WRITER, 0.1));
    expect(waitOf(settledTimes(shorter), 0.1)).toBeLessThan(waitOf(WRITER, 0.1));
  });

  it("remembers the longest of all times that may still be in force", () => {
    const once = reloaded(group(), STAMP, proposal({ leaseMs: 500, permitMs: 200 }));
    const next = { term: 3, version: 21 };
    const [vip] = reloaded(once, next, proposal({ leaseMs: 800, permitMs: 320 })).vips;
    expect(vip).toMatchObject({ leaseMs: 800, former: { leaseMs: 2000, permitMs: 400 } });
  });

  it("needs no epoch where nothing has a lease", () => {
    const plain = group({ backend: "off", settings: settings({ leaseBackend: "off" }) });
    const [vip] = reloaded(plain, STAMP, proposal({ leaseMs: 500, leaseBackend: "off" })).vips;
    expect(vip).toMatchObject({ leaseMs: 500, epoch: WRITER.epoch });
    expect(vip?.former).toBeUndefined();
  });
});
