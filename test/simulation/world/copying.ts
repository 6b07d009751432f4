/**
 * `parallel_syncs`, looked at from outside: what a leader told nodes to copy, and what they told it since.
 * Who is told to follow the master while as many others as may copy at once still do, by what this very
 * leader was told last and by what is the case, was told too soon.
 */
import type { NodeInfo } from "../../../src/core/health/types.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import { DEFAULT_PARALLEL_SYNCS } from "../../../src/core/settings.ts";
import { groupIn } from "../../../src/core/state.ts";
import type { MonitorProcess } from "./monitor-process.ts";
import type { RedisServer } from "./redis-server.ts";
import { Violation } from "./violation.ts";

/** Who neither is seen to copy nor to be linked for so long holds nobody up. */
const LINKING_MS = 15_000;

interface Told {
  readonly monitor: string;
  readonly term: number;
  readonly host: string;
  readonly at: number;
}

function isSameWord(a: Told, b: Told): boolean {
  return a.monitor === b.monitor && a.term === b.term && a.host === b.host;
}

function isLinkedTo(host: string, { masterHost, link, syncing }: NodeInfo): boolean {
  return masterHost === host && link === "up" && !syncing;
}

interface Heard {
  readonly info: NodeInfo;
  /** What it says is not older than this. */
  readonly askedAt: number;
  readonly at: number;
}

type Follow = Extract<Effect, { readonly kind: "redis" }>;

export class Copying {
  readonly #servers: ReadonlyMap<string, RedisServer>;
  /** Probes that are under way: whom they ask, and since when. */
  readonly #asked = new Map<string, { readonly node: string; readonly at: number }>();
  readonly #heard = new Map<string, Heard>();
  /** By node: who told it last whom to follow. */
  readonly #told = new Map<string, Told>();

  constructor(servers: ReadonlyMap<string, RedisServer>) {
    this.#servers = servers;
  }

  /** A monitor takes something in. */
  takes(monitor: string, input: Input, at: number): void {
    if (input.kind !== "finished" || input.result.kind !== "probe") return;
    const key = `${monitor} ${input.id}`;
    const asked = this.#asked.get(key);
    if (asked === undefined) return;
    this.#asked.delete(key);
    const { result } = input.result;
    const info = result.kind === "info" || result.kind === "error-reply" ? result.info : null;
    if (info === null) return;
    const { node, at: askedAt } = asked;
    this.#heard.set(`${monitor} ${node}`, { info, askedAt, at });
    const told = this.#told.get(node);
    // Its turn is over, whoever sees that. That its link breaks later is no turn of its own.
    if (told !== undefined && askedAt > told.at && isLinkedTo(told.host, info))
      this.#told.delete(node);
  }

  /** What a turn of a monitor asks for. */
  turned(monitor: MonitorProcess, effects: readonly Effect[], now: number): void {
    this.#forgets(monitor);
    for (const effect of effects) {
      if (effect.kind === "probe")
        this.#asked.set(`${monitor.name} ${effect.id}`, { node: effect.target.node, at: now });
      if (effect.kind === "redis" && effect.action.kind === "follow")
        this.#follows(monitor, effect, now);
    }
  }

  /** With an operation all that was begun before is over: its leader gives turns anew afterwards. */
  #forgets({ name, state }: MonitorProcess): void {
    for (const { operation, nodes } of state?.committed?.groups ?? []) {
      if (operation === null) continue;
      for (const node of nodes)
        if (this.#told.get(node.name)?.monitor === name) this.#told.delete(node.name);
    }
  }

  #follows(monitor: MonitorProcess, { action, target, connection }: Follow, now: number): void {
    if (action.kind !== "follow" || action.host.startsWith("127.")) return;
    const group = groupIn(monitor.state?.committed ?? null, target.group);
    if (group === undefined) return;
    // What an operation moves holds the same history, and copies nothing.
    if (group.operation !== null) return;
    const told = { monitor: monitor.name, term: connection.term, host: action.host, at: now };
    const most = group.settings.parallelSyncs ?? DEFAULT_PARALLEL_SYNCS;
    const busy = group.nodes.filter(
      ({ name }) => name !== target.node && this.#isCopying(name, told),
    );
    if (busy.length >= most)
      throw new Violation(
        "replicas take turns to copy",
        `${target.node} is to follow ${action.host}, but ${busy.map(({ name }) => name).join()} copies`,
      );
    this.#told.set(target.node, told);
  }

  #isCopying(node: string, told: Told): boolean {
    const before = this.#told.get(node);
    if (before === undefined || !isSameWord(before, told)) return false;
    // In the very same turn: it is only going to copy, and the leader knows that.
    if (before.at === told.at) return !this.#isLinked(node, told.host);
    return this.#isUnlinked(node, told.host) && this.#looksUnlinked(node, before, told.at);
  }

  /** As far as the leader that told it can see; whom it does not hear it keeps in mind for a while. */
  #looksUnlinked(node: string, { monitor, host, at: toldAt }: Told, at: number): boolean {
    const heard = this.#heard.get(`${monitor} ${node}`);
    // The copy that it saw ended with that process. That the next one copies, nobody has told it.
    if (heard === undefined || heard.info.runId !== this.#servers.get(node)?.runId) return false;
    // It may have been linked to the same master before it was told.
    if (heard.askedAt > toldAt && isLinkedTo(host, heard.info)) return false;
    const isSyncing = heard.info.masterHost === host && heard.info.syncing;
    return at - (isSyncing ? heard.at : toldAt) < LINKING_MS;
  }

  #isLinked(node: string, host: string): boolean {
    const server = this.#servers.get(node);
    return server?.master?.host === host && server.upstream?.stage === "up";
  }

  /** In truth. */
  #isUnlinked(node: string, host: string): boolean {
    const server = this.#servers.get(node);
    if (server === undefined || !server.up) return false;
    return server.master?.host === host && server.upstream?.stage !== "up";
  }
}
