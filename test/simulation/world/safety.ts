/**
 * The promises that no fault may break, checked where the world changes: who serves a VIP, which
 * commands run on a Redis, which data are promoted, and what justified an operation.
 */
import type { Parts } from "../../../src/core/consensus/types.ts";
import type { ActionConnection, RedisAction } from "../../../src/core/operation/action.ts";
import {
  CLUSTER_PART,
  type ClusterPart,
  type GroupPart,
  groupPartName,
  type Operation,
  quorumOf,
  type VoteRecord,
} from "../../../src/core/state.ts";
import { sameStamp, type Stamp, showStamp } from "../../../src/core/stamp.ts";
import type { Client } from "./client.ts";
import type { Host } from "./host.ts";
import { GROUP } from "./plan.ts";
import type { RedisServer } from "./redis-server.ts";
import { Violation } from "./violation.ts";

/** A master that answers but lost its data is down as well; one whose guard is lost soon will be. */
function isAgainst({ vote, reason }: VoteRecord): boolean {
  if (reason?.startsWith("reborn") === true || reason?.startsWith("guard") === true) return true;
  return vote !== "up" && vote !== "abstain" && vote !== "unknown";
}

interface SwitchoverLedger {
  readonly operation: Operation;
  /** What the old master held when it began. */
  readonly had: readonly number[];
  readonly acknowledgedBefore: number;
  /** A node lost data or its process meanwhile: then nothing is promised. */
  excused: boolean;
}

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

export class Safety {
  readonly #hosts: readonly Host[];
  readonly #servers: ReadonlyMap<string, RedisServer>;
  readonly #client: () => Client;
  readonly #newestTerm = new Map<string, number>();
  #group: GroupPart | null = null;
  #ledger: SwitchoverLedger | null = null;
  /** Finished operations, by kind and result. */
  readonly finished: Record<string, number> = {};
  claims = 0;
  /** Acknowledged writes that a failover or restart has lost, for the statistics only. */
  checkedSwitchovers = 0;

  constructor(
    hosts: readonly Host[],
    servers: ReadonlyMap<string, RedisServer>,
    client: () => Client,
  ) {
    this.#hosts = hosts;
    this.#servers = servers;
    this.#client = client;
  }

  get group(): GroupPart | null {
    return this.#group;
  }

  /** P3. Serving begins only at a change of a host, and ends by itself: so this is every instant. */
  served(vip: string): void {
    let first: Host | null = null;
    for (const host of this.#hosts) {
      // A limit that is stated: what the packet filter of a host is to say, it must be there to say.
      if (host.isFlushed || !host.serves(vip)) continue;
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
    if (action.kind === "promote" && !redis.isMaster) this.#promoting(redis);
  }

  #promoting(redis: RedisServer): void {
    const group = this.#group;
    if (group === null || redis.isLoading) return;
    if (group.operation?.acceptDataLoss === true) return;
    const bad = (text: string): never => {
      throw new Violation("only good data is promoted", `${redis.name} ${text}`);
    };
    if (redis.upstream?.stage === "syncing") bad("is in the middle of a full resync");
    const { chain, highWater } = group.lineage;
    if (!chain.some((link) => link.replId === redis.replId)) bad("is of another lineage");
    const position = redis.positioned ? redis.offset : 1;
    if (position < highWater - group.settings.maxLagBytes)
      bad(`is at ${position}, seen was ${highWater}`);
    if (redis.upstream !== null && redis.upstream.readOffset > redis.offset)
      bad("has not applied what it has read");
  }

  /** A server lost its process or its data. */
  lost(redis: RedisServer): void {
    const ledger = this.#ledger;
    if (ledger === null) return;
    const { from, to } = ledger.operation;
    if (redis.name === from || redis.name === to) ledger.excused = true;
  }

  committed(stamp: Stamp, parts: Parts): void {
    const group = parts[groupPartName(GROUP)] as unknown as GroupPart | undefined;
    const cluster = parts[CLUSTER_PART] as unknown as ClusterPart;
    if (group === undefined || group === this.#group) return;
    const before = this.#group?.operation ?? null;
    this.#group = group;
    const now = group.operation;
    if (sameStamp(before?.id ?? null, now?.id ?? null)) return;
    if (before !== null) this.#ended(before, group);
    if (now !== null) this.#begun(now, cluster, stamp);
  }

  /** P2: the votes stand in the committed decision. */
  #begun(operation: Operation, cluster: ClusterPart, stamp: Stamp): void {
    const members = cluster.members.map((member) => member.name);
    const automatic = members.includes(operation.by);
    if (operation.kind === "failover" && automatic) {
      const against = Object.entries(operation.votes).filter(
        ([name, record]) => members.includes(name) && isAgainst(record),
      );
      if (against.length < quorumOf(members.length)) {
        throw new Violation(
          "no failover without a majority",
          `${showStamp(stamp)}: ${JSON.stringify(operation.votes)} of ${members.length}`,
        );
      }
    }
    if (operation.kind !== "switchover") return;
    const from = this.#servers.get(operation.from);
    this.#ledger = {
      operation,
      had: from?.data.ids.slice() ?? [],
      acknowledgedBefore: this.#client().acknowledged.length,
      excused: from === undefined || !from.answers,
    };
  }

  #ended(operation: Operation, group: GroupPart): void {
    const past = group.past.findLast((entry) => sameStamp(entry.epoch, operation.id));
    const name = `${operation.kind} ${past?.result ?? "vanished"}`;
    this.finished[name] = (this.finished[name] ?? 0) + 1;
    const ledger = this.#ledger;
    this.#ledger = null;
    if (ledger === null || !sameStamp(ledger.operation.id, operation.id) || ledger.excused) return;
    if (past?.result === "ok" && past.to !== null) this.#settle(ledger, past.to);
    if (past?.result === "undone") this.#settle(ledger, operation.from);
  }

  /** P5. */
  #settle(ledger: SwitchoverLedger, winner: string): void {
    const server = this.#servers.get(winner);
    if (server === undefined || server.loading || !server.up) return;
    const has = new Set(server.data.ids);
    const acknowledged = this.#client().acknowledged;
    const known = new Set(acknowledged.map((write) => write.id));
    const missing = ledger.had.filter((id) => known.has(id) && !has.has(id));
    for (const { id } of acknowledged.slice(ledger.acknowledgedBefore))
      if (!has.has(id)) missing.push(id);
    this.checkedSwitchovers += 1;
    if (missing.length > 0) {
      throw new Violation(
        "a switchover loses nothing",
        `${winner} lacks ${missing.length} acknowledged writes, the first is ${missing[0]}`,
      );
    }
  }
}
