/** What doctor says of a monitor's certificate and of whom it locks out, with files as they are on disk. */
import { X509Certificate } from "node:crypto";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tlsFindings } from "../../../../src/adapters/doctor/tls-rules.ts";
import type { TlsFiles } from "../../../../src/adapters/tls/identity.ts";
import { fingerprintOf } from "../../../../src/adapters/tls/revoked.ts";
import { Certificates as Own } from "../../../../src/daemon/certificates.ts";
import { Certificates, type Kind } from "../../../helpers/certificates.ts";

let made: Certificates;
beforeAll(async () => {
  made = await Certificates.open();
});
afterAll(() => made[Symbol.asyncDispose]());

const ANYWHERE = { host: "0.0.0.0" };
const printOf = ({ cert }: TlsFiles) => fingerprintOf(new X509Certificate(readFileSync(cert)));

/** A monitor that has started with a list, and what doctor then says. */
function started(lines: readonly string[] = [], kind: Kind = {}) {
  const files = made.files("monitor", "mon1", kind);
  const list = made.file(`${crypto.randomUUID()}.txt`, lines.join("\n"));
  const own = new Own({ ...files, revoked: list }, "mon1");
  const found = (id: string) =>
    tlsFindings("mon1", own.sight(), ANYWHERE, Date.now()).filter((one) => one.id === id);
  return { files, list, own, found };
}

it("a certificate and its authority that are both good are one line, with the days of each", () => {
  const whats = started()
    .found("tls")
    .map(({ what }) => what);
  expect(whats).toEqual([
    expect.stringMatching(
      /^the certificate of mon1 is good for \d+ days, the authority in .* \d+ days$/,
    ),
  ]);
});

describe("doctor, of the certificates that are locked out", () => {
  it("counts them, and tells lists apart whatever their order", () => {
    const prints = ["ann", "bob"].map((name) => printOf(made.files("operator", name)));
    const [one, other] = [started(prints), started(prints.toReversed())];
    const [finding] = one.found("tls-revoked");
    expect(finding?.level).toBe("ok");
    expect(finding?.what).toMatch(/^locked out: 2 certificates \([0-9a-f]{8}\)$/);
    expect(other.found("tls-revoked")).toEqual([finding]);
    expect(started(prints.slice(1)).found("tls-revoked")[0]?.what).toMatch(/^locked out: 1 cert/);
    expect(started().found("tls-revoked")[0]?.what).toMatch(/^locked out: 0 certificates/);
  });

  it("hints at a list before it is needed", () => {
    const own = new Own(made.files("monitor", "mon1"), "mon1");
    const found = tlsFindings("mon1", own.sight(), ANYWHERE, Date.now());
    expect(found.find(({ id }) => id === "tls-revoked")).toMatchObject({
      level: "hint",
      what: "tls_revoked is not set",
    });
  });

  it("says that its own is among them", () => {
    const { files, list, own, found } = started();
    writeFileSync(list, printOf(files));
    own.renew(Date.now());
    expect(found("tls-revoked")).toMatchObject([
      { level: "error", what: `its own certificate is named in ${list}` },
    ]);
  });

  it.each([
    ["is gone", (list: string) => rmSync(list), "there is no such file"],
    [
      "cannot be read",
      (list: string) => writeFileSync(list, "AB:CD"),
      "line 1 does not begin with",
    ],
    ["may be changed by anybody", (list: string) => chmodSync(list, 0o666), "anybody on this host"],
  ])("says that the list %s, with which it could not start again", (_, harm, why) => {
    const { list, found } = started();
    harm(list);
    const [ok, error] = found("tls-revoked");
    expect(ok?.level).toBe("ok");
    expect(error).toMatchObject({ level: "error", what: expect.stringContaining(why) });
    expect(error?.what).toContain(list);
  });

  it("says that a list was copied there and never taken", () => {
    const { list, own, found } = started();
    writeFileSync(list, printOf(made.files("operator", "ann")));
    expect(found("tls-revoked").map(({ level }) => level)).toEqual(["ok", "warning"]);
    own.renew(Date.now());
    expect(found("tls-revoked").map(({ level }) => level)).toEqual(["ok"]);
  });
});

describe("doctor, of a certificate", () => {
  it("says how long it is good, that it ends soon and that it has ended", () => {
    const levels = (kind: Kind) =>
      started([], kind)
        .found("tls")
        .map(({ level }) => level);
    expect(levels({ days: 90 })).toEqual(["ok"]);
    expect(levels({ begins: -80, days: 90 })).toEqual(["warning", "ok"]);
    expect(levels({ begins: -9, days: 3 })).toEqual(["error", "ok"]);
  });

  it("says that its file is gone, and not that the list is", () => {
    const { files, found } = started();
    rmSync(files.cert);
    expect(found("tls").at(-1)).toMatchObject({ level: "error" });
    expect(found("tls-revoked")).toHaveLength(1);
  });

  it("minds talking in the clear where others can listen", () => {
    const level = (host: string) => tlsFindings("mon1", null, { host }, 0).map((one) => one.level);
    expect([level("127.0.0.1"), level("0.0.0.0")]).toEqual([["ok"], ["hint"]]);
  });
});
