/** `mmm config check` opens what the tls_* keys name. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TlsFiles } from "../../../src/adapters/tls/identity.ts";
import { Certificates } from "../../helpers/certificates.ts";
import { mmm } from "./world.ts";

const NODES = "[db1]\naddress = 10.0.0.1\n[monitor:mon1]\naddress = 10.0.0.11\n";

function fileWith({ ca, cert, key }: TlsFiles, dir: string, top = ""): string {
  const path = join(dir, "mmm.conf");
  writeFileSync(path, `${top}tls_ca = ${ca}\ntls_cert = ${cert}\ntls_key = ${key}\n${NODES}`, {
    mode: 0o640,
  });
  return path;
}

describe("mmm config check", () => {
  it("is content with files that fit, of a monitor or of an operator", async () => {
    await using some = await Certificates.open();
    for (const role of ["monitor", "operator"] as const) {
      const path = fileWith(some.files(role, "mon1"), some.path);
      expect(await mmm(`config check ${path}`)).toMatchObject({ code: 0, err: "" });
    }
  });

  it("names the line of a file that is missing, is open to others, or is another's", async () => {
    await using some = await Certificates.open();
    const good = some.files("monitor", "mon1");
    const check = async (files: TlsFiles) => {
      const path = fileWith(files, some.path);
      const { code, err } = await mmm(`config check ${path}`);
      expect(code).toBe(3);
      return err.replaceAll(path, "FILE").split("\n")[0];
    };
    expect(await check({ ...good, cert: "/nonexistent/x.pem" })).toMatch(
      /^FILE:2:12: tls_cert: \/nonexistent\/x\.pem: there is no such file; make certificates/,
    );
    expect(await check({ ...good, ca: some.file("no.pem", "none") })).toMatch(
      /^FILE:1:10: tls_ca: .* authorities/,
    );
    expect(await check(some.files("monitor", "mon9"))).toBe(
      "FILE:2:12: tls_cert: it is the certificate of monitor mon9; this file knows mon1",
    );
    expect(await check(some.files("monitor", "mon1", { begins: -60, days: 50 }))).toMatch(
      /^FILE:2:12: tls_cert: the certificate has expired on /,
    );
    chmodSync(good.key, 0o644);
    expect(await check(good)).toMatch(/^FILE:3:11: tls_key: .* open to anybody/);
  });

  it("warns of a certificate that ends soon, and prints problems as data", async () => {
    await using some = await Certificates.open();
    const path = fileWith(some.files("monitor", "mon1", { begins: -45, days: 50 }), some.path);
    expect((await mmm(`config check ${path}`)).out).toMatch(
      /WARNING {3}tls_cert: expires in [45] days/,
    );
    const missing = fileWith({ ca: "/no/a", cert: "/no/b", key: "/no/c" }, some.path);
    const { code, out } = await mmm(`config check ${missing} -o json`);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ line: 3, key: "tls_key" }] });
  });
});
