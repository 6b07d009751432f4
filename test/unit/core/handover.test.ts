/** To whom leadership is handed over, and by whom. */
import { describe, expect, it } from "vitest";
import type { Part } from "../../../src/core/consensus/types.ts";
import { considerHandover } from "../../../src/core/handover.ts";
import type { Effect } from "../../../src/core/io.ts";
import type { PeerLocal } from "../../../src/core/local.ts";
import { createMonitor, decide, type MonitorState, nextWakeAt } from "../../../src/core/monitor.ts";
import { newLeadership } from "../../../src/core/consensus/leading.ts";
import { groupPartName } from "../../../src/core/state.ts";
import { Turn } from "../../../src/core/turn.ts";
import { GROUP, groupPart } from "../../simulation/world/plan.ts";

const AT = { now: 100_000, wall: 1_700_000_000_000, entropy: 1 };
const STAMP = { term: 7, version: 3 };
const NAMES = ["mon1", "mon2", "mon3"];
const MEMBERS = NAMES.map((name) => ({ name, address: `${name}:7400`, storageId: name }));
const CLUSTER = { schema: 1, clusterId: "00c0ffee", members: MEMBERS, adopted: [], requests: [] };

function heard(agoMs: number, network: PeerLocal["network"] = null): PeerLocal {
  const at = AT.now - agoMs;
  return { seq: 1, heardAt: at, sentAfter: at, version: "2", network, strangers: [] };
}

/** mon1 leads in term 7; these acknowledged that version. */
function leader(
  peers: MonitorState["peers"],
  acknowledged: Readonly<Record<string, number>> = { mon2: 3, mon3: 3 },
): MonitorState {
  const group = groupPart({ monitors: 3, nodes: 3, readers: 0, settings: {} });
  const parts = {
    cluster: CLUSTER as unknown as Part,
    [groupPartName(GROUP)]: group as unknown as Part,
  };
  const slot = { stamp: STAMP, parts, changed: {} };
  const disk = { name: "mon1", storageId: "mon1", term: STAMP.term, votedFor: "mon1", slot };
  const durable = { ...disk, acknowledged: {} };
  const plan = { peers: 2, ownAddress: "mon1:7400", groups: {} };
  const state = createMonitor({ name: "mon1", durable, plan }, AT);
  const leadership = { ...newLeadership(STAMP, NAMES, AT), ackVersion: acknowledged };
  const office = { role: "leader", leader: "mon1", commit: STAMP, committed: slot } as const;
  const consensus = { ...state.consensus, ...office, leadership };
  const turn = new Turn(state, AT);
  turn.consensus({ state: consensus, effects: [] });
  return { ...turn.state, peers, leading: { since: 0, fromId: 1 } };
}

function heirIn(effects: readonly Effect[]): string | null {
  for (const effect of effects) {
    if (effect.kind !== "send" || effect.message.kind !== "consensus") continue;
    if (effect.message.message.kind === "timeout-now") return effect.to;
  }
  return null;
}

describe("a leader whose own network is down", () => {
  function turnOf(peers: MonitorState["peers"]): Turn {
    const network = { is: "down", since: 0 } as unknown as MonitorState["network"];
    return new Turn({ ...leader(peers), network }, AT);
  }

  function heirOf(peers: MonitorState["peers"]): string | null {
    const turn = turnOf(peers);
    considerHandover(turn);
    return heirIn(turn.effects);
  }

  it("hands over to one that says that its network is up", () => {
    expect(heirOf({ mon2: heard(100, "up"), mon3: heard(100, "down") })).toBe("mon2");
    expect(heirOf({ mon2: heard(100, "down"), mon3: heard(100, "up") })).toBe("mon3");
    expect(heirOf({ mon2: heard(100, "down"), mon3: heard(100, "down") })).toBeNull();
  });

  it("proposes first what this turn has decided, and perhaps told of already", () => {
    const turn = turnOf({ mon2: heard(100, "up"), mon3: heard(100, "down") });
    turn.change(GROUP, (part) => ({ ...part, mode: "manual" }));
    considerHandover(turn);
    turn.flush();
    expect(heirIn(turn.effects)).toBeNull();
    expect(turn.state.newest?.groups[0]?.mode).toBe("manual");
  });

  it("goes by no word of one that has been silent since", () => {
    expect(heirOf({ mon2: heard(1_501, "up"), mon3: heard(100, "up") })).toBe("mon3");
    expect(heirOf({ mon2: heard(60_000, "up"), mon3: heard(100, "down") })).toBeNull();
  });
});

describe("a leader that ends", () => {
  function heirOf(...given: Parameters<typeof leader>): string | null {
    return heirIn(decide(leader(...given), { kind: "shutdown" }, AT).effects);
  }

  it("hands over to whom it heard last", () => {
    expect(heirOf({ mon2: heard(200), mon3: heard(100) })).toBe("mon3");
  });

  it("hands over to one that has the newest state, though it heard another later", () => {
    expect(heirOf({ mon2: heard(200), mon3: heard(100) }, { mon2: 3, mon3: 2 })).toBe("mon2");
  });

  it("hands over to one whose network is up, if there is one", () => {
    expect(heirOf({ mon2: heard(200), mon3: heard(100, "down") })).toBe("mon2");
    expect(heirOf({ mon2: heard(5_000), mon3: heard(100, "down") })).toBe("mon3");
  });

  it("tries again as soon as one has the newest state", () => {
    const peers = { mon2: heard(200), mon3: heard(100) };
    const { state, effects } = decide(
      leader(peers, { mon2: 2, mon3: 2 }),
      { kind: "shutdown" },
      AT,
    );
    expect(heirIn(effects)).toBeNull();
    const { leadership } = state.consensus;
    if (leadership === null) throw new Error("it leads no more");
    const version = state.consensus.durable.slot?.stamp.version ?? 0;
    const acknowledged = { ...leadership, ackVersion: { mon2: version, mon3: 2 } };
    const next = { ...state, consensus: { ...state.consensus, leadership: acknowledged } };
    expect(heirIn(decide(next, { kind: "tick" }, AT).effects)).toBe("mon2");
  });

  it("does not keep a core busy if there is nobody to hand over to", () => {
    let at = AT;
    let { state } = decide(leader({}), { kind: "tick" }, at);
    ({ state } = decide(state, { kind: "shutdown" }, at));
    let turns = 0;
    while (at.now < AT.now + 1_000) {
      at = { ...at, now: Math.max(nextWakeAt(state, at.now), at.now + 1) };
      ({ state } = decide(state, { kind: "tick" }, at));
      turns += 1;
    }
    expect(turns).toBeLessThan(250);
  });
});
