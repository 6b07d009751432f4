/** The pid file, for service managers and scripts that want one. It locks nothing. */
import { closeSync, constants, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { MmmError, messageOf } from "../errors.ts";

/** Where others may write, somebody may have put a link to a file of this user there. */
const NO_LINK = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

export interface PidFile {
  remove(): void;
}

/** @throws MmmError ALREADY_RUNNING when the process that it names is an mmm-mon that runs. */
export function writePidFile(file: string): PidFile {
  const pid = readPid(file);
  if (pid !== null && pid !== process.pid && isMonitor(pid)) {
    throw new MmmError("ALREADY_RUNNING", {
      what: `cannot take the pid file ${file}`,
      why: `process ${pid} is running and wrote it`,
      todo: `end that one (kill ${pid}), or choose another --pid`,
    });
  }
  try {
    put(file, `${process.pid}\n`);
  } catch (error) {
    throw new MmmError("PID_FILE", {
      what: `cannot write the pid file ${file}`,
      why: messageOf(error),
      todo: "make its directory, or let the user of this process write there",
      cause: error,
    });
  }
  return { remove: () => removeOwn(file) };
}

function put(file: string, text: string): void {
  const handle = openSync(file, NO_LINK, 0o644);
  try {
    writeFileSync(handle, text);
  } finally {
    closeSync(handle);
  }
}

function removeOwn(file: string): void {
  if (readPid(file) !== process.pid) return;
  try {
    unlinkSync(file);
  } catch {
    // It is stale for the next start, which copes with it.
  }
}

function readPid(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // None yet, or not ours to read: writing it will tell.
    return null;
  }
}

/** The kernel reuses pids: what runs under it now may be anything. */
function isMonitor(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.some((word) => /(^|\/)(mmm-mon(\.js)?|daemon\/main\.ts)$/.test(word));
  } catch {
    return false;
  }
}
