/**
 * What systemd is told, if it started this monitor with `Type=notify`: that it serves, that it ends,
 * and, with `WatchdogSec=`, that it is alive.
 *
 * systemd listens on a datagram socket, which Node does not speak; `systemd-notify` comes with
 * systemd itself. The watchdog is fed by a timer of the same loop that everything else runs on: a
 * monitor that stands still is started anew, and counts as dead meanwhile, as it should.
 */
import { execFile } from "node:child_process";

const NOTIFY_DEADLINE_MS = 5_000;

export interface ServiceManager {
  ready(): void;
  stopping(): void;
}

/**
 * @param env of the process: NOTIFY_SOCKET, and WATCHDOG_USEC in microseconds
 * @param onTrouble called at the first failure only; nothing else depends on it
 */
export function serviceManager(
  env: Readonly<Record<string, string | undefined>>,
  onTrouble: (why: string) => void,
): ServiceManager {
  if (env["NOTIFY_SOCKET"] === undefined) return { ready() {}, stopping() {} };
  let isInTrouble = false;
  const done = (error: Error | null) => {
    if (error !== null && !isInTrouble) onTrouble(error.message);
    isInTrouble = error !== null;
  };
  const tell = (...words: readonly string[]) => {
    try {
      execFile("systemd-notify", words, { timeout: NOTIFY_DEADLINE_MS }, done);
    } catch (error) {
      // Short of memory Node throws it: no reason for a monitor to end.
      done(error as Error);
    }
  };
  return {
    ready: () => {
      tell("--ready");
      const everyMs = feedingIntervalMs(env["WATCHDOG_USEC"]);
      if (everyMs !== null) setInterval(() => tell("WATCHDOG=1"), everyMs).unref();
    },
    stopping: () => tell("STOPPING=1"),
  };
}

/** A third of what systemd waits for, so that one late word is no death. null: it does not wait. */
export function feedingIntervalMs(watchdogUs: string | undefined): number | null {
  const us = Number(watchdogUs);
  return Number.isSafeInteger(us) && us > 0 ? us / 3_000 : null;
}
