import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TlsIdentity, type TlsFiles } from "../../../../src/adapters/tls/identity.ts";
import { issueCertificate, makeAuthority } from "../../../../src/adapters/tls/issue.ts";
import { daysLeft, endsSoon, invalidity } from "../../../../src/adapters/tls/validity.ts";
import { Certificates } from "../../../helpers/certificates.ts";

let certificates: Certificates;
beforeAll(async () => {
  certificates = await Certificates.open();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;
const MON1 = { role: "monitor", name: "mon1" } as const;

describe("a certificate that is issued", () => {
  it("is read by OpenSSL as it was meant, and by nobody else's authority", () => {
    const other = makeAuthority(10, new Date());
    const { certificate } = issueCertificate(certificates.authority, MON1, 5, new Date());
    const read = new X509Certificate(certificate);
    const ca = new X509Certificate(certificates.authority.certificate);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(read.ca).toBe(false);
    expect(read.checkIssued(ca) && read.verify(ca.publicKey)).toBe(true);
    expect(read.checkIssued(new X509Certificate(other.certificate))).toBe(false);
    expect(read.subjectAltName).toBe("URI:urn:redis-mmm:monitor:mon1");
    expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  });

  it("of an operator is good for asking only", () => {
    const { certificate } = issueCertificate(
      certificates.authority,
      { role: "operator", name: "ann" },
      5,
      new Date(),
    );
    expect(new X509Certificate(certificate).keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it("ends with its authority, and may reach into the second half of the century", () => {
    const ca = makeAuthority(36_500, new Date("2026-01-01"));
    const until = (days: number) => {
      const { certificate } = issueCertificate(ca, MON1, days, new Date("2026-06-01"));
      return new Date(new X509Certificate(certificate).validTo).getUTCFullYear();
    };
    expect(until(730)).toBe(2028);
    expect(until(365 * 40)).toBe(2066);
    expect(until(36_500)).toBe(2125);
  });

  it("is not signed with a key that is not the authority's", () => {
    const mixed = { ...certificates.authority, key: makeAuthority(1, new Date()).key };
    expect(() => issueCertificate(mixed, MON1, 5, new Date())).toThrow(
      "ca.key is not the key of ca.pem",
    );
  });
});

describe("the files of a program that speaks TLS", () => {
  it("yield whom the certificate names and how long it is good", () => {
    const identity = certificates.identity("operator", "ann", { days: 20 });
    expect(identity.name).toEqual({ role: "operator", name: "ann" });
    expect(daysLeft(identity.validity, Date.now())).toBe(19);
    expect(daysLeft(identity.authorityValidity, Date.now())).toBe(99);
    expect(identity.context().minVersion).toBe("TLSv1.3");
  });

  it("may trust two authorities, as while one takes the place of the other", () => {
    const leaf = certificates.files("monitor", "mon1");
    const old = makeAuthority(10, new Date());
    const ca = certificates.file("both.pem", old.certificate + certificates.authority.certificate);
    expect(TlsIdentity.load({ ...leaf, ca }).name.name).toBe("mon1");
  });

  it("do not show the key, however they are printed", () => {
    const identity = certificates.identity("monitor", "mon1");
    const shown = inspect(identity, { depth: 9, showHidden: true }) + JSON.stringify(identity);
    expect(shown).not.toMatch(/PRIVATE KEY|BEGIN/);
  });

  const good = () => certificates.files("monitor", "mon1");
  const CASES: readonly (readonly [title: string, files: () => TlsFiles, message: RegExp])[] = [
    [
      "a key that anybody may read",
      () => {
        const files = good();
        chmodSync(files.key, 0o644);
        return files;
      },
      /cannot use .*\.key: it holds a private key and is open to anybody/,
    ],
    [
      "a certificate in place of the key, which may well be readable by all",
      () => {
        const files = good();
        chmodSync(files.cert, 0o644);
        return { ...files, key: files.cert };
      },
      /cannot use .*\.pem: it holds no private key that can be read/,
    ],
    [
      "a file that is missing",
      () => {
        const files = good();
        rmSync(files.cert);
        return files;
      },
      /cannot use .*\.pem: there is no such file/,
    ],
    ["a directory", () => ({ ...good(), ca: certificates.path }), /it is a directory/],
    [
      "the key of another certificate",
      () => ({ ...good(), key: good().key }),
      /it is not the key of/,
    ],
    [
      "an authority that has not signed it",
      () => {
        const other = makeAuthority(10, new Date()).certificate;
        return { ...good(), ca: certificates.file("other.pem", other) };
      },
      /no authority in .*other\.pem has signed it/,
    ],
    [
      "no authority",
      () => {
        const files = good();
        return { ...files, ca: files.cert };
      },
      /it must hold certificates of authorities, and nothing else/,
    ],
    [
      "a certificate that names nobody",
      () => certificates.write(certificates.authority),
      /it names nobody/,
    ],
    [
      "an empty certificate file",
      () => ({ ...good(), cert: certificates.file("empty", "") }),
      /it holds no certificate/,
    ],
    [
      "a certificate cut short",
      () => {
        const cut = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        return { ...good(), cert: certificates.file("cut", cut) };
      },
      /a certificate in it cannot be read/,
    ],
    [
      "a key that is none",
      () => ({ ...good(), key: certificates.file("none", "hello") }),
      /it holds no private key that can be read/,
    ],
    [
      "a key with a passphrase",
      () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
        const text = privateKey.export({
          type: "pkcs8",
          format: "pem",
          cipher: "aes-256-cbc",
          passphrase: "x",
        });
        return { ...good(), key: certificates.file("locked", text.toString()) };
      },
      /the key is encrypted/,
    ],
  ];

  it.each(CASES)("are refused with %s", (_title, files, message) => {
    expect(() => TlsIdentity.load(files())).toThrow(message);
  });
});

describe("the time of a certificate", () => {
  const at = Date.parse("2026-11-26T10:00:00Z");

  it("that has not come, or is over, is told as a sentence", () => {
    expect(invalidity({ from: at - 1, until: at + 1 }, at)).toBeNull();
    expect(invalidity({ from: at - 2, until: at - 1 }, at)).toBe("has expired on 2026-11-26");
    expect(invalidity({ from: at + 60_000, until: at + 90_000 }, at)).toBe(
      "is not valid before 2026-11-26 10:01 UTC, or this clock is wrong",
    );
  });

  it("ends soon in its last thirty days, or in its last quarter if it is short", () => {
    const soon = (days: number, left: number) =>
      endsSoon({ from: at - (days - left) * DAY_MS, until: at + left * DAY_MS }, at);
    expect([soon(730, 31), soon(730, 29)]).toEqual([false, true]);
    expect([soon(8, 3), soon(8, 1)]).toEqual([false, true]);
  });
});
