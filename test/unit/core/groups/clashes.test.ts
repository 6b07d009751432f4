/** What a file may not take, for another group has it: the files are alike as a rule, but need not be. */
import { expect, test } from "vitest";
import { clash } from "../../../../src/core/groups/clashes.ts";
import type { Proposal } from "../../../../src/core/reload/proposal.ts";
import { leaving } from "../../../../src/core/vip/epochs.ts";
import { settings } from "../health/build.ts";
import { group, proposed, STAMP, WRITER } from "../reload/build.ts";

const here = group();

function proposal(change: Partial<Proposal>): Proposal {
  const elsewhere = proposed().map((node) => ({ ...node, port: 6390 }));
  const none = { writer: null, readers: [], mode: null };
  return { settings: settings(), nodes: elsewhere, ...none, ...change };
}

const at = (address: string) => proposed().map((node) => ({ ...node, port: 6390, address }));

test("groups may share their hosts", () => {
  expect(clash("other", proposal({}), [here])).toBeNull();
});

test("a virtual address is of one group", () => {
  expect(clash("other", proposal({ readers: [WRITER.ip] }), [here])).toBe(
    "10.0.0.70 is a virtual address of group main already",
  );
});

test("the address of a host is no virtual one", () => {
  expect(clash("other", proposal({ writer: "10.0.0.1" }), [here])).toBe(
    "10.0.0.1 is the address of db1 of group main, not a virtual one",
  );
});

test("a virtual address is no host's: it would be another one after each move", () => {
  expect(clash("other", proposal({ nodes: at(WRITER.ip) }), [here])).toBe(
    "10.0.0.70 of db1 is a virtual address of group main, not a host's own",
  );
});

test("nor is one that is still leaving its own group", () => {
  const reader = leaving({ ...WRITER, ip: "10.0.0.71", role: "reader" }, STAMP);
  const part = group({ vips: [WRITER, reader] });
  expect(clash("main", proposal({ nodes: at(reader.ip), writer: WRITER.ip }), [part])).toBe(
    "10.0.0.71 of db1 is a virtual address of group main, not a host's own",
  );
});

test("a Redis is of one group", () => {
  expect(clash("other", proposal({ nodes: proposed() }), [here])).toMatch(
    /^10\.0\.0\.1:6379 is db1 of group main already$/,
  );
});
