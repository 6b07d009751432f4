/**
 * What this monitor answers to `mmm doctor`: what it finds from its own side, and what its peers find
 * from theirs. Whoever asks while the same examination runs gets that one's result, and examinations
 * follow one another: however many ask, a host is looked at by one of them at a time.
 */
import type { ControlClient } from "../adapters/control/client.ts";
import type { Examination, Finding, Report, Scope } from "../adapters/doctor/finding.ts";
import type { MonitorName } from "../core/ids.ts";
import { messageOf } from "../errors.ts";
import type { Neighbour } from "./history-gaps.ts";

export interface DoctorOptions {
  readonly name: MonitorName;
  readonly version: string;
  /** From this monitor's own side; never rejects, and ends. */
  readonly look: (scope: Scope) => Promise<readonly Finding[]>;
  /** What its files propose; null: they cannot be read. */
  readonly digest: () => string | null;
  readonly peers: () => readonly Neighbour[];
  /** @throws when it cannot be reached */
  readonly clientOf: (monitor: Neighbour) => ControlClient;
}

/** A peer that is there says so within this. */
const PRESENT_MS = 1_000;
/** Of different scopes; each waits for those before it. */
const MOST_WAITING = 8;
/** Longer than an examination takes. */
const PEER_LIMIT_MS = 15_000;

type Asked = { readonly report: Report } | { readonly lost: Examination["unreachable"][number] };

export class Doctor {
  readonly #options: DoctorOptions;
  readonly #running = new Map<string, Promise<Report>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  async examine(scope: Scope, alone: boolean): Promise<Examination> {
    if (this.#running.size >= MOST_WAITING)
      throw new Error("too many examinations are asked for: wait for them");
    const own = this.#share(scope);
    if (alone) return { reports: [await own], unreachable: [] };
    const asked = await Promise.all(this.#options.peers().map((peer) => this.#ask(peer, scope)));
    return {
      reports: [await own, ...asked.flatMap((one) => ("report" in one ? [one.report] : []))],
      unreachable: asked.flatMap((one) => ("lost" in one ? [one.lost] : [])),
    };
  }

  #share(scope: Scope): Promise<Report> {
    const key = JSON.stringify(scope);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const report = this.#last.then(() => this.#report(scope));
    this.#running.set(key, report);
    this.#last = report.catch(() => undefined).finally(() => this.#running.delete(key));
    return report;
  }

  async #report(scope: Scope): Promise<Report> {
    const { name, version, look, digest } = this.#options;
    return { monitor: name, version, config: digest(), findings: await look(scope) };
  }

  async #ask(peer: Neighbour, scope: Scope): Promise<Asked> {
    try {
      return { report: await this.#reportOf(peer, scope) };
    } catch (error) {
      const why = messageOf(error).replace(`${peer.address} does not answer: `, "");
      return { lost: { ...peer, why } };
    }
  }

  /** @throws when it cannot be reached, or says what cannot be read. */
  async #reportOf(peer: Neighbour, scope: Scope): Promise<Report> {
    const client = this.#options.clientOf(peer);
    try {
      await client.identify(PRESENT_MS);
      const { reports } = await client.doctor(scope, true, PEER_LIMIT_MS);
      const [report] = reports;
      if (report === undefined) throw new Error("it says nothing of what it found");
      return { ...report, monitor: peer.name };
    } finally {
      client.close();
    }
  }
}
