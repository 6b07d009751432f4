/**
 * One look at one Redis, over a connection of its own: what it is, how it is set up, and which of
 * the needed commands it would refuse. It only reads; nothing that may be a secret leaves here but
 * as "is set". Ends, with a value, at its deadline.
 */
import type { NodeInfo } from "../../core/health/types.ts";
import { messageOf } from "../../errors.ts";
import { type CommandWords, nameOf, SENT, type SentCommand } from "../redis/commands-sent.ts";
import { Connection, type Credentials, greeting, type Reply } from "../redis/connection.ts";
import { Deadline, LATE } from "../redis/deadline.ts";
import { shorten } from "../redis/failure.ts";
import { readFields } from "../redis/info.ts";
import { INFO_COMMANDS, readInfo, textOf } from "../redis/info-request.ts";
import { authProblem, findLoss, splitReplies } from "../redis/interpret.ts";

/** What is read by CONFIG GET. */
export const SETTINGS = [
  "appendonly",
  "bind",
  "lua-time-limit",
  "masterauth",
  "maxclients",
  "min-replicas-to-write",
  "repl-backlog-size",
  "repl-backlog-ttl",
  "repl-diskless-sync",
  "repl-diskless-sync-delay",
  "repl-ping-replica-period",
  "replica-priority",
  "replica-read-only",
  "requirepass",
  "save",
] as const;

export type Setting = (typeof SETTINGS)[number];
const SECRETS: ReadonlySet<Setting> = new Set<Setting>(["masterauth", "requirepass"]);
/** Stands for a secret that is set. */
export const IS_SET = "(set)";

export interface RefusedCommand {
  /** `CONFIG SET` */
  readonly command: string;
  readonly purpose: string;
  /** In Redis' words. */
  readonly text: string;
}

export interface SeenRedis {
  readonly kind: "seen";
  readonly info: NodeInfo;
  readonly latencyMs: number;
  /** Empty: it was started without a file. null: it does not say. */
  readonly configFile: string | null;
  readonly settings: ReadonlyMap<Setting, string>;
  /** null: there are no users, or it does not say. */
  readonly user: string | null;
  readonly refused: readonly RefusedCommand[];
  /** Why nobody knows what it would refuse; null: it was asked. */
  readonly unasked: string | null;
}

export type RedisSight = SeenRedis | { readonly kind: "none"; readonly text: string };

export interface RedisPlace {
  readonly host: string;
  readonly port: number;
}

const NAME = "mmm-doctor";
const CONFIG_GETS = SETTINGS.map((name): CommandWords => ["CONFIG", "GET", name]);
const QUESTIONS: readonly CommandWords[] = [...INFO_COMMANDS, ["ACL", "WHOAMI"], ...CONFIG_GETS];
/** Since this version it tells what it would refuse. */
const DRYRUN_SINCE = 7;
const NEEDED = SENT.filter(({ by }) => by === "monitor");

/** @param credentials may throw: a file of authorities that cannot be read */
export async function lookAtRedis(
  place: RedisPlace,
  credentials: () => Credentials,
  deadlineMs: number,
): Promise<RedisSight> {
  const deadline = new Deadline(deadlineMs);
  try {
    const login = credentials();
    const opening = await Connection.open({ ...place, tls: login.tls }, deadline);
    if (opening.kind === "failed") return none(`connect: ${opening.failure.text}`);
    try {
      return await look(opening.connection, login, deadline);
    } finally {
      opening.connection.close();
    }
  } catch (error) {
    return none(messageOf(error));
  }
}

function none(text: string): RedisSight {
  return { kind: "none", text: shorten(text) };
}

async function look(
  connection: Connection,
  login: Credentials,
  deadline: Deadline,
): Promise<RedisSight> {
  const hello = greeting(login, NAME);
  const askedAt = performance.now();
  const greeted = await deadline.within(connection.ask([...hello, ["PING"]]));
  const latencyMs = performance.now() - askedAt;
  if (greeted === LATE) return none("it does not answer");
  const trouble = greetingTrouble(greeted, hello);
  if (trouble !== null) return none(trouble);
  const answers = await deadline.within(connection.ask(QUESTIONS));
  if (answers === LATE) return none("it does not answer INFO and CONFIG GET in time");
  const reading = readInfo(answers.slice(0, INFO_COMMANDS.length));
  if (reading.kind !== "info") return none(reading.text);
  const [server, whoami] = [answers[0], answers[INFO_COMMANDS.length]];
  const user = whoami === undefined || textOf(whoami) === "" ? null : textOf(whoami);
  return {
    kind: "seen",
    info: reading.info,
    latencyMs,
    configFile:
      server === undefined ? null : (readFields(textOf(server)).get("config_file") ?? null),
    settings: settingsIn(answers.slice(INFO_COMMANDS.length + 1)),
    user,
    ...(await askRights(connection, reading.info.version, user, deadline)),
  };
}

/** What it says of AUTH, CLIENT SETNAME and PING; a refused name is found among the commands. */
function greetingTrouble(replies: readonly Reply[], hello: readonly CommandWords[]): string | null {
  const { auth } = splitReplies(replies, hello);
  const problem = authProblem(auth);
  if (problem !== null) return problem;
  const refusal = replies.find(
    (reply) => reply !== auth && reply.kind === "error" && !isDenial(reply.text),
  );
  if (refusal?.kind === "error") return refusal.text;
  return findLoss(replies)?.text ?? null;
}

function isDenial(text: string): boolean {
  return text.startsWith("NOPERM");
}

function settingsIn(replies: readonly Reply[]): ReadonlyMap<Setting, string> {
  const settings = new Map<Setting, string>();
  for (const [at, name] of SETTINGS.entries()) {
    const reply = replies[at];
    const pair: unknown = reply?.kind === "value" ? reply.value : null;
    const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
    if (typeof value !== "string") continue;
    settings.set(name, SECRETS.has(name) && value !== "" ? IS_SET : value);
  }
  return settings;
}

type Rights = Pick<SeenRedis, "refused" | "unasked">;

async function askRights(
  connection: Connection,
  version: string,
  user: string | null,
  deadline: Deadline,
): Promise<Rights> {
  if (Number.parseInt(version, 10) < DRYRUN_SINCE)
    return { refused: [], unasked: `Redis ${version} cannot be asked without trying` };
  if (user === null)
    return { refused: [], unasked: "it may not ask for its own user (ACL WHOAMI)" };
  const asked = await deadline.within(connection.ask(NEEDED.map((one) => dryRun(user, one))));
  if (asked === LATE) return { refused: [], unasked: "it did not answer in time" };
  const denied = asked.find((reply) => reply.kind === "error" && isDenial(reply.text));
  if (denied !== undefined) return { refused: [], unasked: "it may not ask (ACL DRYRUN)" };
  return { refused: NEEDED.flatMap((one, at) => refusalOf(one, asked[at])), unasked: null };
}

function dryRun(user: string, { words, example }: SentCommand): CommandWords {
  return ["ACL", "DRYRUN", user, ...words, ...example];
}

/** "OK", or why not; an error when there is no such command: somebody renamed it. */
function refusalOf(sent: SentCommand, reply: Reply | undefined): readonly RefusedCommand[] {
  if (reply === undefined || reply.kind === "lost") return [];
  const text = reply.kind === "error" ? reply.text : textOf(reply);
  if (text === "OK") return [];
  return [{ command: nameOf(sent), purpose: sent.purpose, text: shorten(text) }];
}
