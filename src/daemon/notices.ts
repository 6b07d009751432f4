/**
 * Tells others what became of operations, and of alarms: commands and a webhook of the operator. The
 * leader does it, once: nothing is tried again, nobody waits for it, and nothing depends on it. What is
 * told while more is waiting than anybody reads is dropped, and the log says so.
 */
import { runCommand } from "../adapters/command.ts";
import type { NoticeSettings } from "../adapters/config/types.ts";
import { post } from "../adapters/webhook.ts";
import type { MonitorName } from "../core/ids.ts";
import type { Committed } from "../core/state.ts";
import { messageOf } from "../errors.ts";
import type { JournalEntry, Log } from "../ports.ts";
import { historyEntry } from "./history.ts";

const MOST_WAITING = 32;

/** What a command finds on its standard input, and a webhook in its body. */
export interface Notice {
  readonly event: "failover" | "switchover" | "alarm" | "alarm-ended";
  readonly at: string;
  readonly monitor: MonitorName;
  readonly cluster: string | null;
  readonly [field: string]: unknown;
}

export class Notices {
  #settings: NoticeSettings;
  readonly #monitor: MonitorName;
  readonly #log: Log;
  #cluster: string | null = null;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(settings: NoticeSettings, monitor: MonitorName, log: Log) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#log = log;
  }

  /** From now on these. */
  use(settings: NoticeSettings): void {
    this.#settings = settings;
  }

  /** A newer state was agreed on. */
  committed({ cluster }: Committed): void {
    this.#cluster = cluster.clusterId;
  }

  /** Of events the ends of operations, and alarms; leaders alone tell of them. */
  event(event: Parameters<Log["event"]>[0]): void {
    if (event.kind === "operation.finished") this.#finished(event);
    else if (event.kind === "alarm.raised") this.#alarm(event.id, event.text);
    else if (event.kind === "alarm.cleared") this.#alarm(event.id, null);
  }

  #alarm(id: string, text: string | null): void {
    const command = this.#settings.onAlarm;
    const event = text === null ? "alarm-ended" : "alarm";
    this.#tell(command, { event, alarm: id, ...(text === null ? {} : { text }) });
  }

  #finished(entry: JournalEntry): void {
    const { kind } = entry.past;
    if (kind !== "failover" && kind !== "switchover") return;
    const { postFailover, postSwitchover } = this.#settings;
    const command = kind === "failover" ? postFailover : postSwitchover;
    this.#tell(command, { event: kind, ...historyEntry(entry) });
  }

  #tell(command: string | null, fields: Pick<Notice, "event"> & Record<string, unknown>): void {
    const { webhook } = this.#settings;
    if (command === null && webhook === null) return;
    if (this.#waiting >= MOST_WAITING) {
      const text = `${fields.event}: nobody is told, for ${MOST_WAITING} notices wait already`;
      return this.#log.write("warn", "notice.dropped", text);
    }
    const at = new Date().toISOString();
    const notice: Notice = { ...fields, at, monitor: this.#monitor, cluster: this.#cluster };
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#send(command, notice))
      .catch((error: unknown) => this.#failed(notice, messageOf(error)))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** One after the other, so that they arrive in their order. */
  async #send(command: string | null, notice: Notice): Promise<void> {
    const body = `${JSON.stringify(notice)}\n`;
    const { webhook, deadlineMs } = this.#settings;
    if (command !== null) {
      const env = { MMM_EVENT: notice.event };
      const { exitCode, text } = await runCommand({ command, env, input: body, deadlineMs });
      const how = exitCode === null ? "" : `exit code ${exitCode}: `;
      if (exitCode !== 0) this.#failed(notice, `the command failed: ${how}${text}`);
    }
    if (webhook !== null) {
      const why = await post(webhook, body, deadlineMs);
      if (why !== null) this.#failed(notice, `the webhook was not taken: ${why}`);
    }
  }

  #failed({ event }: Notice, text: string): void {
    this.#log.write("warn", "notice.failed", `${event}: ${text}`);
  }
}
