/**
 * The promises that no fault may break, checked where the world changes: who serves a VIP, which
 * commands run on a Redis; and, group by group, what `group-safety.ts` says.
 */
import type { Parts } from "../../../src/core/consensus/types.ts";
import type { ActionConnection, RedisAction } from "../../../src/core/operation/action.ts";
import {
  CLUSTER_PART,
  type ClusterPart,
  type GroupPart,
  groupPartName,
} from "../../../src/core/state.ts";
import { type Committing, GroupSafety } from "./group-safety.ts";
import type { Client } from "./client.ts";
import type { Host } from "./host.ts";
import { GROUP } from "./plan.ts";
import type { RedisServer } from "./redis-server.ts";
import { Violation } from "./violation.ts";

const READS: ReadonlySet<RedisAction["kind"]> = new Set([
  "open",
  "close",
  "info",
  "get-min-replicas",
  "cut-off",
]);

export function isReading(action: RedisAction): boolean {
  return READS.has(action.kind);
}

/** One group of the world: its hosts' names, and who writes to it. */
export interface GroupOfWorld {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly client: () => Client;
}

export class Safety {
  readonly #hosts: readonly Host[];
  readonly #groups: ReadonlyMap<string, GroupSafety>;
  readonly #byHost = new Map<string, GroupSafety>();
  readonly #newestTerm = new Map<string, number>();
  claims = 0;

  constructor(
    hosts: readonly Host[],
    servers: ReadonlyMap<string, RedisServer>,
    groups: readonly GroupOfWorld[],
  ) {
    this.#hosts = hosts;
    this.#groups = new Map(
      groups.map(({ name, client }) => [name, new GroupSafety(servers, client)]),
    );
    for (const { name, hosts: own } of groups)
      for (const host of own) this.#byHost.set(host, this.of(name));
  }

  of(name: string): GroupSafety {
    const found = this.#groups.get(name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  }

  /** The first group: what the clients and the faults are about. */
  get group(): GroupPart | null {
    return this.of(GROUP).group;
  }

  get finished(): Readonly<Record<string, number>> {
    return this.of(GROUP).finished;
  }

  /** Switchovers of which it was seen that nothing was lost, for the statistics only. */
  get checkedSwitchovers(): number {
    return this.of(GROUP).checkedSwitchovers;
  }

  /** P3. Serving begins only at a change of a host, and ends by itself: so this is every instant. */
  served(vip: string): void {
    let first: Host | null = null;
    for (const host of this.#hosts) {
      if (!host.serves(vip)) continue;
      if (!host.nft) return;
      if (first !== null)
        throw new Violation("one host serves a VIP", `${first.name} and ${host.name} serve ${vip}`);
      first = host;
    }
  }

  /** P1 and P4, at the instant in which a command runs. */
  acting(
    redis: RedisServer,
    monitor: string,
    connection: ActionConnection,
    action: RedisAction,
  ): void {
    if (isReading(action)) return;
    const newest = this.#newestTerm.get(redis.name) ?? 0;
    if (connection.term < newest) {
      throw new Violation(
        "no command after a newer leader's",
        `${monitor} (term ${connection.term}) runs ${action.kind} on ${redis.name} after one of term ${newest}`,
      );
    }
    this.#newestTerm.set(redis.name, connection.term);
    if (action.kind === "promote" && !redis.isMaster)
      this.#byHost.get(redis.name)?.promoting(redis);
  }

  /** A server lost its process or its data. */
  lost(redis: RedisServer): void {
    this.#byHost.get(redis.name)?.lost(redis);
  }

  committed(at: Committing, parts: Parts): void {
    const cluster = parts[CLUSTER_PART] as unknown as ClusterPart;
    for (const [name, group] of this.#groups)
      group.committed(at, parts[groupPartName(name)] as unknown as GroupPart, cluster);
  }
}
