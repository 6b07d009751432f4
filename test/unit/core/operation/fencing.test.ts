/** What an operation says of how the old host was kept from serving. */
import { expect, it } from "vitest";
import { proofOfOld, type Running } from "../../../../src/core/operation/common.ts";

it("claims no release in a group that has no VIP", () => {
  expect(proofOfOld({ vip: null } as Running)).toBe("no-vip");
});
