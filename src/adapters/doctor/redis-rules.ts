/**
 * What is worth changing in a Redis that monitors watch: which needed commands it refuses, and which
 * of its settings make a failover slower, lossier or impossible.
 */
import type { Node } from "../../core/state.ts";
import type { Finding, Subject } from "./finding.ts";
import type { Case, Rule } from "./redis-case.ts";
import { IS_SET, type RedisSight, type Setting } from "./redis-sight.ts";
import { backlogLife, busy, pingPeriod } from "./redis-times.ts";
import type { Examined } from "./subject.ts";

/** Redis waits this long for more replicas, which also is how long an empty master empties nobody. */
const SAFE_SYNC_DELAY_S = 5;
const OLDEST_TESTED = "6.2";
const CROWDED = 0.8;

export function redisFindings(
  subject: Subject,
  node: Node,
  group: Examined,
  sight: RedisSight,
): readonly Finding[] {
  if (sight.kind === "none") return [unanswered(subject, node, sight.text)];
  const get = (name: Setting) => sight.settings.get(name) ?? null;
  const number = (name: Setting) => {
    const text = get(name);
    return text === null || !/^-?\d+$/.test(text) ? null : Number(text);
  };
  const one: Case = { subject, node, group, seen: sight, info: sight.info, get, number };
  return RULES.flatMap((rule) => rule(one) ?? []);
}

function unanswered(subject: Subject, { address, port }: Node, text: string): Finding {
  const fix = /NOAUTH|WRONGPASS|AUTH was refused/.test(text)
    ? "set redis_user and redis_password_file to what this Redis expects, then: systemctl reload mmm-mon"
    : /DENIED/.test(text)
      ? "give Redis a password, or set: protected-mode no (if its network is your own)"
      : `look there: systemctl status redis-server; is port ${port} open for the monitors?`;
  return subject.error(
    "redis-answers",
    `${address}:${port} cannot be used from here: ${text}`,
    "a monitor that cannot ask a Redis does not count as evidence for it, or votes it down",
    fix,
  );
}

// ——— rules, worst first ———

const answers: Rule = ({ subject, info, seen }) => {
  const { version, role } = info;
  return subject.ok(
    "redis-answers",
    `Redis ${version}, ${role}, answers in ${seen.latencyMs.toFixed(1)} ms`,
  );
};

const rights: Rule = ({ subject, seen, node }) => {
  const { refused, unasked, user } = seen;
  if (unasked !== null)
    return subject.hint(
      "redis-rights",
      `what this Redis would refuse is not known: ${unasked}`,
      "a command that is refused is noticed only when it is needed, in the middle of a failover",
      "let the monitors' user have what this prints: mmm doctor --print acl",
    );
  if (refused.length === 0)
    return subject.ok("redis-rights", `${user ?? "anybody"} may do all that monitors do`);
  return refused.map(({ command, purpose, text }) =>
    subject.error(
      "redis-command",
      `${command} is not possible: ${text}`,
      `monitors need it ${purpose}`,
      /not found|unknown command/i.test(text)
        ? `delete the rename-command of ${command.split(" ")[0] ?? command} in the redis.conf of ${node.name}; restrict it by ACL instead`
        : "let the monitors' user have what this prints: mmm doctor --print acl",
    ),
  );
};

const settingsReadable: Rule = ({ subject, seen }) =>
  seen.settings.size > 0
    ? null
    : subject.hint(
        "redis-settings",
        "its settings cannot be read (CONFIG GET)",
        "what else is wrong here cannot be told",
        "mmm doctor --print acl",
      );

/** A master that comes back empty takes its replicas' data along, unless a failover is faster. */
const emptyRestart: Rule = ({ subject, get, number }) => {
  if (get("appendonly") !== "no" || get("save") !== "") return null;
  const isDiskless = get("repl-diskless-sync") === "yes";
  const delay = number("repl-diskless-sync-delay");
  if (isDiskless && (delay ?? SAFE_SYNC_DELAY_S) >= SAFE_SYNC_DELAY_S) return null;
  const how = isDiskless
    ? `repl-diskless-sync-delay is ${delay ?? "?"}`
    : "repl-diskless-sync is off";
  return subject.error(
    "redis-empty-restart",
    `it keeps nothing on disk (appendonly no, save ""), and ${how}`,
    "a master that restarts is empty, and may have emptied its replicas within a second, before anybody can act",
    `redis-cli CONFIG SET appendonly yes; or CONFIG SET repl-diskless-sync yes and CONFIG SET repl-diskless-sync-delay ${SAFE_SYNC_DELAY_S}; then CONFIG REWRITE`,
  );
};

/** Who was promoted follows its old master again after a restart, if no file says otherwise. */
const configFile: Rule = ({ subject, seen }) =>
  seen.configFile !== ""
    ? null
    : subject.error(
        "redis-config-file",
        "it was started without a configuration file, so CONFIG REWRITE fails",
        "when it restarts after a promotion, it is again what it was before",
        "start it with a file that it may write: redis-server /etc/redis/redis.conf",
      );

const listening: Rule = ({ subject, group, get }) => {
  const bind = get("bind");
  if (bind === null || group.vips.length === 0) return null;
  const words = bind.split(/\s+/).map((word) => word.replace(/^-/, ""));
  const isOpen = bind === "" || words.includes("*") || words.includes("0.0.0.0");
  if (isOpen || group.vips.every((vip) => words.includes(vip))) return null;
  return subject.error(
    "redis-bind",
    `it listens on ${bind} only`,
    `when ${group.vips.join(", ")} comes to this host, its Redis will not answer there`,
    `set in its redis.conf, and restart it: bind 0.0.0.0 (now: redis-cli CONFIG SET bind 0.0.0.0)`,
  );
};

/** Only when it has to follow somebody, which a master does after its first failover. */
const masterPassword: Rule = ({ subject, get }) => {
  if (get("requirepass") !== IS_SET || get("masterauth") !== "") return null;
  return subject.error(
    "redis-masterauth",
    "it asks for a password (requirepass), but has none to follow a master with (masterauth)",
    "as an old master it could never become a replica again",
    `redis-cli CONFIG SET masterauth PASSWORD, then CONFIG REWRITE`,
  );
};

const minReplicas: Rule = ({ subject, group, number }) => {
  const wanted = number("min-replicas-to-write");
  const replicas = group.nodes.length - 1;
  // Above a million it is the mark of an operation that the monitors themselves are at.
  if (wanted === null || wanted >= 1_000_000 || group.settings.writeGuard) return null;
  if (wanted > 0 && wanted >= replicas)
    return subject.warning(
      "redis-min-replicas",
      `min-replicas-to-write is ${wanted}, and a master here has ${replicas} ${replicas === 1 ? "replica" : "replicas"}`,
      "after a failover one of them is missing: the new master accepts no writes until it is back",
      `redis-cli CONFIG SET min-replicas-to-write ${Math.max(0, replicas - 1)}, then CONFIG REWRITE; or write_guard = on`,
    );
  if (wanted > 0) return null;
  return subject.hint(
    "redis-min-replicas",
    "min-replicas-to-write is 0",
    "a master that is cut off accepts writes of clients that do not use the VIP, and they are lost",
    "set write_guard = on in the configuration, then: mmm reload",
  );
};

const backlog: Rule = ({ subject, group, number }) => {
  const bytes = number("repl-backlog-size");
  const { maxLagBytes } = group.settings;
  if (bytes === null || bytes >= maxLagBytes) return null;
  return subject.hint(
    "redis-backlog",
    `repl-backlog-size is ${bytes}, less than max_lag (${maxLagBytes})`,
    "a replica that was away for a moment may need a full copy, and cannot be promoted meanwhile",
    `redis-cli CONFIG SET repl-backlog-size ${maxLagBytes}, then CONFIG REWRITE`,
  );
};

const priority: Rule = ({ subject, node, get }) => {
  const zero = node.priority === undefined ? get("replica-priority") === "0" : node.priority === 0;
  if (!zero) return null;
  const where = node.priority === undefined ? "replica-priority" : "priority";
  return subject.hint(
    "redis-priority",
    `${where} is 0`,
    "it is never promoted, not even when it is the only one left",
    `if that is not meant: ${node.priority === undefined ? "redis-cli CONFIG SET replica-priority 100, then CONFIG REWRITE" : "delete the line, then: mmm reload"}`,
  );
};

const writableReplica: Rule = ({ subject, get }) =>
  get("replica-read-only") !== "no"
    ? null
    : subject.warning(
        "redis-writable-replica",
        "replica-read-only is no",
        "what is written to it as a replica exists nowhere else, and goes with the next sync",
        `redis-cli CONFIG SET replica-read-only yes, then CONFIG REWRITE`,
      );

const crowd: Rule = ({ subject, info, number }) => {
  const most = number("maxclients");
  if (most === null || info.connectedClients < most * CROWDED) return null;
  return subject.warning(
    "redis-clients",
    `${info.connectedClients} of at most ${most} clients are connected`,
    "when it is full, new connections are refused: those of clients, and those of a failover",
    `redis-cli CONFIG SET maxclients ${most * 2}, then CONFIG REWRITE`,
  );
};

const oldVersion: Rule = ({ subject, info }) => {
  const isOld = info.version.localeCompare(OLDEST_TESTED, "en", { numeric: true }) < 0;
  if (!isOld) return null;
  return subject.hint(
    "redis-version",
    `Redis ${info.version} is older than what redis-mmm is made for`,
    "some of what is decided on is not told by it: what a replica has received, but not applied",
    `upgrade it to ${OLDEST_TESTED} or newer`,
  );
};

const RULES: readonly Rule[] = [
  answers,
  rights,
  settingsReadable,
  emptyRestart,
  configFile,
  listening,
  masterPassword,
  pingPeriod,
  busy,
  minReplicas,
  writableReplica,
  crowd,
  backlog,
  backlogLife,
  priority,
  oldVersion,
];
