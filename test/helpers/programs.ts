/** What this machine can run. */
import { execFileSync } from "node:child_process";

/** Tests of what another program makes of ours are skipped where it is absent. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
