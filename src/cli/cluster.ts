/**
 * The cluster as `mmm` reaches it: monitors are asked in turn until one answers. A monitor without
 * a majority knows little, so its view is shown only if nobody has a better one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Examination, Scope } from "../adapters/doctor/finding.ts";
import type { Asked, CommandOutcome } from "../core/messages.ts";
import type { HistoryEntry, Status } from "../core/status-types.ts";
import { type ErrorCode, EXIT, messageOf, MmmError } from "../errors.ts";
import type { MonitorToAsk } from "./addresses.ts";
import { Failure } from "./failure.ts";

export interface StatusAnswer {
  readonly status: Status;
  readonly leader: string | null;
  readonly hasQuorum: boolean;
  readonly degraded: boolean;
}

export interface Request {
  readonly requestId: string;
  readonly by: string;
  readonly forwarded: boolean;
  readonly command: Asked;
}

export interface Progress {
  /** Stable dotted name of the event, as in the log. */
  readonly event: string;
  readonly text: string;
}

/** One monitor; `adapters/control/client.ts` is the real one. */
export interface MonitorClient {
  status(timeoutMs: number): Promise<StatusAnswer>;
  history(limit: number, group: string, timeoutMs: number): Promise<readonly HistoryEntry[]>;
  doctor(scope: Scope, alone: boolean, timeoutMs: number): Promise<Examination>;
  operate(
    request: Request,
    onProgress: (event: Progress) => void,
    timeoutMs: number,
  ): Promise<CommandOutcome>;
  close(): void;
}

export interface ClusterOptions {
  readonly monitors: readonly MonitorToAsk[];
  /** @throws MmmError, if a certificate is needed and cannot be used */
  readonly connect: (monitor: MonitorToAsk) => MonitorClient;
  /** Why the certificates of a file were not used that may have been meant; null: none was. */
  readonly unread?: () => string | null;
  /** For each question to each monitor. Milliseconds. */
  readonly timeoutMs: number;
}

/** Longer than a monitor works on a command. */
const OPERATE_MS = 130_000;
/** Longer than a monitor waits for what its peers find. */
const DOCTOR_MS = 20_000;
/** Asked again with the same id, a monitor that knows the outcome says it at once. */
const ASK_AGAIN_MS = 3_000;
/** Longer than it takes to elect a leader whom a majority hears; who is in a hurry says so with `--timeout`. */
const ELECTION_MS = 3_000;
const OFFER_EVERY_MS = 100;

export class Cluster {
  readonly #options: ClusterOptions;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** @throws Failure, if no monitor answers. */
  async status(): Promise<StatusAnswer> {
    const { timeoutMs } = this.#options;
    const answers: StatusAnswer[] = [];
    const faults: Fault[] = [];
    for (const monitor of this.#options.monitors) {
      const answer = await this.#try(monitor, faults, (client) => client.status(timeoutMs));
      if (answer === null) continue;
      if (answer.hasQuorum && answer.leader !== null) return await this.#byLeader(answer);
      answers.push(answer);
    }
    const best = answers.find((one) => one.hasQuorum) ?? answers[0];
    if (best === undefined) throw this.#noAnswer(faults);
    return best;
  }

  /** What each of these says, whoever is reached by the command itself; who does not answer is left out. */
  async answersOf(monitors: readonly MonitorToAsk[]): Promise<readonly StatusAnswer[]> {
    const ask = (client: MonitorClient) => client.status(this.#options.timeoutMs);
    const answers = monitors.map((monitor) => this.#try(monitor, [], ask));
    return (await Promise.all(answers)).filter((answer) => answer !== null);
  }

  /** The leader is the one that watches the leases; a follower knows of them at second hand. */
  async #byLeader(answer: StatusAnswer): Promise<StatusAnswer> {
    const { leader, status } = answer;
    const monitor = this.#options.monitors.find(({ name }) => name !== null && name === leader);
    if (monitor === undefined || status.answered_by.name === leader) return answer;
    const ask = (client: MonitorClient) => client.status(this.#options.timeoutMs);
    const better = await this.#try(monitor, [], ask);
    return better !== null && better.leader === leader ? better : answer;
  }

  /** @throws Failure, if no monitor answers. */
  async history(limit: number, group: string): Promise<readonly HistoryEntry[]> {
    const faults: Fault[] = [];
    for (const monitor of this.#options.monitors) {
      const ask = (client: MonitorClient) => client.history(limit, group, this.#options.timeoutMs);
      const entries = await this.#try(monitor, faults, ask);
      if (entries !== null) return entries;
    }
    throw this.#noAnswer(faults);
  }

  /**
   * What all monitors find, as the first that answers knows it. Each has to show first that it is
   * there: an examination takes longer than anybody would wait for a monitor that is not.
   * @throws Failure, if no monitor answers.
   */
  async doctor(
    scope: Scope,
  ): Promise<{ readonly status: Status; readonly examination: Examination }> {
    const { timeoutMs } = this.#options;
    const faults: Fault[] = [];
    for (const monitor of this.#options.monitors) {
      const answer = await this.#try(monitor, faults, (one) => one.status(timeoutMs));
      if (answer === null) continue;
      const ask = (client: MonitorClient) => client.doctor(scope, false, DOCTOR_MS);
      const examination = await this.#try(monitor, faults, ask);
      if (examination !== null) return { status: answer.status, examination };
    }
    throw this.#noAnswer(faults);
  }

  /**
   * While the monitors elect somebody nobody takes a command, which is over in a second or two: it is offered again.
   * @throws Failure, if no monitor answers.
   */
  async operate(request: Request, onProgress: (event: Progress) => void): Promise<CommandOutcome> {
    const until = Date.now() + Math.min(ELECTION_MS, this.#options.timeoutMs * 3);
    for (;;) {
      const outcome = await this.#offer(request, onProgress);
      if (outcome.kind !== "not-leader" || Date.now() >= until) return outcome;
      await sleep(OFFER_EVERY_MS);
    }
  }

  /**
   * Asks the next monitor if one breaks off or knows no leader: with the same request id, so that
   * what was begun is not begun again. A command may run for minutes, so each monitor has to show
   * first that it is there.
   */
  async #offer(request: Request, onProgress: (event: Progress) => void): Promise<CommandOutcome> {
    let last: CommandOutcome = { kind: "not-leader", leader: null };
    const faults: Fault[] = [];
    for (const monitor of this.#options.monitors) {
      const { timeoutMs } = this.#options;
      if ((await this.#try(monitor, faults, (one) => one.status(timeoutMs))) === null) continue;
      const client = this.#options.connect(monitor);
      try {
        const limitMs = last.kind === "unknown" ? ASK_AGAIN_MS : OPERATE_MS;
        const outcome = await client.operate(request, onProgress, limitMs);
        if (outcome.kind !== "unknown" && outcome.kind !== "not-leader") return outcome;
        // What may have happened is never forgotten for a later "I am not the leader".
        last = last.kind === "unknown" ? last : outcome;
      } finally {
        client.close();
      }
    }
    if (faults.length === this.#options.monitors.length) throw this.#noAnswer(faults);
    return last;
  }

  async #try<T>(
    monitor: MonitorToAsk,
    faults: Fault[],
    ask: (client: MonitorClient) => Promise<T>,
  ): Promise<T | null> {
    let client: MonitorClient | null = null;
    try {
      client = this.#options.connect(monitor);
      return await ask(client);
    } catch (error) {
      // What is wrong here is so for every monitor, and no silence of theirs.
      if (error instanceof MmmError && !OF_MONITORS.has(error.code)) throw error;
      faults.push(faultOf(monitor, error));
      return null;
    } finally {
      client?.close();
    }
  }

  #noAnswer(faults: readonly Fault[]): Failure {
    const lines = faults.map(({ line }) => line);
    const unread = this.#options.unread?.() ?? null;
    if (faults.length === 0 || !faults.every(({ isMisfit }) => isMisfit)) {
      return new Failure(EXIT.unreachable, [
        `error: no monitor answered (tried ${faults.length})`,
        ...lines,
        ...(unread === null ? [] : [`No certificate was shown: ${unread}`]),
        "Redis itself may be fine. But if no monitor runs, nothing is failed over, and virtual IPs end with their leases.",
        "try: systemctl status mmm-mon   |   mmm --monitor HOST:PORT status   |   docs/runbook.md#no-monitor-answers",
      ]);
    }
    return new Failure(EXIT.config, [
      `error: the certificates here do not fit those of the monitors (tried ${faults.length})`,
      ...lines,
      unread === null
        ? "The monitors run; the files of --ca, --cert and --key (or tls_ca, tls_cert and tls_key) are of another authority, or not to be used here."
        : `The monitors run, but no certificate was shown: ${unread}`,
      `try: ${unread === null ? "mmm tls show FILE, of each" : "mmm config check"}   |   docs/certificates.md`,
    ]);
  }
}

/** One monitor that could not be asked, in a line. */
interface Fault {
  readonly line: string;
  /** It is there, but the certificates of both ends do not fit each other. */
  readonly isMisfit: boolean;
}

const OF_MONITORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["PEER_UNREACHABLE", "TLS_MISFIT"]);

function faultOf({ name, address }: MonitorToAsk, error: unknown): Fault {
  const why = messageOf(error).replace(`${address} does not answer: `, "");
  return {
    line: `  ${name === null ? address : `${name} ${address}`}  ${why}`,
    isMisfit: error instanceof MmmError && error.code === "TLS_MISFIT",
  };
}
