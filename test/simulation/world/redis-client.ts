/**
 * The monitors' Redis adapter in the simulation: probes on a kept connection, and actions on named
 * ones. One attempt each; an answer that does not come is *unknown*.
 */
import type { NodeInfo, ProbeDepth, ProbeResult } from "../../../src/core/health/types.ts";
import {
  type ActionConnection,
  connectionName,
  type RedisAction,
  type RedisActionResult,
} from "../../../src/core/operation/action.ts";
import type { Network } from "./network.ts";
import type { RedisServer, ServerConnection } from "./redis-server.ts";
import { RedisWire } from "./redis-wire.ts";

export interface ActionWatcher {
  /** An action is about to run at a server. */
  acting(
    redis: RedisServer,
    monitor: string,
    connection: ActionConnection,
    action: RedisAction,
  ): void;
}

export class RedisClient {
  readonly #monitor: string;
  readonly #network: Network;
  readonly #watcher: ActionWatcher;
  readonly #probes = new Map<RedisServer, RedisWire>();
  readonly #actions = new Map<string, RedisWire>();
  onConnectionLost: ((redis: RedisServer) => void) | null = null;

  constructor(monitor: string, network: Network, watcher: ActionWatcher) {
    this.#monitor = monitor;
    this.#network = network;
    this.#watcher = watcher;
  }

  // ——— probes ———

  /** The stage that a probe which runs out of time is in. */
  probeStage(redis: RedisServer): "connect" | "reply" {
    return this.#probes.get(redis)?.state === "open" ? "reply" : "connect";
  }

  probe(redis: RedisServer, depth: ProbeDepth, done: (result: ProbeResult) => void): void {
    const kept = this.#probes.get(redis);
    if (kept?.state === "open") return this.#ask(kept, depth, done);
    kept?.close();
    const wire = new RedisWire(this.#network, this.#monitor, redis);
    this.#probes.set(redis, wire);
    wire.onReset = () => this.onConnectionLost?.(redis);
    wire.connect((result) => {
      if (result === "ok") this.#ask(wire, "full", done);
      else done({ kind: "refused", text: "connection refused" });
    });
  }

  #ask(wire: RedisWire, depth: ProbeDepth, done: (result: ProbeResult) => void): void {
    const { redis } = wire;
    const sent = redis.scheduler.now;
    wire.request(
      () => {
        const trouble = troubleOf(redis);
        return { trouble, info: depth === "full" || trouble !== null ? redis.info() : null };
      },
      ({ trouble, info }) => {
        const latencyMs = Math.round((redis.scheduler.now - sent) * 10) / 10;
        done(probeResult(trouble, info, latencyMs));
      },
    );
  }

  /** A probe ran out of time: the next one opens a connection of its own. */
  dropProbe(redis: RedisServer): void {
    this.#probes.get(redis)?.close();
    this.#probes.delete(redis);
  }

  // ——— actions ———

  act(
    redis: RedisServer,
    connection: ActionConnection,
    action: RedisAction,
    done: (result: RedisActionResult) => void,
  ): void {
    const key = `${redis.name} ${connectionName(connection)}`;
    if (action.kind === "open") return this.#open(redis, key, connection, done);
    const wire = this.#actions.get(key);
    if (wire === undefined || wire.state !== "open")
      return done({ kind: "unknown", text: "no such connection" });
    if (action.kind === "close") {
      wire.close();
      this.#actions.delete(key);
      return done({ kind: "ok" });
    }
    wire.onReset = () => done({ kind: "unknown", text: "connection reset" });
    wire.request((server) => {
      this.#watcher.acting(redis, this.#monitor, connection, action);
      return execute(redis, server, connection, action);
    }, done);
  }

  #open(
    redis: RedisServer,
    key: string,
    connection: ActionConnection,
    done: (result: RedisActionResult) => void,
  ): void {
    this.#actions.get(key)?.close();
    const wire = new RedisWire(this.#network, this.#monitor, redis);
    this.#actions.set(key, wire);
    wire.onReset = () => done({ kind: "unknown", text: "connection reset" });
    wire.connect((result) => {
      if (result === "refused") return done({ kind: "unknown", text: "connection refused" });
      wire.request((server): RedisActionResult => {
        server.name = connectionName(connection);
        return { kind: "ok" };
      }, done);
    });
  }

  /** After a timeout the connection must not be used again. */
  dropAction(redis: RedisServer, connection: ActionConnection): void {
    const key = `${redis.name} ${connectionName(connection)}`;
    this.#actions.get(key)?.close();
    this.#actions.delete(key);
  }

  /** The process ended: its kernel closes everything. */
  closeAll(): void {
    for (const wire of this.#probes.values()) wire.close();
    for (const wire of this.#actions.values()) wire.close();
    this.#probes.clear();
    this.#actions.clear();
  }
}

/** What PING is refused for. */
function troubleOf(redis: RedisServer): "LOADING" | "MISCONF" | null {
  if (redis.isLoading) return "LOADING";
  return redis.diskFull && redis.isMaster ? "MISCONF" : null;
}

/** `info` null: only a pulse was asked for, and nothing is wrong. */
function probeResult(
  trouble: ReturnType<typeof troubleOf>,
  info: NodeInfo | null,
  latencyMs: number,
): ProbeResult {
  if (trouble !== null)
    return { kind: "error-reply", latencyMs, code: trouble, text: trouble, info };
  return info === null ? { kind: "pong", latencyMs } : { kind: "info", latencyMs, info };
}

function parse(name: string): ActionConnection | null {
  const match = /^mmm-act:(\d+)\.(\d+)$/.exec(name);
  return match && { term: Number(match[1]), seq: Number(match[2]) };
}

function cutOff(
  redis: RedisServer,
  own: ServerConnection,
  connection: ActionConnection,
): RedisActionResult {
  let killed = 0;
  let newer: string | null = null;
  for (const other of redis.connections) {
    const parsed = other.name === null || other === own ? null : parse(other.name);
    if (parsed === null) continue;
    const order = parsed.term - connection.term || parsed.seq - connection.seq;
    if (order > 0) newer = other.name;
    else {
      redis.disconnect(other);
      killed += 1;
    }
  }
  return { kind: "cut-off", killed, newer };
}

const OK: RedisActionResult = { kind: "ok" };
const NOT_WRITTEN: RedisActionResult = {
  kind: "error",
  code: "OTHER",
  text: "ERR Rewriting config file: No space left on device",
};

function execute(
  redis: RedisServer,
  server: ServerConnection,
  connection: ActionConnection,
  action: RedisAction,
): RedisActionResult {
  switch (action.kind) {
    case "cut-off":
      return cutOff(redis, server, connection);
    case "info":
      return { kind: "info", info: redis.info() };
    case "get-min-replicas":
      return { kind: "value", value: redis.minReplicas };
    case "follow":
    case "promote":
      return changeRole(redis, action);
    case "pause-writes":
      redis.pauseWrites(action.ms);
      return { kind: "info", info: redis.info() };
    case "open":
    case "close":
    case "set-min-replicas":
    case "unpause":
    case "rewrite":
      return adjust(redis, action);
  }
}

function changeRole(
  redis: RedisServer,
  action: RedisAction & { kind: "follow" | "promote" },
): RedisActionResult {
  if (redis.isLoading) return { kind: "error", code: "LOADING", text: "LOADING Redis is loading" };
  if (action.kind === "follow") redis.follow(action.host, action.port);
  else redis.promote();
  return { kind: "info", info: redis.info() };
}

function adjust(redis: RedisServer, action: RedisAction): RedisActionResult {
  if (action.kind === "rewrite" && !redis.rewrite()) return NOT_WRITTEN;
  if (action.kind === "set-min-replicas") redis.minReplicas = action.value;
  else if (action.kind === "unpause") redis.unpause();
  return OK;
}
