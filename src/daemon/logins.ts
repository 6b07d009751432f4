/**
 * How this monitor logs in to each node. Keys and passwords are its own, and are read from its files
 * when it starts, when it is told to (SIGHUP), and when nodes are agreed on of which they said
 * nothing: a group that was added while it ran.
 */
import { loginKey } from "../adapters/config/build.ts";
import type { Local, NodeLogin } from "../adapters/config/types.ts";
import type { Target } from "../core/io.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";

export type LoginSource = Pick<Local, "logins"> & NodeLogin;

export class Logins {
  readonly #read: () => LoginSource;
  readonly #log: Log;
  #local: LoginSource;
  /** Nodes for which the files were read again already, and told of. */
  #missing = new Set<string>();

  /** @param read reads the files. @throws ConfigErrors */
  constructor(local: LoginSource, read: () => LoginSource, log: Log) {
    this.#local = local;
    this.#read = read;
    this.#log = log;
  }

  /** That of the node's section, else what the monitor's own file has for all. */
  to({ group, node }: Pick<Target, "group" | "node">): NodeLogin {
    return this.#local.logins[loginKey(group, node)] ?? this.#local;
  }

  /** The files were read anew. */
  use(local: LoginSource): void {
    this.#local = local;
  }

  /** Files that cannot be used change nothing. */
  #reload(): void {
    try {
      this.#local = this.#read();
    } catch (error) {
      const text = `keys and passwords stay as they were: ${messageOf(error)}`;
      this.#log.write("warn", "logins.unread", text);
    }
  }

  /** These nodes are watched from now on. */
  cover(targets: readonly Pick<Target, "group" | "node">[]): void {
    const keys = targets.map(({ group, node }) => loginKey(group, node));
    const lacking = keys.filter((key) => this.#local.logins[key] === undefined);
    if (lacking.some((key) => !this.#missing.has(key))) this.#complete(lacking);
    else this.#missing = new Set(lacking);
  }

  #complete(lacking: readonly string[]): void {
    this.#reload();
    const still = lacking.filter((key) => this.#local.logins[key] === undefined);
    const news = still.filter((key) => !this.#missing.has(key));
    this.#missing = new Set(still);
    if (news.length === 0) return;
    const text = `the files of this monitor say nothing of ${news.join(", ")}: it logs in there as its own file says for all`;
    this.#log.write("warn", "logins.missing", text);
  }
}
