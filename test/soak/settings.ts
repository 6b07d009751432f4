/** The cluster that a seed soaks: how fast, with which persistence, with which of the policies. */
import type { UpOptions } from "../helpers/lab.ts";
import type { Random } from "./random.ts";

export interface Settings {
  readonly up: UpOptions;
  readonly clients: number;
  readonly pauseMs: number;
  /** For the report. */
  readonly text: string;
}

/**
 * Redis waits as long before a full sync as it does by default: with less, a master that restarts
 * empty at once may empty its replicas before anybody sees it.
 */
const DISKLESS_DELAY = "repl-diskless-sync-delay 5";
/** Far more goes wrong here than in an hour of a real cluster. */
const NO_REST = ["cooldown=5s", "flap_count=1000"];

export function drawSettings(random: Random): Settings {
  const downAfter = random.pick(["1s", "1500ms", "2s"]);
  const lease = random.pick(["600ms", "1s", "2s"]);
  const readers = random.pick([0, 0, 1]);
  const isPersistent = random.chance(0.4);
  const isGuarded = random.chance(0.3);
  const guarded = isGuarded ? ["write_guard=on"] : [];
  const persistence = isPersistent ? ["appendonly yes"] : [];
  return {
    up: {
      downAfter,
      lease,
      readers,
      set: [...NO_REST, ...guarded],
      redis: [DISKLESS_DELAY, ...persistence],
    },
    clients: 4,
    pauseMs: 10,
    text:
      `down_after ${downAfter}, vip_lease ${lease}, ${readers} reader VIPs, ` +
      `append-only file ${isPersistent ? "on" : "off"}, write_guard ${isGuarded ? "on" : "off"}`,
  };
}
