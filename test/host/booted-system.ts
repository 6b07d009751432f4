/**
 * A Debian with systemd as its first process: this machine's own files, or others, below a layer in memory, with a network,
 * processes and control groups of its own. Of what the machine itself would start, nothing is: only what the distribution enables.
 *
 * What it cannot show: another kernel. Where the first process of this machine may not lower anybody's score for the
 * kernel's choice of victims, the one in there may not either (`mayLowerOomScore`).
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../helpers/eventually.ts";

const PACKAGE = fileURLToPath(new URL("../../scripts/package", import.meta.url));
const SYSTEMD = "/lib/systemd/systemd";
const BOOT_LIMIT_MS = 60_000;
const COMMAND_LIMIT_MS = 60_000;
/** A file system in memory that bears the upper layer of an overlay. */
const MEMORY = "/dev/shm";

/** "$1": the layer's folder; the others: control groups to enter. */
const ENTER = `
place=$1; shift
for group; do echo $$ >"$group/cgroup.procs"; done
exec setpriv --pdeathsig KILL unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child sh -euc "$BOOT" sh "$place"
`;

const BOOT = `
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$BELOW,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
[ -z "$UNIFIED" ] || mount -t cgroup2 none sys/fs/cgroup
# It would mount them all, but two of them only as one, which this machine may have divided.
if [ -n "$SINGLE" ]; then
  mount -t tmpfs -o mode=755 none sys/fs/cgroup
  for controller in $SINGLE; do
    mkdir sys/fs/cgroup/$controller
    mount -t cgroup -o $controller none sys/fs/cgroup/$controller
  done
fi
mount -t tmpfs -o mode=755 none run
mount -t tmpfs -o mode=1777 none tmp
mount -t tmpfs -o mode=755 none dev
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
if [ ! -e ../made ]; then
  touch ../made
  rm -rf etc/systemd/system/* var/log/journal/*
  # The kernel and its modules are this machine's, and no matter of anybody in there.
  ln -s /dev/null etc/systemd/system/systemd-modules-load.service
  mkdir -p var/log/journal
  : >etc/machine-id
  : >etc/fstab
  echo mmm-test >etc/hostname
  echo 127.0.1.1 mmm-test >>etc/hosts
fi
hostname mmm-test
ip link set lo up
mkdir -p .before
pivot_root . .before
umount -l /.before
exec env -i container=mmm-test "SYSTEMD_PROC_CMDLINE=$CMDLINE" ${SYSTEMD} --unit=multi-user.target
`;

export interface Ran {
  readonly status: number | null;
  /** Both streams. */
  readonly text: string;
}

export interface Kind {
  /** Whose files lie below, instead of this machine's own. */
  readonly below?: string;
  /** Only control groups of version 2, whatever this machine has: maybe without any controller. */
  readonly unified?: boolean;
}

export class BootedSystem implements AsyncDisposable {
  #kind: Kind = {};
  #place: string | null = null;
  #groups: readonly string[] = [];
  #outer: ChildProcess | null = null;
  #pid = 0;

  /** Why there can be none here; null: there can. */
  static hindrance(): string | null {
    if (process.getuid?.() !== 0) return "it needs root";
    if (!existsSync(SYSTEMD)) return `this machine has no ${SYSTEMD}`;
    if (!existsSync(MEMORY)) return `this machine has no ${MEMORY}`;
    const tried = spawnSync("unshare", ["--mount", "--pid", "--cgroup", "--fork", "true"]);
    return tried.status === 0 ? null : "it needs namespaces";
  }

  /** With what scripts/package makes in /packages there. */
  async boot(kind: Kind = {}): Promise<void> {
    this.#kind = kind;
    const place = mkdtempSync(join(MEMORY, "mmm-booted-"));
    this.#place = place;
    for (const folder of ["upper", "work", "root"]) mkdirSync(join(place, folder));
    const packages = join(place, "upper", "packages");
    execFileSync(PACKAGE, [packages], { stdio: ["ignore", "ignore", "inherit"] });
    await this.#start(place);
  }

  /** Shut down as a person does it, and booted again with the same files. */
  async reboot(): Promise<void> {
    const [outer, place] = [this.#outer, this.#place];
    if (outer === null || place === null) throw new Error("it is not running");
    const ended = once(outer, "exit");
    this.run("systemctl reboot");
    await ended;
    await this.#removeGroups();
    await this.#start(place);
  }

  /** A script of sh in there, as root; it ends at the first command that fails. */
  run(script: string): Ran {
    return this.#inside(["sh", "-euc", script]);
  }

  /** @throws with what it said, if it fails */
  must(script: string): string {
    const { status, text } = this.run(script);
    if (status !== 0) throw new Error(`${script}\nended with ${status}: ${text}`);
    return text.trim();
  }

  /** Whether shares of the processors can be given in there: version 2 may have left that to version 1. */
  get sharesProcessors(): boolean {
    return (
      this.run("cd /sys/fs/cgroup; test -d cpu || grep -qw cpu cgroup.controllers").status === 0
    );
  }

  /** Whether root of this machine has that right. */
  get mayLowerOomScore(): boolean {
    return this.run("echo -900 >/proc/self/oom_score_adj").status === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const outer = this.#outer;
    if (outer !== null && outer.exitCode === null && outer.signalCode === null) {
      outer.kill("SIGKILL");
      await once(outer, "exit");
    }
    await this.#removeGroups();
    if (this.#place !== null) rmSync(this.#place, { recursive: true });
  }

  async #start(place: string): Promise<void> {
    this.#groups = makeGroups(`mmm-booted-${process.pid}`);
    const { below = "/", unified = isUnified() } = this.#kind;
    const env = {
      ...process.env,
      BOOT,
      BELOW: below,
      CMDLINE: `systemd.unified_cgroup_hierarchy=${unified ? 1 : 0}`,
      UNIFIED: unified ? "yes" : "",
      SINGLE: unified ? "" : singleControllers(),
    };
    const args = ["-euc", ENTER, "sh", place, ...this.#groups];
    const outer = spawn("sh", args, { env, stdio: ["ignore", "ignore", "inherit"] });
    this.#outer = outer;
    const children = `/proc/${outer.pid}/task/${outer.pid}/children`;
    const isSystemd = (pid: string) => readFileSync(`/proc/${pid}/comm`, "utf8") === "systemd\n";
    const first = () => readFileSync(children, "utf8").trim();
    this.#pid = Number(await eventually(first, (pid) => pid !== "" && isSystemd(pid)));
    const state = () => this.run("systemctl is-system-running").text.trim();
    await eventually(state, (word) => word === "running" || word === "degraded", {
      withinMs: BOOT_LIMIT_MS,
      what: "systemd has booted",
    });
  }

  #inside(command: readonly string[]): Ran {
    const args = ["--target", String(this.#pid), "--all", "env", "-i", "HOME=/root"];
    args.push("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    const { status, stdout, stderr } = spawnSync("nsenter", [...args, ...command], {
      encoding: "utf8",
      timeout: COMMAND_LIMIT_MS,
      killSignal: "SIGKILL",
      maxBuffer: 2 ** 26,
    });
    return { status, text: `${stdout}${stderr}` };
  }

  async #removeGroups(): Promise<void> {
    for (const group of this.#groups) await eventually(() => removed(group), Boolean);
    this.#groups = [];
  }
}

interface Hierarchy {
  readonly root: string;
  readonly kind: string;
  /** What its root is called in /proc/self/cgroup: controllers, or nothing for version 2. */
  readonly named: string;
}

/** Those that are mounted here: one of version 2, or many of version 1 with or without that. */
function hierarchies(): readonly Hierarchy[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [kind = "", , options = ""] = after.split(" ");
      const root = before.split(" ")[4] ?? "";
      if (kind === "cgroup2") return [{ root, kind, named: "" }];
      if (kind !== "cgroup") return [];
      const words = options.split(",").filter((word) => word !== "rw" && word !== "xattr");
      return [
        { root, kind, named: words.filter((word) => !word.startsWith("release_")).join(",") },
      ];
    });
}

/** The same kind as this machine has: the controllers of one version cannot be lent to the other. */
function isUnified(): boolean {
  return hierarchies().every(({ kind }) => kind === "cgroup2");
}

/** Those of version 1 that have a hierarchy for themselves. */
function singleControllers(): string {
  return hierarchies()
    .map(({ named }) => named)
    .filter((named) => /^[a-z_]+$/.test(named))
    .join(" ");
}

/** One in each hierarchy, so that what is made in there stays below. */
function makeGroups(name: string): readonly string[] {
  const own = new Map(
    readFileSync("/proc/self/cgroup", "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const [, named = "", path = ""] = line.split(":");
        return [named, path];
      }),
  );
  return hierarchies().map(({ root, kind, named }) => {
    // A group of version 2 that has processes passes no controllers on, its root excepted.
    const above = join(root, kind === "cgroup2" ? "" : (own.get(named) ?? ""));
    const group = join(above, name);
    mkdirSync(group);
    for (const file of named === "cpuset" ? ["cpuset.cpus", "cpuset.mems"] : [])
      writeFileSync(join(group, file), readFileSync(join(above, file)));
    return group;
  });
}

/** With those below it; false: somebody is still in there. */
function removed(group: string): boolean {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory() && !removed(join(group, entry.name))) return false;
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}
