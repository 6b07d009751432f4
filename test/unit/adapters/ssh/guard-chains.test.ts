/**
 * What the guard writes into the packet filter. While monitors of two versions send their own guards to one host, each
 * of them takes other chains than its own for altered: then no follower keeps a lease there alive, and the end of one
 * proves nothing. So chains are changed on purpose only, and then docs/upgrade.md has to say what that means.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const GUARD = readFileSync(new URL("../../../../scripts/guard", import.meta.url), "utf8");

it("the chains are those of the last version", () => {
  const tables = /^tables\(\) \{$.*?^\}$/ms.exec(GUARD)?.[0] ?? "";
  const passThrough = /^\tpass_through=".*"$/m.exec(GUARD)?.[0] ?? "";
  expect(tables).toContain("add chain $T in");
  const digest = createHash("sha256")
    .update(tables + passThrough)
    .digest("hex");
  expect(digest.slice(0, 16)).toBe("4f91d5f8ce6f1453");
});
