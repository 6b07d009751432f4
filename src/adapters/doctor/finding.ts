/**
 * What an examination finds: whether something is as it should be, and if not, why that matters and
 * what to do. Ids are a contract, as exit codes are; docs/doctor.md explains each of them, and a
 * test holds the two together.
 */

export const FINDING_IDS = [
  // what the monitors say, and what is configured
  "status",
  "monitor-unreachable",
  "monitor-version",
  "no-monitor",
  "config-differs",
  "config-unusable",
  "config-warning",
  "tls",
  "tls-revoked",
  "own-network",
  "time-budget",
  "unfinished",
  // a Redis
  "redis-answers",
  "redis-command",
  "redis-rights",
  "redis-settings",
  "redis-version",
  "redis-empty-restart",
  "redis-config-file",
  "redis-backlog",
  "redis-backlog-ttl",
  "redis-ping-period",
  "redis-min-replicas",
  "redis-priority",
  "redis-writable-replica",
  "redis-masterauth",
  "redis-bind",
  "redis-busy",
  "redis-clients",
  // a host
  "ssh-key",
  "ssh-login",
  "ssh-slow",
  "ssh-noise",
  "ssh-alive",
  "host-unseen",
  "host-name",
  "host-programs",
  "host-arping",
  "host-interface",
  "host-arp",
  "host-twice",
  "firewall-flush",
  "firewall-manager",
  "guard",
  "guard-rights",
  "guard-list",
  "guard-owner",
  "guard-version",
  "gate",
  // a virtual IP
  "vip-static",
  "vip-answer",
  "vip-stranger",
] as const;

export type FindingId = (typeof FINDING_IDS)[number];

/** `hint`: it can be better. `warning`: something will go worse than it need. `error`: it will go wrong. */
export const LEVELS = ["ok", "hint", "warning", "error"] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding {
  readonly id: FindingId;
  readonly level: Level;
  /** `db1`, `10.0.0.70`, `mon2`, `cluster`; of several groups with the name of the group: `main/db1`. */
  readonly subject: string;
  /** What was seen. */
  readonly what: string;
  /** Why that matters; null: it is as it should be. */
  readonly why: string | null;
  /** What to do. */
  readonly fix: string | null;
}

/** What this host is called when it looks without a monitor. */
export const HERE = "here";

/** What one monitor found from its own side. */
export interface Report {
  readonly monitor: string;
  readonly version: string;
  /** Of what its configuration file proposes; null: it cannot be read. */
  readonly config: string | null;
  readonly findings: readonly Finding[];
}

/** What a monitor and those that it asked have found. */
export interface Examination {
  readonly reports: readonly Report[];
  readonly unreachable: readonly {
    readonly name: string;
    readonly address: string;
    readonly why: string;
  }[];
}

/** What is examined: everything, or what belongs to one group or node. Empty: all. */
export interface Scope {
  readonly group: string;
  readonly node: string;
}

type Trouble = readonly [what: string, why: string, fix: string];

/** Makes findings about one subject. */
export class Subject {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  ok(id: FindingId, what: string): Finding {
    return { id, level: "ok", subject: this.name, what, why: null, fix: null };
  }

  hint(id: FindingId, ...trouble: Trouble): Finding {
    return this.#trouble(id, "hint", trouble);
  }

  warning(id: FindingId, ...trouble: Trouble): Finding {
    return this.#trouble(id, "warning", trouble);
  }

  error(id: FindingId, ...trouble: Trouble): Finding {
    return this.#trouble(id, "error", trouble);
  }

  #trouble(id: FindingId, level: Level, [what, why, fix]: Trouble): Finding {
    return { id, level, subject: this.name, what, why, fix };
  }
}
