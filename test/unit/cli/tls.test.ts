import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TlsIdentity } from "../../../src/adapters/tls/identity.ts";
import { Revoked } from "../../../src/adapters/tls/revoked.ts";
import { mmm } from "./world.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-tls-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const mode = (name: string) => (statSync(join(dir, name)).mode & 0o777).toString(8);
const text = (name: string) => readFileSync(join(dir, name), "utf8");
const load = (stem: string) =>
  TlsIdentity.load({
    ca: join(dir, "ca.pem"),
    cert: join(dir, `${stem}.pem`),
    key: join(dir, `${stem}.key`),
  });

describe("mmm tls", () => {
  it("makes an authority and certificates that fit together, and keeps every key to its owner", async () => {
    expect((await mmm(`tls init ${dir}`)).code).toBe(0);
    const issued = await mmm(`tls issue ${dir} --monitor mon1 --monitor mon2`);
    expect(issued.code).toBe(0);
    expect(issued.out).toContain("monitor-mon2.key are for monitor mon2");
    expect((await mmm(`tls issue ${dir} --operator ann --days 7`)).code).toBe(0);
    expect(["mon1", "mon2"].map((name) => load(`monitor-${name}`).name.name)).toEqual([
      "mon1",
      "mon2",
    ]);
    expect(load("operator-ann").name).toEqual({ role: "operator", name: "ann" });
    expect(["ca.key", "monitor-mon1.key", "operator-ann.key"].map(mode)).toEqual([
      "600",
      "600",
      "600",
    ]);
    expect(mode("ca.pem")).toBe("644");
  });

  it("is explained with the names of the files that it makes", async () => {
    const { out } = await mmm("help tls");
    await mmm(`tls init ${dir}`);
    await mmm(`tls issue ${dir} --monitor NAME`);
    await mmm(`tls issue ${dir} --operator NAME`);
    for (const name of ["ca.pem", "ca.key", "monitor-NAME.pem"]) {
      expect(out).toContain(`DIR/${name}`);
      expect(mode(name)).toMatch(/^6\d\d$/);
    }
    expect(out).toContain("operator-NAME");
    expect(mode("operator-NAME.pem")).toBe("644");
    const missing = await mmm(`tls show ${dir}/none.pem`);
    expect(missing.err).toContain("try: name the file of a certificate");
  });

  it("tells programs the files and how long they are good, never a key", async () => {
    const { out } = await mmm(`tls init ${dir} -o json --days 100`);
    expect(JSON.parse(out)).toMatchObject({
      certificate: join(dir, "ca.pem"),
      name: null,
      days_left: 99,
    });
    const issued = await mmm(`tls issue ${dir} --reader grafana -o json`);
    // It ends with its authority.
    expect(JSON.parse(issued.out)).toMatchObject([{ name: "reader grafana", days_left: 99 }]);
    expect(out + issued.out).not.toContain("PRIVATE");
  });

  it("overwrites nothing, unless it is told to renew", async () => {
    await mmm(`tls init ${dir}`);
    await mmm(`tls issue ${dir} --monitor mon1`);
    const before = text("monitor-mon1.key");
    const again = await mmm(`tls issue ${dir} --monitor mon1`);
    expect(again.code).toBe(3);
    expect(again.err).toBe(
      `error: will not overwrite ${dir}/monitor-mon1.key\n  it exists already\ntry: to put a new key and certificate in their place, add --renew`,
    );
    expect(text("monitor-mon1.key")).toBe(before);
    expect((await mmm(`tls issue ${dir} --monitor mon1 --renew`)).code).toBe(0);
    expect(text("monitor-mon1.key")).not.toBe(before);
    expect(mode("monitor-mon1.key")).toBe("600");
    expect(load("monitor-mon1").name.name).toBe("mon1");
    const authority = await mmm(`tls init ${dir}`);
    expect(authority.code).toBe(3);
    expect(authority.err).toContain("an authority is never replaced");
  });

  it("leaves no key behind whose certificate could not be written", async () => {
    await mmm(`tls init ${dir}`);
    writeFileSync(join(dir, "monitor-mon1.pem"), "mine");
    expect((await mmm(`tls issue ${dir} --monitor mon1`)).code).toBe(3);
    expect(() => statSync(join(dir, "monitor-mon1.key"))).toThrow("ENOENT");
    expect(text("monitor-mon1.pem")).toBe("mine");
  });

  it("shows whom a certificate names", async () => {
    await mmm(`tls init ${dir} --days 30`);
    await mmm(`tls issue ${dir} --operator ann --days 10`);
    expect((await mmm(`tls show ${dir}/operator-ann.pem`)).out).toMatch(
      /^operator ann {3}expires \d{4}-\d\d-\d\d \(9 days\)\nfingerprint {3}[0-9a-f]{64}$/,
    );
    expect((await mmm(`tls show ${dir}/ca.pem`)).out).toMatch(/^no name of redis-mmm/);
    const wrong = await mmm(`tls show ${dir}/ca.key`);
    expect([wrong.code, wrong.err]).toEqual([
      3,
      expect.stringContaining("does not begin with a certificate"),
    ]);
  });

  it("revokes all that was ever issued for a name, also what was renewed since, and nothing else", async () => {
    await mmm(`tls init ${dir}`);
    await mmm(`tls issue ${dir} --operator ann`);
    const old = new X509Certificate(text("operator-ann.pem"));
    await mmm(`tls issue ${dir} --operator ann --renew`);
    await mmm(`tls issue ${dir} --monitor ann`);
    const told = await mmm(`tls revoke ${dir} --operator ann`);
    expect([told.code, told.out.split("\n")[0]]).toEqual([
      0,
      `OK: ${dir}/revoked.txt names 2 more, of operator ann`,
    ]);
    const has = (certificate: X509Certificate) =>
      Revoked.read(join(dir, "revoked.txt")).has(certificate);
    const now = (stem: string) => new X509Certificate(text(`${stem}.pem`));
    expect([has(old), has(now("operator-ann")), has(now("monitor-ann"))]).toEqual([
      true,
      true,
      false,
    ]);
    expect((await mmm(`tls revoke ${dir} --operator ann`)).out).toContain("is revoked already");
    await mmm(`tls issue ${dir} --operator ann --renew`);
    expect([has(old), has(now("operator-ann"))]).toEqual([true, false]);
  });

  it("revokes what was issued before it kept a list, adds to what people wrote, and says when it knows nothing", async () => {
    await mmm(`tls init ${dir}`);
    await mmm(`tls issue ${dir} --monitor mon1`);
    rmSync(join(dir, "issued.txt"));
    const other = "ab".repeat(32);
    writeFileSync(join(dir, "revoked.txt"), `# by hand\n${other}`);
    expect((await mmm(`tls revoke ${dir} --monitor mon1`)).code).toBe(0);
    expect(text("revoked.txt")).toMatch(
      new RegExp(
        `^# by hand\n${other}\n[0-9a-f]{64} monitor mon1, revoked \\d{4}-\\d\\d-\\d\\d\n$`,
      ),
    );
    expect(
      Revoked.read(join(dir, "revoked.txt")).has(new X509Certificate(text("monitor-mon1.pem"))),
    ).toBe(true);
    const unknown = await mmm(`tls revoke ${dir} --reader eve`);
    expect([unknown.code, unknown.err]).toEqual([
      3,
      expect.stringContaining("cannot revoke reader eve"),
    ]);
  });

  it.each([
    ["tls frobnicate DIR", 'tls does not know "frobnicate"; write init, issue, revoke or show'],
    ["tls init", "tls needs PATH"],
    ["tls issue DIR", "say whom it is for: --monitor, --operator or --reader NAME"],
    ["tls issue DIR --monitor mon1 --reader x", "say whom it is for"],
    ["tls issue DIR --operator a/b", '--operator: "a/b" is not a name'],
    ["tls issue DIR --operator ann --days 0", '--days: "0" is not a whole number from 1 to 36500'],
  ])("refuses %s", async (line, message) => {
    await mmm(`tls init ${dir}`);
    const { code, err } = await mmm(line.replace("DIR", dir));
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it("asks for an authority before it issues", async () => {
    const { code, err } = await mmm(`tls issue ${dir} --monitor mon1`);
    expect(err).toContain("try: make an authority first: mmm tls init DIR");
    expect(code).toBe(3);
  });
});
