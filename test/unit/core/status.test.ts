/** What a person must know of a group whose hosts enforce no lease: only where there is an address to keep. */
import type { MonitorState } from "../../../src/core/local.ts";
import { expect, it } from "vitest";
import type { Part } from "../../../src/core/consensus/types.ts";
import { statusOf } from "../../../src/core/status.ts";
import { at, fullDurable, fullGroup, fullMonitor } from "../fuzz/state.ts";

function warningsOf(change: Parameters<typeof fullGroup>[0]): string {
  const durable = fullDurable();
  if (durable.slot === null) throw new Error("it has one");
  const parts = { ...durable.slot.parts, "group:main": fullGroup(change) as unknown as Part };
  const state = fullMonitor({ ...durable, slot: { ...durable.slot, parts } });
  return statusOf(state, at(10))
    .warnings.map(({ level, text }) => `${level}: ${text}`)
    .join("\n");
}

it("a host that keeps its address is told of; one that has none is not", () => {
  expect(warningsOf({ backend: "off" })).toMatch(/critical: .* keeps its VIP/);
  const none = warningsOf({ backend: "off", vips: [], operation: null });
  expect(none).not.toMatch(/keeps its VIP/);
  expect(none).toMatch(/hint: group main: it has no virtual IP \(vip = off\), so nothing ends/);
});

it("before there is a cluster a monitor counts itself among those that the file names", () => {
  const { cluster } = statusOf(fullMonitor({ ...fullDurable(), slot: null }), at(10));
  expect(cluster).toMatchObject({ id: null, has_quorum: false });
  expect(cluster.monitors.map(({ name, address }) => `${name} ${address}`)).toEqual([
    "mon1 mon1:7400",
  ]);
});

/** What one that belongs to no cluster warns of when it has met these. */
function warningsOfEmpty(present: MonitorState["consensus"]["present"]): string {
  const before = fullMonitor({ ...fullDurable(), slot: null });
  const { consensus } = before;
  const { warnings } = statusOf({ ...before, consensus: { ...consensus, present } }, at(10));
  return warnings.map(({ text }) => text).join();
}

const MET = { storageId: "d", address: "mon:7400", peers: 3, bequest: null, at: 5 };

it("one that met a cluster, and belongs to none, says where it is to be added", () => {
  const mon4 = { ...MET, empty: false, led: "0000beef", met: false };
  expect(warningsOfEmpty({ mon4 })).toMatch(
    /mon1, belongs to no cluster, and founds none beside that of mon4: add it there \(mmm monitor add mon1=/,
  );
});

it("one that forgot a cluster says who remembers it", () => {
  const mon2 = { ...MET, empty: true, led: null, met: true };
  expect(warningsOfEmpty({ mon2 })).toContain(
    "founds none: mon2, which belongs to none either, met one",
  );
});

it("of one that was removed only that is said, and none of what it saw before", () => {
  const durable = fullDurable();
  const parts = durable.slot?.parts as { cluster: { members: readonly { name: string }[] } };
  const members = parts.cluster.members.filter(({ name }) => name !== durable.name);
  const slot = { ...durable.slot, parts: { ...parts, cluster: { ...parts.cluster, members } } };
  const before = fullMonitor({ ...durable, slot: slot as unknown as typeof durable.slot });
  const alarms = { "main: fence": "fence_command for db1 failed" };
  const consensus = { ...before.consensus, commit: slot.stamp ?? null };
  const { warnings } = statusOf({ ...before, alarms, consensus }, at(10));
  expect(warnings).toEqual([
    { level: "critical", text: expect.stringMatching(/was removed from cluster/) as string },
  ]);
});
