/** Copies a monitor's data directory. What it listens on stays behind, whatever its name: a socket cannot be copied. */
import { cpSync, lstatSync } from "node:fs";
import { basename } from "node:path";

export function copyData(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: isOfTheMonitor });
}

/** `lost+found` is the file system's own. */
function isOfTheMonitor(path: string): boolean {
  return basename(path) !== "lost+found" && !lstatSync(path).isSocket();
}
