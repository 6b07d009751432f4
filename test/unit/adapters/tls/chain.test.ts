/**
 * An authority of one's own with another one below it, made by openssl as such authorities are: who is signed by
 * the lower one shows its certificate along with its own.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { ChannelCredentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../../../src/adapters/tls/certificate-name.ts";
import { type TlsFiles, TlsIdentity } from "../../../../src/adapters/tls/identity.ts";
import { fingerprintOf } from "../../../../src/adapters/tls/revoked.ts";
import { AnsweringMonitor, REPORT, shownBy, statusAt } from "../../../helpers/answering-monitor.ts";
import { hasProgram } from "../../../helpers/programs.ts";
import { type TempDir, tempDir } from "../../../helpers/temp-dir.ts";

const CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
const endOf = (role: Role, name: string) =>
  `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n` +
  `extendedKeyUsage=clientAuth,serverAuth\nsubjectAltName=URI:urn:redis-mmm:${role}:${name}\n`;

class OwnAuthority {
  readonly #dir: TempDir;

  constructor(dir: TempDir) {
    this.#dir = dir;
    this.#make("root", CA, null);
    this.#make("lower", CA, "root");
  }

  path(name: string): string {
    return join(this.#dir.path, name);
  }

  pem(name: string): string {
    return readFileSync(this.path(`${name}.pem`), "utf8");
  }

  /** @param shown of whom its certificate file holds the certificates, from its own on */
  files(role: Role, name: string, shown: readonly string[] = ["lower"]): TlsFiles {
    const stem = `${role}-${name}-${shown.join("-")}`;
    this.#make(stem, endOf(role, name), "lower");
    const cert = this.path(`${stem}-chain.pem`);
    writeFileSync(cert, [stem, ...shown].map((one) => this.pem(one)).join(""));
    return { ca: this.path("root.pem"), cert, key: this.path(`${stem}.key`) };
  }

  #make(name: string, extensions: string, signer: string | null): void {
    const at = (suffix: string) => this.path(`${name}.${suffix}`);
    writeFileSync(at("ext"), extensions);
    const key = `openssl genpkey -algorithm ed25519 -out ${at("key")} 2>&1`;
    const request = `openssl req -new -key ${at("key")} -subj /CN=${name} -out ${at("csr")}`;
    const by =
      signer === null
        ? `-signkey ${at("key")}`
        : `-CA ${this.path(`${signer}.pem`)} -CAkey ${this.path(`${signer}.key`)} -CAcreateserial`;
    const sign = `openssl x509 -req -in ${at("csr")} -days 30 -extfile ${at("ext")} ${by} -out ${at("pem")} 2>&1`;
    execFileSync("sh", ["-c", `umask 077; ${key} && ${request} && ${sign}`]);
  }
}

describe.skipIf(!hasProgram("openssl"))("certificates of a lower authority", () => {
  let dir: TempDir;
  let own: OwnAuthority;
  beforeAll(async () => {
    dir = await tempDir();
    own = new OwnAuthority(dir);
  });
  afterAll(() => dir.remove());

  it("are taken at both ends by who trusts the upper one alone", async () => {
    await using mon1 = await AnsweringMonitor.open(TlsIdentity.load(own.files("monitor", "mon1")));
    expect(await statusAt(mon1.port, shownBy(own.files("operator", "ann")))).toEqual(REPORT);
    expect(mon1.refused).toEqual([]);
  });

  it("are refused without the certificate between, here and by who is shown them", async () => {
    const alone = own.files("operator", "ann", []);
    expect(() => TlsIdentity.load(alone)).toThrow("no authority in");
    await using mon1 = await AnsweringMonitor.open(TlsIdentity.load(own.files("monitor", "mon1")));
    const context = createSecureContext({
      ca: own.pem("root"),
      cert: readFileSync(alone.cert),
      key: readFileSync(alone.key),
    });
    const shown = ChannelCredentials.createFromSecureContext(context, {
      checkServerIdentity: () => undefined,
    });
    await expect(statusAt(mon1.port, shown)).rejects.toThrow(
      /operator ann is not signed by an authority in tls_ca|operator ann is not accepted/,
    );
  });

  it("are all revoked with the certificate between", async () => {
    const list = own.path("revoked.txt");
    writeFileSync(list, fingerprintOf(new X509Certificate(own.pem("lower"))), { mode: 0o600 });
    const files = own.files("monitor", "mon1");
    const mine = TlsIdentity.load({ ...files, revoked: list });
    expect(mine.isRevoked).toBe(true);
    await using mon1 = await AnsweringMonitor.open(mine);
    const ann = shownBy(own.files("operator", "ann"));
    await expect(statusAt(mon1.port, ann)).rejects.toThrow(
      "the certificate of operator ann is revoked",
    );
  });
});
