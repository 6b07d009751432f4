/** Certificates that count no more: the list, and what a monitor does with it. */
import { X509Certificate } from "node:crypto";
import { chmodSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../../../src/adapters/control/client.ts";
import type { Role } from "../../../../src/adapters/tls/certificate-name.ts";
import { credentialsFor, expecting } from "../../../../src/adapters/tls/channel.ts";
import { type TlsFiles, TlsIdentity } from "../../../../src/adapters/tls/identity.ts";
import { fingerprintOf, Revoked } from "../../../../src/adapters/tls/revoked.ts";
import { AnsweringMonitor, REPORT, shownBy, statusAt } from "../../../helpers/answering-monitor.ts";
import { Certificates } from "../../../helpers/certificates.ts";
import { eventually } from "../../../helpers/eventually.ts";

let certificates: Certificates;
beforeAll(async () => {
  certificates = await Certificates.open();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const read = ({ cert }: TlsFiles) => new X509Certificate(readFileSync(cert));
const listed = (...lines: readonly string[]) =>
  certificates.file(`revoked-${Math.random()}.txt`, lines.join("\n"));

/** The same files, with a list. */
const without = (files: TlsFiles, ...others: readonly TlsFiles[]) =>
  TlsIdentity.load({ ...files, revoked: listed(...others.map((one) => fingerprintOf(read(one)))) });

describe("a list of what is revoked", () => {
  it("takes fingerprints as mmm writes them and as openssl shows them, and what people write behind", () => {
    const [one, two] = [
      certificates.files("operator", "ann"),
      certificates.files("operator", "bob"),
    ].map(read) as [X509Certificate, X509Certificate];
    const revoked = Revoked.read(
      listed("# who left", "", `${fingerprintOf(one)} operator ann, left`, two.fingerprint256),
    );
    expect([one, two].map((each) => revoked.has(each))).toEqual([true, true]);
    expect(revoked.has(read(certificates.files("operator", "ann")))).toBe(false);
  });

  it("is refused when it cannot be understood, or anybody may change it: nobody would notice", () => {
    expect(() => Revoked.read(listed("# fine", "AB:CD"))).toThrow(
      "line 2 does not begin with a SHA-256 fingerprint of 64 hex digits",
    );
    expect(() => Revoked.read(listed(`${"ab".repeat(32)}cd`))).toThrow("line 1");
    expect(() => Revoked.read("/nonexistent")).toThrow("there is no such file");
    const open = certificates.file("open.txt", "", 0o600);
    chmodSync(open, 0o666);
    expect(() => Revoked.read(open)).toThrow("anybody on this host may change it");
  });
});

describe("a monitor with such a list", () => {
  const open = async (identity: TlsIdentity) => await AnsweringMonitor.open(identity);

  it.each(["monitor", "operator", "reader"] satisfies Role[])(
    "refuses a %s on it, and both ends say why; a new certificate of the same name is let in",
    async (role) => {
      const [old, fresh] = [certificates.files(role, "x"), certificates.files(role, "x")];
      await using mon1 = await open(without(certificates.files("monitor", "mon1"), old));
      const why = `the certificate of ${role} x is revoked (tls_revoked of this monitor)`;
      await expect(statusAt(mon1.port, shownBy(old))).rejects.toThrow(why);
      expect(mon1.refused).toEqual([`127.0.0.1: ${why}`]);
      expect(await statusAt(mon1.port, shownBy(fresh))).toEqual(REPORT);
    },
  );

  it("ends the connections of whoever is put on it, and of nobody else for good", async () => {
    const files = certificates.files("monitor", "mon1");
    const [ann, bob] = [
      certificates.files("operator", "ann"),
      certificates.files("operator", "bob"),
    ];
    await using mon1 = await open(TlsIdentity.load(files));
    const clients = [ann, bob].map(
      (who) => new ControlClient(`127.0.0.1:${mon1.port}`, shownBy(who)),
    );
    const [anns, bobs] = clients as [ControlClient, ControlClient];
    expect([await anns.status(2_000), await bobs.status(2_000)]).toEqual([REPORT, REPORT]);
    // A call that goes on and on.
    const ends: string[] = [];
    anns.watch(
      50,
      () => undefined,
      () => ends.push("ann"),
    );
    mon1.server.renew(without(files, ann));
    await eventually(
      () => ends,
      ({ length }) => length === 1,
      { withinMs: 2_000, what: "the call ends" },
    );
    await eventually(
      () => anns.status(2_000).then(() => "", String),
      (told) => told.includes("the certificate of operator ann is revoked"),
    );
    await eventually(() => bobs.status(2_000), Boolean);
    for (const client of clients) client.close();
  });

  it("does not talk to a monitor on it", async () => {
    const mon2 = certificates.files("monitor", "mon2");
    await using other = await open(TlsIdentity.load(mon2));
    const mine = without(certificates.files("monitor", "mon1"), mon2);
    await expect(statusAt(other.port, credentialsFor(mine, expecting("mon2")))).rejects.toThrow(
      "its certificate is revoked (tls_revoked here)",
    );
  });

  it("knows when its own certificate is on it", () => {
    const files = certificates.files("monitor", "mon1");
    expect(without(files, files).isRevoked).toBe(true);
    expect(TlsIdentity.load(files).isRevoked).toBe(false);
    expect(without(files, files).equals(TlsIdentity.load(files))).toBe(false);
  });
});
