/**
 * The files of a Debian 13 with what its packages need to be installed without a network. Made once by debootstrap, in a
 * cache (~/.cache/redis-mmm/debian-13, some 400 MB): remove that for a newer one.
 */
import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { hasProgram } from "../helpers/programs.ts";

const MIRROR = "http://deb.debian.org/debian";
const SUITE = "trixie";
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "redis-mmm");
const ROOT = join(CACHE, "debian-13");
const ANSWER_LIMIT_MS = 10_000;

/** What both packages depend on or recommend, and the servers that they are tried with. */
const NEEDED =
  "nodejs adduser openssh-client nftables iproute2 iputils-arping iputils-ping sudo openssh-server redis-server man-db";

/** Run in a booted one: as if the packages had been there before; the tests start their own Redis. */
export const INSTALL_NEEDED = `
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends ${NEEDED}
systemctl disable --now redis-server
`;

/** Why there can be none here; null: there can. */
export async function hindranceOfDebian13(): Promise<string | null> {
  if (existsSync(ROOT)) return null;
  if (!hasProgram("debootstrap")) return "debootstrap is not installed";
  const url = `${MIRROR}/dists/${SUITE}/InRelease`;
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const answers = await fetch(url, { method: "HEAD", signal }).then(
    ({ ok }) => ok,
    () => false,
  );
  return answers ? null : `${MIRROR} does not answer`;
}

export function debian13(): string {
  if (existsSync(ROOT)) return ROOT;
  mkdirSync(CACHE, { recursive: true });
  const making = `${ROOT}.${process.pid}`;
  const include = "systemd-sysv,dbus,libpam-systemd,procps,ca-certificates";
  const quiet: { stdio: StdioOptions } = { stdio: ["ignore", "ignore", "inherit"] };
  try {
    const options = ["--variant=minbase", `--include=${include}`];
    execFileSync("debootstrap", [...options, SUITE, making, MIRROR], quiet);
    const fetchNeeded = `apt-get update -qq; apt-get install -qq -y --download-only ${NEEDED}`;
    execFileSync("chroot", [making, "sh", "-euc", fetchNeeded], quiet);
    renameSync(making, ROOT);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return ROOT;
}
