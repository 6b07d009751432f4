/**
 * Every command that this program sends to a Redis, with what it is for. The type of what a
 * connection sends is made from this table, so that nothing can be sent which is not in it; the ACL
 * that `mmm doctor` prints is made from it, too, and so is what it asks each node to allow.
 */

interface Sent {
  readonly words: readonly [string, ...string[]];
  /** Arguments with which a node can be asked whether it would allow it. */
  readonly example: readonly string[];
  /** `anyone`: Redis lets everybody do that. `doctor`: nothing but `mmm doctor` needs it. */
  readonly by: "anyone" | "monitor" | "doctor";
  readonly purpose: string;
}

export const SENT = [
  { words: ["AUTH"], example: [], by: "anyone", purpose: "to log in" },
  { words: ["PING"], example: [], by: "monitor", purpose: "to probe" },
  { words: ["INFO"], example: ["server"], by: "monitor", purpose: "to probe" },
  {
    words: ["CLIENT", "SETNAME"],
    example: ["mmm-probe"],
    by: "monitor",
    purpose: "to name its connections",
  },
  {
    words: ["CLIENT", "LIST"],
    example: [],
    by: "monitor",
    purpose: "to find the connections of an earlier leader",
  },
  {
    words: ["CLIENT", "KILL"],
    example: ["ID", "1", "SKIPME", "yes"],
    by: "monitor",
    purpose: "to cut off an earlier leader",
  },
  {
    words: ["CLIENT", "PAUSE"],
    example: ["500", "WRITE"],
    by: "monitor",
    purpose: "to hold writes during a switchover",
  },
  { words: ["CLIENT", "UNPAUSE"], example: [], by: "monitor", purpose: "to let writes go on" },
  {
    words: ["CONFIG", "GET"],
    example: ["min-replicas-to-write"],
    by: "monitor",
    purpose: "to read a setting before it is changed",
  },
  {
    words: ["CONFIG", "SET"],
    example: ["min-replicas-to-write", "0"],
    by: "monitor",
    purpose: "to block an old master, and to unblock it",
  },
  {
    words: ["CONFIG", "REWRITE"],
    example: [],
    by: "monitor",
    purpose: "so that a restart does not undo a promotion",
  },
  {
    words: ["REPLICAOF"],
    example: ["NO", "ONE"],
    by: "monitor",
    purpose: "to promote, and to follow a new master",
  },
  { words: ["ACL", "WHOAMI"], example: [], by: "doctor", purpose: "to know its own user" },
  {
    words: ["ACL", "DRYRUN"],
    example: ["default", "PING"],
    by: "doctor",
    purpose: "to ask what it may do without doing it",
  },
] as const satisfies readonly Sent[];

export type SentCommand = (typeof SENT)[number];

type WithArguments<T extends Sent> = T extends Sent ? readonly [...T["words"], ...string[]] : never;

/** One of those, and its arguments. */
export type CommandWords = WithArguments<SentCommand>;

/** `CONFIG GET`, as people write it. */
export function nameOf({ words }: Sent): string {
  return words.join(" ");
}

/** `+config|get`, as an ACL has it; null: it needs no rule. */
export function ruleOf({ words, by }: Sent): string | null {
  return by === "anyone" ? null : `+${words.join("|").toLowerCase()}`;
}
