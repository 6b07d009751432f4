/**
 * The names of things. All are plain strings and numbers: they come from a configuration file or
 * a message, were validated at that boundary, and are compared, never parsed, in the core.
 */

/** A monitor (`mon1`): one `mmm-mon` process. */
export type MonitorName = string;
/** A Redis server of a group (`db1`). */
export type NodeName = string;
/** A master with its replicas (`main`). */
export type GroupName = string;
/** A virtual IP, dotted decimal, without a prefix. */
export type Ip = string;
/** Identity of a cluster of monitors: eight hex digits, 32 bits, so that it fits an nftables mark. */
export type ClusterId = string;
/** Random identity of a monitor's data directory: a wiped disk comes back as a stranger. */
export type StorageId = string;
/** An instant on this monitor's monotonic clock, in milliseconds. Never compared between hosts. */
export type Instant = number;
/** Wall-clock milliseconds since 1970: for people and journals only, never for a decision. */
export type WallTime = number;

/** Everything non-deterministic that a turn of the core may use. */
export interface At {
  readonly now: Instant;
  readonly wall: WallTime;
  /** A fresh random whole number below 2^48; a turn derives all its randomness from it. */
  readonly entropy: number;
}
