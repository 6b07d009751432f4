/** Where the parts of a benchmark are: all on loopback addresses of this machine. */

export const NODES_OF_GROUP = 3;
/** Of each group. */
export const FIRST_MASTER = "db1";
export const PORT = 16379;
export const MONITOR_PORT = 17400;
export const MONITORS: readonly string[] = ["mon1", "mon2", "mon3"];

/** 127.77.0.0/16 is where old masters are parked. */
export function addressOf(group: number, node: number): string {
  return `127.${20 + (group >> 7)}.${group & 127}.${node + 1}`;
}

export function monitorAddress(name: string): string {
  return `127.19.0.${MONITORS.indexOf(name) + 1}`;
}

export function groupName(group: number): string {
  return `g${String(group + 1).padStart(3, "0")}`;
}
