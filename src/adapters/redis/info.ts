/**
 * The text of INFO → `NodeInfo`. The one place that knows Redis' field names, and with them the
 * word "slave"; everything above speaks of replicas. Written for Redis 6.2 to 8 and Valkey.
 *
 * Strict about what decisions rest on (who it is, its role, its place in the stream): when one of
 * those is missing or odd the whole text counts as garbled, for half a truth is worse than none.
 */
import type { NodeInfo } from "../../core/health/types.ts";

/** The text is not an INFO that can be relied on; the message says why, without the text. */
export class InfoError extends Error {
  override readonly name = "InfoError";
}

/** Sections to ask for, one command each: Redis before 7 takes one section per command. */
export const INFO_SECTIONS = [
  "server",
  "replication",
  "persistence",
  "clients",
  "keyspace",
] as const;

type Fields = ReadonlyMap<string, string>;

const NO_ID = /^0*$/;
const REPLICA_FIELD = /^slave\d+$/;
const DATABASE = /^db\d+$/;
const DEFAULT_PRIORITY = 100;
const WORD = /^[\x20-\x7e]{0,255}$/;
/** Of more nobody is asked, and no vote has room. */
const MOST_REPLICAS = 256;

/** @throws InfoError and nothing else */
export function parseInfo(text: string): NodeInfo {
  const fields = readFields(text);
  const role = readRole(fields);
  return {
    version: word(fields, "valkey_version") ?? required(fields, "redis_version"),
    runId: required(fields, "run_id"),
    uptimeS: wholeNumber(fields, "uptime_in_seconds"),
    role,
    ...(role === "replica" ? replicaFields(fields) : MASTER_FIELDS),
    loading: flag(fields, "loading"),
    replId: required(fields, "master_replid"),
    replId2: readReplId2(fields),
    secondOffset: wholeNumber(fields, "second_repl_offset", -1),
    offset: wholeNumber(fields, "master_repl_offset"),
    aof: flag(fields, "aof_enabled"),
    replicas: readReplicas(fields),
    connectedClients: wholeNumber(fields, "connected_clients", 0),
    failoverState: word(fields, "master_failover_state"),
    empty: isEmpty(text, fields),
  };
}

/** The run_id alone, which the section `server` suffices for; null: not there. */
export function parseRunId(text: string): string | null {
  return readFields(text).get("run_id") ?? null;
}

type ReplicaFields = Pick<
  NodeInfo,
  | "masterHost"
  | "masterPort"
  | "link"
  | "linkDownSinceS"
  | "lastIoS"
  | "syncing"
  | "appliedOffset"
  | "readOffset"
  | "priority"
  | "readOnly"
>;

/** What a master does not say of itself. */
const MASTER_FIELDS: ReplicaFields = {
  masterHost: null,
  masterPort: null,
  link: null,
  linkDownSinceS: null,
  lastIoS: null,
  syncing: false,
  appliedOffset: null,
  readOffset: null,
  priority: DEFAULT_PRIORITY,
  readOnly: false,
};

function replicaFields(fields: Fields): ReplicaFields {
  const appliedOffset = wholeNumber(fields, "slave_repl_offset");
  const lastIoS = wholeNumber(fields, "master_last_io_seconds_ago", -1);
  const link = required(fields, "master_link_status");
  if (link !== "up" && link !== "down")
    throw new InfoError("master_link_status: neither up nor down");
  return {
    masterHost: required(fields, "master_host"),
    masterPort: port(fields, "master_port"),
    link,
    linkDownSinceS:
      link === "up" ? null : wholeNumber(fields, "master_link_down_since_seconds", -1),
    // −1: not connected.
    lastIoS: lastIoS < 0 ? null : lastIoS,
    syncing: flag(fields, "master_sync_in_progress"),
    appliedOffset,
    // Not told before 6.2: what was read and not yet applied is then unknown, and taken as none.
    readOffset: wholeNumber(fields, "slave_read_repl_offset", appliedOffset),
    priority: wholeNumber(fields, "slave_priority", DEFAULT_PRIORITY),
    readOnly: fields.get("slave_read_only") !== "0",
  };
}

/** Every line of the text, by its name. */
export function readFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** A database without keys is not listed, so the list must be there. */
function isEmpty(text: string, fields: Fields): boolean {
  return /^# Keyspace\r?$/m.test(text) && ![...fields.keys()].some((name) => DATABASE.test(name));
}

function readRole(fields: Fields): NodeInfo["role"] {
  const role = required(fields, "role");
  if (role === "master") return "master";
  if (role === "slave") return "replica";
  throw new InfoError("role: neither a master's nor a replica's");
}

function readReplId2(fields: Fields): string | null {
  const id = word(fields, "master_replid2") ?? "";
  return NO_ID.test(id) ? null : id;
}

/** `slave0:ip=192.168.10.2,port=6379,state=online,offset=28,lag=0` */
function readReplicas(fields: Fields): NodeInfo["replicas"] {
  return [...fields]
    .filter(([name]) => REPLICA_FIELD.test(name))
    .slice(0, MOST_REPLICAS)
    .map(([, value]) => {
      const parts = new Map(value.split(",").map(splitPart));
      return {
        host: required(parts, "ip"),
        port: port(parts, "port"),
        state: required(parts, "state"),
        offset: wholeNumber(parts, "offset"),
      };
    });
}

function splitPart(part: string): [string, string] {
  const equals = part.indexOf("=");
  return [part.slice(0, Math.max(0, equals)), part.slice(equals + 1)];
}

function required(fields: Fields, name: string): string {
  const value = word(fields, name);
  if (value === null || value === "") throw new InfoError(`${name}: missing`);
  return value;
}

/** It travels to every monitor, with what is said of all other nodes: one that is odd must not spoil it. */
function word(fields: Fields, name: string): string | null {
  const value = fields.get(name);
  if (value === undefined) return null;
  if (!WORD.test(value)) throw new InfoError(`${name}: too long, or not printable`);
  return value;
}

function port(fields: Fields, name: string): number {
  const value = wholeNumber(fields, name);
  if (value < 0 || value > 65_535) throw new InfoError(`${name}: not a port`);
  return value;
}

/** Without a fallback the field must be there; with one it may be missing, but not malformed. */
function wholeNumber(fields: Fields, name: string, fallback?: number): number {
  const text = fields.get(name);
  if (text === undefined && fallback !== undefined) return fallback;
  const value = /^-?\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InfoError(`${name}: missing or not a whole number`);
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields.get(name);
  if (value !== "0" && value !== "1") throw new InfoError(`${name}: neither 0 nor 1`);
  return value === "1";
}
