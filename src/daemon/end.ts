/**
 * The end of the process. `process.exit` waits for the threads of the runtime, and one of them may be asking a
 * name server that does not answer, for minutes. Such a monitor ends by the signal that asked it to: a
 * service manager takes that for a clean end, too.
 */

/** A lookup of a name, as the runtime calls it. */
const LOOKUP = "GetAddrInfoReqWrap";

/** @param code for the caller, unless a lookup hangs */
export function endProcess(code: number): never {
  if (process.getActiveResourcesInfo().includes(LOOKUP)) {
    process.removeAllListeners("SIGTERM");
    process.kill(process.pid, "SIGTERM");
  }
  process.exit(code);
}
