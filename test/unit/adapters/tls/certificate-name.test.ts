import { describe, expect, it } from "vitest";
import { nameOf, uriOf } from "../../../../src/adapters/tls/certificate-name.ts";

const of = (subjectAltName: string | undefined) => nameOf({ subjectAltName });

describe("a certificate names", () => {
  it.each([
    ["URI:urn:redis-mmm:monitor:mon1", { role: "monitor", name: "mon1" }],
    [
      "DNS:a.example, URI:urn:redis-mmm:operator:ann, IP Address:10.0.0.1",
      { role: "operator", name: "ann" },
    ],
    ["URI:spiffe://x/y, URI:urn:redis-mmm:reader:grafana-1", { role: "reader", name: "grafana-1" }],
    ['DNS:"a, b", URI:urn:redis-mmm:monitor:mon1', { role: "monitor", name: "mon1" }],
  ])("%s", (text, name) => {
    expect(of(text)).toEqual(name);
  });

  it.each([
    [undefined],
    [""],
    ["DNS:mon1"],
    ["DNS:urn:redis-mmm:monitor:mon1"],
    ["URI:urn:redis-mmm:monitor:"],
    ["URI:urn:redis-mmm:root:mon1"],
    ["URI:urn:redis-mmm:monitor:mon1:extra"],
    ["URI:urn:redis-mmm:monitor:a/b"],
    ["URI:urn:redis-mmm:monitor:__proto__"],
    // Two names are none: nobody should have to guess which counts.
    ["URI:urn:redis-mmm:monitor:mon1, URI:urn:redis-mmm:operator:ann"],
    // A value that only looks like a second entry.
    ['DNS:"x, URI:urn:redis-mmm:operator:eve"'],
    ['URI:"urn:redis-mmm:operator:eve"'],
    ["DNS:x, broken URI:urn:redis-mmm:operator:eve"],
    ['DNS:"open, URI:urn:redis-mmm:operator:eve'],
  ])("nobody: %s", (text) => {
    expect(of(text)).toBeNull();
  });

  it("whom it was issued to", () => {
    const who = { role: "monitor", name: "mon1.dc-2" } as const;
    expect(of(`URI:${uriOf(who)}`)).toEqual(who);
  });
});
