/** An authority of a test's own, and files of certificates that it signed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "../../src/adapters/tls/certificate-name.ts";
import { TlsIdentity, type TlsFiles } from "../../src/adapters/tls/identity.ts";
import { type Issued, issueCertificate, makeAuthority } from "../../src/adapters/tls/issue.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

const DAY_MS = 86_400_000;

export interface Kind {
  /** Days from now until it begins; negative: it began so long ago. */
  readonly begins?: number;
  readonly days?: number;
  /** By whom it is signed; else by the authority of this test. */
  readonly signedBy?: Issued;
}

export class Certificates implements AsyncDisposable {
  readonly authority = makeAuthority(100, new Date());
  readonly #dir: TempDir;
  #count = 0;

  private constructor(dir: TempDir) {
    this.#dir = dir;
  }

  static async open(): Promise<Certificates> {
    return new Certificates(await tempDir());
  }

  get path(): string {
    return this.#dir.path;
  }

  /** Files of a certificate of that name. */
  files(role: Role, name: string, kind: Kind = {}): TlsFiles {
    const begins = new Date(Date.now() + (kind.begins ?? 0) * DAY_MS);
    const signer = kind.signedBy ?? this.authority;
    return this.write(issueCertificate(signer, { role, name }, kind.days ?? 50, begins));
  }

  identity(role: Role, name: string, kind: Kind = {}): TlsIdentity {
    return TlsIdentity.load(this.files(role, name, kind));
  }

  write({ certificate, key }: Issued, ca: string = this.authority.certificate): TlsFiles {
    this.#count += 1;
    return {
      ca: this.file(`${this.#count}-ca.pem`, ca),
      cert: this.file(`${this.#count}.pem`, certificate),
      key: this.file(`${this.#count}.key`, key),
    };
  }

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.#dir.path, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir.remove();
  }
}
