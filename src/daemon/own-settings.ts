/**
 * What the monitor's own file says of this monitor alone: its doors, whom it tells, how it logs in. It is
 * read again when the monitor is told to (SIGHUP, `mmm reload`); what needs a restart all the same is named.
 * Files that cannot be used change nothing.
 */
import type { Local } from "../adapters/config/types.ts";
import type { MonitorName } from "../core/ids.ts";
import type { Committed } from "../core/state.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { ReadOnlyDoors } from "./doors.ts";
import { Logins } from "./logins.ts";
import type { Notices } from "./notices.ts";

export interface OwnSettingsOptions {
  readonly local: Local;
  /** Reads the files anew. @throws ConfigErrors */
  readonly read: () => Local;
  readonly monitor: MonitorName;
  readonly log: Log;
}

/** What came of reading the file anew. */
export interface OwnReading {
  /** Why everything stays as it was; null: it does not. */
  readonly problem: string | null;
  /** Keys that changed, and are not in force before a restart. */
  readonly restart: readonly string[];
}

/** What stands in the way of nothing once it runs, and cannot change while it does. */
const FIXED: Readonly<Record<string, (local: Local) => unknown>> = {
  name: ({ name }) => name,
  listen: ({ listen }) => listen,
  data_dir: ({ dataDir }) => dataDir,
  socket: ({ socket }) => socket,
  log: ({ log }) => log,
  verbose: ({ verbose }) => verbose,
  pid: ({ pid }) => pid,
  guard: ({ guard }) => guard,
  "ping_ips or ping_interval": ({ pings }) => pings,
  ssh_known_hosts: ({ sshKnownHosts }) => sshKnownHosts,
  "tls, tls_ca, tls_cert, tls_key or tls_revoked": ({ tls }) => tls,
};

export class OwnSettings {
  readonly logins: Logins;
  readonly doors: ReadOnlyDoors;
  readonly #options: OwnSettingsOptions;
  #notices: Notices | null = null;
  #committed: Committed | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(options: OwnSettingsOptions) {
    const { local, read, log } = options;
    this.#options = options;
    this.logins = new Logins(local, read, log);
    this.doors = new ReadOnlyDoors(local.doors);
  }

  /** Before the first event. */
  async begin(): Promise<void> {
    await this.#tellAs(this.#options.local);
  }

  readonly onCommitted = (committed: Committed): void => {
    this.#committed = committed;
    this.doors.onCommitted();
    this.#notices?.committed(committed);
  };

  readonly onEvent = (event: Parameters<Log["event"]>[0]): void => this.#notices?.event(event);

  /** One after the other, however often it is asked for. Never rejects. */
  readonly readAnew = (): Promise<OwnReading> => {
    const reading = this.#last.then(() => this.#readAnew());
    this.#last = reading.then(() => undefined);
    return reading;
  };

  async #readAnew(): Promise<OwnReading> {
    const { log, read } = this.#options;
    try {
      const local = read();
      this.logins.use(local);
      const restart = this.#tellOfFixed(local);
      await this.doors.use(local.doors);
      await this.#tellAs(local);
      return { problem: null, restart };
    } catch (error) {
      const problem = messageOf(error);
      const text = `the settings of this monitor stay as they were: ${problem}`;
      log.write("warn", "settings.unread", text);
      return { problem, restart: [] };
    }
  }

  /** While nobody wants to be told, nothing of that is loaded. */
  async #tellAs({ notices: settings }: Local): Promise<void> {
    const { deadlineMs: _, ...told } = settings;
    const isNobody = Object.values(told).every((one) => one === null);
    if (this.#notices !== null) return this.#notices.use(settings);
    if (isNobody) return;
    const { Notices: Loaded } = await import("./notices.ts");
    this.#notices = new Loaded(settings, this.#options.monitor, this.#options.log);
    if (this.#committed !== null) this.#notices.committed(this.#committed);
  }

  #tellOfFixed(now: Local): readonly string[] {
    const { local, log } = this.#options;
    const told = (read: (of: Local) => unknown, of: Local) => JSON.stringify(read(of));
    const others = Object.keys(FIXED).filter((key) => {
      const read = FIXED[key];
      return read !== undefined && told(read, local) !== told(read, now);
    });
    if (others.length === 0) return others;
    const text = `changed in the file, and not in force before a restart: ${others.join(", ")}`;
    log.write("warn", "settings.restart", text);
    return others;
  }
}
