import { expect, it } from "vitest";
import { renderNodeExplanation } from "../../../src/cli/render/explain-node.ts";
import { plain } from "../../../src/cli/terminal.ts";
import type { GroupStatus } from "../../../src/core/status-types.ts";
import { aGroup, aNode } from "./fixtures.ts";

const outlook = (successor: string | null, best_with_loss: string | null = null) => ({
  outlook: { ...aGroup().outlook, successor, best_with_loss },
});
const refused = (name: string) => aNode(name, { promotable: { ok: false, why: "it lacks 12mb" } });

function explained(name: string, change: Partial<GroupStatus> = {}): readonly string[] {
  const group = aGroup(change);
  const node = group.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(name);
  return renderNodeExplanation(group, node, plain);
}

it("who would be chosen", () => {
  expect(explained("db2")).toEqual([
    "Could db2 take over from db1 now?  YES",
    "  priority 100, 14 behind, 10.0mb allowed",
    "  it would be chosen",
  ]);
});

it("who could, but for another one that would be chosen", () => {
  expect(explained("db3")).toEqual([
    "Could db3 take over from db1 now?  YES",
    "  priority 100, 14 behind, 10.0mb allowed",
    "  but db2 would be chosen",
  ]);
});

it("who could not, and whether a person may promote it all the same", () => {
  const nodes = [aNode("db1"), refused("db2"), refused("db3")];
  const change = { nodes, ...outlook(null, "db3") };
  const no = "Could db2 take over from db1 now?  NO";
  expect(explained("db2", change)).toEqual([no, "  it lacks 12mb"]);
  expect(explained("db3", change).at(-1)).toBe(
    "  with loss of data it is the best there is: mmm failover --force --accept-data-loss --to db3",
  );
});

it("the master is no successor of its own", () => {
  expect(explained("db1")).toEqual(["Could db1 take over now?  NO", "  it is the master"]);
});

it("nobody chooses where there is no master yet", () => {
  expect(explained("db2", { master: null, ...outlook(null) })).toEqual([
    "Could db2 take over now?  YES",
    "  priority 100, 14 behind, 10.0mb allowed",
  ]);
});
