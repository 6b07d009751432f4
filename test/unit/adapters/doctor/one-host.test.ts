import { expect, it } from "vitest";
import { Subject } from "../../../../src/adapters/doctor/finding.ts";
import { oneHostFindings } from "../../../../src/adapters/doctor/one-host.ts";
import { aHost, NODE } from "./fixtures.ts";

const DB1 = { ...NODE, name: "db1", address: "10.0.0.1" };
const DB2 = { ...NODE, name: "db2", address: "10.0.0.2" };
const DB12 = { ...NODE, name: "db12", address: "10.0.0.12" };

function find(...forms: readonly string[]): readonly string[] {
  const host = aHost({ addresses: forms.map((form) => ({ device: "eth1", form })) });
  const nodes = [DB1, DB2, DB12];
  const found = oneHostFindings(new Subject("db1"), { node: DB1, host }, nodes);
  return found.map(({ id, level, what }) => `${level} ${id}: ${what}`);
}

it("a host of one node has the address of no other", () => {
  expect(find("127.0.0.1/8", "10.0.0.1/24", "10.0.0.70/32")).toEqual([]);
});

it("one host that is two nodes by two addresses is found", () => {
  expect(find("10.0.0.1/24", "10.0.0.2/24")).toEqual([
    "error host-twice: has the address of db2, 10.0.0.2, too: both are one host",
  ]);
});

it("one that could not be looked at says nothing", () => {
  const host = { kind: "none", problem: "timeout", text: "" } as const;
  expect(oneHostFindings(new Subject("db1"), { node: DB1, host }, [DB1, DB2])).toEqual([]);
});
