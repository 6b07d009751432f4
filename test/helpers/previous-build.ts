/**
 * An older version of this program, built from git: that of `MMM_PREVIOUS`, else the newest release, else
 * the one before the last few changes of the protocol, so that there is something in which they differ.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const CHANGES = "-n4";

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 28 }).trim();
}

/** null: this is no checkout. */
export function previousVersion(): string | null {
  const asked = process.env["MMM_PREVIOUS"];
  if (asked !== undefined) return asked;
  try {
    const [release = ""] = git("tag", "--list", "v*", "--sort=-v:refname").split("\n");
    if (release !== "") return release;
    const changes = git("log", CHANGES, "--format=%H", "--", "proto/mmm.proto").split("\n");
    return `${changes.at(-1)}^`;
  } catch {
    return null;
  }
}

/** Its bundles, with its own guard above them, in `dir`. */
export function buildPrevious(version: string, dir: string): string {
  mkdirSync(dir, { recursive: true });
  const archive = execFileSync("git", ["archive", version], { cwd: ROOT, maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "-C", dir], { input: archive });
  if (!existsSync(join(dir, "node_modules")))
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const dist = join(dir, "dist");
  execFileSync(process.execPath, [join(dir, "scripts/build.mjs"), dist]);
  return dist;
}
