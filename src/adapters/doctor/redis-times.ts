/** Times that a Redis keeps, and that do not fit those of the monitors. */
import { RENAMED_UPTIME_S } from "../../core/health/reborn.ts";
import type { Rule } from "./redis-case.ts";

/** Whole seconds are the finest that Redis knows. */
export const pingPeriod: Rule = ({ subject, group, number }) => {
  const seconds = number("repl-ping-replica-period");
  const { downAfterMs } = group.settings;
  const most = Math.max(1, Math.floor(downAfterMs / 2_000));
  if (seconds === null || seconds <= most) return null;
  return subject.warning(
    "redis-ping-period",
    `repl-ping-replica-period is ${seconds} s; half of down_after (${downAfterMs} ms) is right`,
    "an idle master that only the monitors cannot reach is failed over, for its replicas cannot tell that it lives",
    `redis-cli CONFIG SET repl-ping-replica-period ${most}, then CONFIG REWRITE`,
  );
};

/** Until it says BUSY it answers nothing, and silence counts. It is the same setting as `busy-reply-threshold`. */
export const busy: Rule = ({ subject, group, number }) => {
  const ms = number("lua-time-limit");
  const { downAfterMs } = group.settings;
  const most = Math.floor(downAfterMs / 2);
  if (ms === null || (ms > 0 && ms <= most)) return null;
  const said = ms > 0 ? `only after ${ms} ms` : "never";
  return subject.hint(
    "redis-busy",
    `in a slow script it says BUSY ${said} (lua-time-limit); half of down_after (${downAfterMs} ms) is right`,
    "before that it is silent: a master with a script that takes longer than down_after is failed over, whatever busy_grace says",
    `redis-cli CONFIG SET lua-time-limit ${most}, then CONFIG REWRITE`,
  );
};

/** Younger than that a master under a new id was restarted, as far as monitors can tell: `health/reborn.ts`. */
export const backlogLife: Rule = ({ subject, number }) => {
  const seconds = number("repl-backlog-ttl");
  if (seconds === null || seconds === 0 || seconds >= RENAMED_UPTIME_S) return null;
  return subject.warning(
    "redis-backlog-ttl",
    `repl-backlog-ttl is ${seconds} s: a master that is without replicas for so long takes a new replication id`,
    "if it was started only minutes ago, that looks like a restart that lost its data, and a replica that comes back may take its place",
    "redis-cli CONFIG SET repl-backlog-ttl 3600, then CONFIG REWRITE",
  );
};
