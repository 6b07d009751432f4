import { describe, expect, it } from "vitest";
import { groupPart, groupParts } from "../../../../src/adapters/config/genesis.ts";
import { aConfig } from "./helpers.ts";

describe("the first state of a group", () => {
  const config = aConfig("master_ip = 10.0.0.70\nslave_ip = 10.0.0.71\nvip_lease = 3s");

  it("authorizes nobody, and suspects everybody of holding a VIP", () => {
    const part = groupParts(config)["group:main"];
    expect(part).toMatchObject({
      name: "main",
      master: null,
      backend: null,
      operation: null,
      mode: "active",
      past: [],
    });
    expect(part?.["vips"]).toEqual(
      [
        ["10.0.0.70", "writer"],
        ["10.0.0.71", "reader"],
      ].map(([ip, role]) => ({
        ip,
        role,
        kind: "unclaimed",
        node: null,
        claimable: false,
        epoch: { term: 1, version: 1 },
        readSet: { db1: "in", db2: "in" },
        holders: ["db1", "db2"],
        gated: [],
        leaseMs: 3_000,
        permitMs: 400,
      })),
    );
  });

  it("is plain JSON", () => {
    const part = groupParts(config)["group:main"];
    expect(JSON.parse(JSON.stringify(part))).toEqual(part);
  });

  it("without a lease backend says so from the beginning", () => {
    const [proposal] = aConfig("lease_backend = off").groups;
    expect(proposal && groupPart(proposal).backend).toBe("off");
  });
});
