import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TlsFiles } from "../../../src/adapters/tls/identity.ts";
import { Certificates as Own } from "../../../src/daemon/certificates.ts";
import { Certificates, type Kind } from "../../helpers/certificates.ts";

let made: Certificates;
beforeAll(async () => {
  made = await Certificates.open();
});
afterAll(() => made[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;

const of = (kind: Kind = {}) => {
  const files = made.files("monitor", "mon1", kind);
  return { files, own: new Own(files, "mon1") };
};

function put(from: TlsFiles, to: TlsFiles): void {
  for (const part of ["ca", "cert", "key"] as const) copyFileSync(from[part], to[part]);
}

describe("the certificate of a monitor", () => {
  it("is none without TLS, and nothing is wrong with that", () => {
    const own = new Own(null, "mon1");
    expect(own.status()).toEqual({ tls: "off", authority_expires_at: null });
    expect(own.warnings(Date.now())).toEqual([]);
    expect(own.renew(Date.now())).toBeNull();
  });

  it("is told of before it ends, and when it has ended", () => {
    const { own } = of({ days: 80 });
    const after = (days: number) => own.warnings(Date.now() + days * DAY_MS);
    expect(after(0)).toEqual([]);
    expect(after(62)).toEqual([
      {
        level: "warning",
        text: expect.stringMatching(
          /^the certificate of mon1 expires in 1[78] days: put a new one/,
        ),
      },
    ]);
    expect(after(81)[0]).toEqual({
      level: "critical",
      text: expect.stringMatching(/^the certificate of mon1 has expired on \d{4}-\d\d-\d\d$/),
    });
    // The authority, which is good for a hundred days, is told of for itself.
    expect(after(81)[1]?.text).toMatch(/^the authority in tls_ca expires in 1[89] days/);
  });

  it("does not keep a monitor from starting when it has expired: leases want to be kept alive", () => {
    const { own } = of({ begins: -10, days: 3 });
    expect(own.identity).not.toBeNull();
    expect(own.warnings(Date.now())[0]?.level).toBe("critical");
  });

  it("is another one once the files are, and not before", () => {
    const { files, own } = of();
    const before = own.identity;
    expect(own.renew(Date.now())).toBeNull();
    expect(own.identity).toBe(before);
    put(made.files("monitor", "mon1"), files);
    expect(own.renew(Date.now())).toBe(own.identity);
    expect(own.identity).not.toBe(before);
  });

  it("stays in force while the new files cannot be used, and that is told until they can", () => {
    const { files, own } = of();
    const before = own.identity;
    put(made.files("monitor", "mon1", { begins: -9, days: 2 }), files);
    expect(() => own.renew(Date.now())).toThrow(/cannot use .*: it has expired on/);
    put(made.files("operator", "ann"), files);
    expect(() => own.renew(Date.now())).toThrow(
      "it is the certificate of operator ann, and this is monitor mon1",
    );
    expect(own.identity).toBe(before);
    expect(own.warnings(Date.now()).map(({ text }) => text)).toEqual([
      expect.stringContaining("the new certificate of mon1 is not used"),
    ]);
    put(made.files("monitor", "mon1"), files);
    expect(own.renew(Date.now())).not.toBeNull();
    expect(own.warnings(Date.now())).toEqual([]);
  });
});
