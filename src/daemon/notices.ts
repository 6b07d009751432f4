/**
 * Tells others what became of operations, and of alarms: commands and a webhook of the operator. The
 * leader does it, once; nobody waits for it, and nothing depends on it. `on_event` is told of everything,
 * also of what an operation passes through, in a queue of its own: so it delays no result.
 */
import type { NoticeSettings } from "../adapters/config/types.ts";
import type { Event } from "../core/events.ts";
import type { Ip, MonitorName, NodeName } from "../core/ids.ts";
import type { Committed } from "../core/state.ts";
import type { JournalEntry, Log } from "../ports.ts";
import { historyEntry } from "./history.ts";
import { NoticeQueue } from "./notice-queue.ts";

type Fields = Readonly<Record<string, unknown>> & { readonly event: string };
type Of<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>;

export class Notices {
  #settings: NoticeSettings;
  readonly #monitor: MonitorName;
  readonly #results: NoticeQueue;
  readonly #everything: NoticeQueue;
  #cluster: string | null = null;
  /** Who was last agreed on to serve each VIP. */
  readonly #holders = new Map<Ip, NodeName>();

  constructor(settings: NoticeSettings, monitor: MonitorName, log: Log) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#results = new NoticeQueue(log);
    this.#everything = new NoticeQueue(log);
  }

  /** From now on these. */
  use(settings: NoticeSettings): void {
    this.#settings = settings;
  }

  /** A newer state was agreed on. */
  committed({ cluster, groups }: Committed): void {
    this.#cluster = cluster.clusterId;
    for (const { kind, ip, node } of groups.flatMap(({ vips }) => vips))
      if (kind === "hold" && node !== null) this.#holders.set(ip, node);
  }

  /** Of events those that only leaders tell of. */
  event(event: Parameters<Log["event"]>[0]): void {
    if (event.kind === "operation.finished") this.#finished(event);
    else if (event.kind === "operation.phase") this.#phase(event);
    else if (event.kind === "vip.claimed") this.#claimed(event);
    else if (event.kind === "alarm.raised") this.#alarm(event.id, event.text);
    else if (event.kind === "alarm.cleared") this.#alarm(event.id, null);
  }

  #alarm(id: string, text: string | null): void {
    const event = text === null ? "alarm-ended" : "alarm";
    const fields = { event, alarm: id, ...(text === null ? {} : { text }) };
    this.#result(this.#settings.onAlarm, fields);
  }

  #finished(entry: JournalEntry): void {
    const fields = { event: entry.past.kind, ...historyEntry(entry) };
    const { postFailover, postSwitchover } = this.#settings;
    if (entry.past.kind === "failover") this.#result(postFailover, fields);
    else if (entry.past.kind === "switchover") this.#result(postSwitchover, fields);
    else this.#tell(fields);
  }

  #phase({ group, operation, op, from, to, phase }: Of<"operation.phase">): void {
    const epoch = operation.version;
    this.#tell({ event: "phase", group, epoch, kind: op, from, to, phase });
  }

  /** Not what is claimed again where it is, for another leader or another epoch. */
  #claimed({ group, vip, node, epoch }: Of<"vip.claimed">): void {
    const from = this.#holders.get(vip) ?? null;
    if (from === node) return;
    this.#tell({ event: "vip-moved", group, vip, from, to: node, epoch: epoch.version });
  }

  #result(command: string | null, fields: Fields): void {
    const { webhook, deadlineMs } = this.#settings;
    this.#results.push(this.#notice(fields), { command, webhook, deadlineMs });
    this.#tell(fields);
  }

  #tell(fields: Fields): void {
    const { onEvent: command, deadlineMs } = this.#settings;
    this.#everything.push(this.#notice(fields), { command, webhook: null, deadlineMs });
  }

  #notice(fields: Fields) {
    const at = new Date().toISOString();
    return { ...fields, at, monitor: this.#monitor, cluster: this.#cluster };
  }
}
