/**
 * Notices on their way out, one after the other, so that they arrive in their order. Each is sent once:
 * nothing is tried again, and what comes while more is waiting than anybody reads is dropped. The log
 * tells of both.
 */
import { runCommand } from "../adapters/command.ts";
import type { Secret } from "../adapters/config/secret.ts";
import { post } from "../adapters/webhook.ts";
import type { MonitorName } from "../core/ids.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";

const MOST_WAITING = 32;

/** What a command finds on its standard input, and a webhook in its body. */
export interface Notice {
  readonly event: string;
  readonly at: string;
  readonly monitor: MonitorName;
  readonly cluster: string | null;
  readonly [field: string]: unknown;
}

/** To whom; null: not so. */
export interface Recipients {
  readonly command: string | null;
  readonly webhook: Secret | null;
  readonly deadlineMs: number;
}

export class NoticeQueue {
  readonly #log: Log;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  push(notice: Notice, recipients: Recipients): void {
    if (recipients.command === null && recipients.webhook === null) return;
    if (this.#waiting >= MOST_WAITING) {
      const text = `${notice.event}: nobody is told, for ${MOST_WAITING} notices wait already`;
      return this.#log.write("warn", "notice.dropped", text);
    }
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#send(notice, recipients))
      .catch((error: unknown) => this.#failed(notice, messageOf(error)))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #send(notice: Notice, { command, webhook, deadlineMs }: Recipients): Promise<void> {
    const body = `${JSON.stringify(notice)}\n`;
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
