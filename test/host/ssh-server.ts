/**
 * A real sshd in the namespace of a test host, reached from here over a wire of its own, with its
 * own host key, authorized keys and configuration.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "../../src/core/io.ts";
import { eventually } from "../helpers/eventually.ts";
import { GuardHost, quietly, sh } from "./guard-host.ts";

export interface SshServerOptions {
  /** More lines of sshd_config. */
  readonly config?: string;
  readonly user?: string;
  /** Shell lines that run before sshd, in a copy of the file system that only sshd sees. */
  readonly prepare?: string;
}

/** Changes to these folders stay in the mount namespace, and no guard is installed in it. */
export const COPY = `mount -t tmpfs none /mnt
for d in etc home usr/lib var; do mkdir -p /mnt/u/$d /mnt/w/$d
mount -t overlay none -o lowerdir=/$d,upperdir=/mnt/u/$d,workdir=/mnt/w/$d /$d; done
rm -rf /usr/lib/redis-mmm /etc/redis-mmm /etc/sudoers.d/redis-mmm`;

export class SshServer implements Disposable {
  readonly host: GuardHost;
  readonly target: Target;
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly folder: string;
  /** What sshd and the preparation said. */
  log = "";
  readonly #wire: string;
  readonly #prepare: string;
  #sshd: ChildProcess | null = null;

  /** `subnet`: the third number of 10.78.x.0/30, which must differ between tests that overlap. */
  static async start(
    name: string,
    subnet: number,
    options: SshServerOptions = {},
  ): Promise<SshServer> {
    const server = new SshServer(name, subnet, options);
    await server.serve();
    return server;
  }

  private constructor(name: string, subnet: number, options: SshServerOptions) {
    this.host = new GuardHost(name);
    this.#prepare = `${COPY}\n${options.prepare ?? ""}\n`;
    this.#wire = `gt-${name}`.slice(0, 15);
    quietly(`ip link del ${this.#wire}`);
    sh(`ip link add ${this.#wire} type veth peer name m0 netns ${this.host.host}`);
    sh(`ip addr add 10.78.${subnet}.1/30 dev ${this.#wire} && ip link set ${this.#wire} up`);
    this.host.on(`ip addr add 10.78.${subnet}.2/30 dev m0 && ip link set m0 up`);
    this.folder = mkdtempSync(join(tmpdir(), "gt-sshd-"));
    sh(
      `ssh-keygen -q -t ed25519 -N '' -f ${this.folder}/host && ssh-keygen -q -t ed25519 -N '' -f ${this.folder}/id`,
    );
    sh(
      `cp ${this.folder}/id.pub ${this.folder}/authorized && mkdir -p /run/sshd && chmod 755 ${this.folder}`,
    );
    sh(`cat > ${this.folder}/sshd_config <<'END'
Port 2222
ListenAddress 10.78.${subnet}.2
HostKey ${this.folder}/host
AuthorizedKeysFile ${this.folder}/authorized
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
${options.config ?? ""}
END`);
    this.privateKey = join(this.folder, "id");
    this.knownHosts = join(this.folder, "known_hosts");
    this.target = {
      group: "main",
      node: "db1",
      address: `10.78.${subnet}.2`,
      port: 6379,
      sshUser: options.user ?? "root",
      sshPort: 2222,
      sshHostKey: null,
    };
    this.trust();
  }

  trust(): void {
    const [type, key] = readFileSync(join(this.folder, "host.pub"), "utf8").split(" ");
    sh(`echo '[${this.target.address}]:2222 ${type} ${key}' > ${this.knownHosts}`);
  }

  async serve(): Promise<void> {
    this.#sshd = this.host.spawn(this.host.host, [
      "unshare",
      "-m",
      "sh",
      "-c",
      `set -e; exec 2>&1; cd ${this.folder}\n${this.#prepare}exec /usr/sbin/sshd -D -e -f ${this.folder}/sshd_config`,
    ]);
    this.#sshd.stdout?.on("data", (data: Buffer) => {
      this.log += data.toString();
    });
    await eventually(
      () => this.host.on("ss -tlnH sport = :2222"),
      (out) => out !== "",
      { what: "sshd listens" },
    );
  }

  /** Ends the listener and every session. */
  stop(): void {
    this.signal("KILL");
    this.#sshd?.kill("SIGKILL");
  }

  /** To every process in the host's namespace: sshd, its sessions, the guard. */
  signal(name: string): void {
    for (const pid of this.processes()) quietly(`kill -${name} ${pid}`);
  }

  processes(): readonly string[] {
    return sh(`ip netns pids ${this.host.host}`)
      .split("\n")
      .filter((pid) => pid !== "");
  }

  [Symbol.dispose](): void {
    this.signal("KILL");
    this.host[Symbol.dispose]();
    quietly(`ip link del ${this.#wire}`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
