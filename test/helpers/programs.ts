/** What this machine can run. */
import { execFileSync } from "node:child_process";

/** Tests of what another program makes of ours are skipped where it is absent. */
export function hasProgram(name: string): boolean {
  return pathOf(name) !== null;
}

/** null: it is absent. */
export function pathOf(name: string): string | null {
  try {
    const words = ["-c", 'command -v "$1"', "sh", name];
    return execFileSync("sh", words, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
