/**
 * What is promised of one group: which data are promoted, what justified an operation, and that a
 * switchover loses nothing. What must hold a failover back is in `restraint.ts`.
 */
import {
  type ClusterPart,
  type GroupPart,
  type Operation,
  quorumOf,
  type VoteRecord,
  writerVip,
} from "../../../src/core/state.ts";
import { sameStamp, type Stamp, showStamp } from "../../../src/core/stamp.ts";
import type { Client } from "./client.ts";
import type { RedisServer } from "./redis-server.ts";
import { Restraint } from "./restraint.ts";
import { Violation } from "./violation.ts";
import { Wishes } from "./wishes.ts";

/** These answer: one that lost its data, one that follows somebody, and one whose guard is lost. */
const AGAINST = ["reborn", "demoted", "guard"];

function isAgainst({ vote, reason }: VoteRecord): boolean {
  if (AGAINST.some((why) => reason?.startsWith(why) === true)) return true;
  return vote !== "up" && vote !== "abstain" && vote !== "unknown";
}

/** What speaks against its data; null: nothing. */
function faultOf(redis: RedisServer, { lineage, settings }: GroupPart): string | null {
  const { offset, positioned, upstream } = redis;
  const { chain, highWater } = lineage;
  if (upstream?.stage === "syncing") return "is in the middle of a full resync";
  if (!chain.some((link) => link.replId === redis.replId)) return "is of another lineage";
  if (!positioned && highWater > 1) return "shows no position in the stream";
  if (positioned && offset < highWater - settings.maxLagBytes)
    return `is at ${offset}, seen was ${highWater}`;
  const hasUnapplied = upstream !== null && upstream.readOffset > offset;
  return hasUnapplied ? "has not applied what it has read" : null;
}

/** P2: the votes stand in the committed decision. */
function isJustified(operation: Operation, members: readonly string[], stamp: Stamp): void {
  const against = Object.entries(operation.votes).filter(
    ([name, record]) => members.includes(name) && isAgainst(record),
  );
  if (against.length >= quorumOf(members.length)) return;
  throw new Violation(
    "no failover without a majority",
    `${showStamp(stamp)}: ${JSON.stringify(operation.votes)} of ${members.length}`,
  );
}

/** Clients know one address: no file changes it while the cluster lives. */
function keepsWriter(before: GroupPart | null, group: GroupPart): void {
  const known = before === null ? undefined : writerVip(before)?.ip;
  const now = writerVip(group)?.ip;
  if (known !== undefined && known !== now)
    throw new Violation("the writer VIP stays the same", `${known} became ${now ?? "none"}`);
}

/** When something is committed. */
export interface Committing {
  readonly stamp: Stamp;
  /** In true time. */
  readonly now: number;
}

type Cluster = ClusterPart & Committing;

interface SwitchoverLedger {
  readonly operation: Operation;
  /** What the old master held when it began. */
  readonly had: readonly number[];
  readonly acknowledgedBefore: number;
  /** A node lost data or its process meanwhile: then nothing is promised. */
  excused: boolean;
}

export class GroupSafety {
  readonly #servers: ReadonlyMap<string, RedisServer>;
  readonly #client: () => Client;
  #group: GroupPart | null = null;
  #ledger: SwitchoverLedger | null = null;
  readonly restraint = new Restraint();
  readonly wishes = new Wishes();
  /** Finished operations, by kind and result. */
  readonly finished: Record<string, number> = {};
  checkedSwitchovers = 0;

  constructor(servers: ReadonlyMap<string, RedisServer>, client: () => Client) {
    this.#servers = servers;
    this.#client = client;
  }

  get group(): GroupPart | null {
    return this.#group;
  }

  /** P4. */
  promoting(redis: RedisServer): void {
    const group = this.#group;
    if (group === null || redis.isLoading) return;
    if (group.operation?.acceptDataLoss === true) return;
    const fault = faultOf(redis, group);
    if (fault !== null) throw new Violation("only good data is promoted", `${redis.name} ${fault}`);
  }

  /** A server lost its process or its data. */
  lost(redis: RedisServer): void {
    const ledger = this.#ledger;
    if (ledger === null) return;
    const { from, to } = ledger.operation;
    if (redis.name === from || redis.name === to) ledger.excused = true;
  }

  /** `group`: undefined when it was dropped. */
  committed(at: Committing, group: GroupPart | undefined, cluster: ClusterPart): void {
    const before = this.#group;
    this.#group = group ?? null;
    if (group === undefined) return;
    this.restraint.committed(before, group, at.now);
    this.wishes.committed(before, group, at.now);
    keepsWriter(before, group);
    const was = before?.operation ?? null;
    const now = group.operation;
    if (sameStamp(was?.id ?? null, now?.id ?? null)) return;
    if (was !== null) this.#ended(was, group);
    if (now !== null) this.#begun(now, group, { ...cluster, ...at });
  }

  #begun(operation: Operation, group: GroupPart, { members, stamp, now }: Cluster): void {
    const names = members.map((member) => member.name);
    if (operation.kind === "failover" && names.includes(operation.by)) {
      isJustified(operation, names, stamp);
      this.restraint.begins(operation, group);
    }
    if (operation.kind !== "switchover") return;
    if (names.includes(operation.by)) this.wishes.begins(operation, group, now);
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
