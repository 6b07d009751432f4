/**
 * What this monitor answers to its operators: the core's status, with what only the transport
 * knows; the journal; and commands, which a follower hands on to the leader.
 */
import type {
  ControlClient,
  NodeReport,
  ProgressEvent,
  StatusReport,
} from "../adapters/control/client.ts";
import type { Request } from "../adapters/control/codec.ts";
import type { ControlBackend } from "../adapters/control/server.ts";
import type { Examination, Scope } from "../adapters/doctor/finding.ts";
import type { GroupName, MonitorName } from "../core/ids.ts";
import type { Command, CommandOutcome } from "../core/messages.ts";
import type { Proposal } from "../core/reload/proposal.ts";
import type { HistoryEntry, Status } from "../core/status-types.ts";
import { isDegraded } from "../core/status-findings.ts";
import { messageOf } from "../errors.ts";
import type { Journal } from "../ports.ts";
import type { Neighbour } from "./history-gaps.ts";
import type { Doctor } from "./doctor.ts";
import { historyEntry } from "./history.ts";
import { readOwn, readOwnEverywhere } from "./own-everywhere.ts";
import type { OwnReading } from "./own-settings.ts";
import { commandsOf, isOfFile, isReload, togetherOf } from "./reload-file.ts";
import type { Requests } from "./requests.ts";

/** Longer than any operation is allowed to take. */
const COMMAND_LIMIT_MS = 120_000;

/** What the core can be asked. */
export type CoreRequest = Request & { readonly command: Command };

export interface AnswersOptions {
  readonly name: MonitorName;
  readonly status: () => Status;
  readonly journal: Journal;
  readonly requests: Requests;
  readonly doctor: Doctor;
  readonly clientOf: (monitor: Neighbour) => ControlClient;
  readonly addressOf: (monitor: MonitorName) => string | null;
  /** What this monitor's files propose now. @throws ConfigErrors */
  readonly proposals: () => Readonly<Record<GroupName, Proposal>>;
  /** Reads what its files say of this monitor alone. */
  readonly readAnew: () => Promise<OwnReading>;
  readonly peers: () => readonly Neighbour[];
  /** Hands a command to the core. */
  readonly command: (request: CoreRequest) => boolean;
}

export class Answers implements ControlBackend {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  status(): StatusReport {
    const status = this.#options.status();
    const { leader, has_quorum } = status.cluster;
    return {
      monitor: this.#options.name,
      status,
      leader,
      hasQuorum: has_quorum,
      degraded: isDegraded(status),
    };
  }

  info(node: string, group: string): NodeReport {
    const all = this.#options.status().groups.flatMap((one) => {
      return one.nodes.map((entry) => ({ group: one, entry }));
    });
    const found = all.filter(({ entry, group: of }) => {
      return entry.name === node && (group === "" || of.name === group);
    });
    const [only] = found;
    const nodes = all.map(({ entry }) => entry.name);
    if (only === undefined || found.length > 1) return { node: null, nodes };
    const { name, master, mode, verdict } = only.group;
    return { node: { group: name, master, mode, verdict, ...only.entry }, nodes };
  }

  history(limit: number, group: string): readonly HistoryEntry[] {
    const entries = this.#options.journal
      .read()
      .filter((entry) => group === "" || entry.group === group)
      .toSorted((a, b) => a.past.startedAt - b.past.startedAt);
    return (limit === 0 ? entries : entries.slice(-limit)).map(historyEntry);
  }

  doctor(scope: Scope, alone: boolean): Promise<Examination> {
    return this.#options.doctor.examine(scope, alone);
  }

  async operate(
    request: Request,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<CommandOutcome> {
    const outcome = await this.#operate(request, onProgress);
    // What nobody takes is offered again and again: nothing is read for that, either.
    const isTaken = outcome.kind !== "not-leader" && isReload(request.command);
    if (!isTaken || request.forwarded) return outcome;
    const own = await readOwnEverywhere(this.#options, request);
    return { ...outcome, message: [outcome.message, ...own].join("\n") };
  }

  async #operate(
    request: Request,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<CommandOutcome> {
    const completed = this.#withOwnFile(request);
    if ("outcome" in completed) return completed.outcome;
    const { command } = completed;
    if (command.kind === "read-own") return await readOwn(this.#options);
    const outcome = isOfFile(command)
      ? await this.#runEach(completed, commandsOf(command), onProgress)
      : await this.#run({ ...completed, command }, onProgress);
    if (outcome.kind !== "not-leader" || request.forwarded) return outcome;
    return await this.#forward(completed, outcome, onProgress);
  }

  #run(request: CoreRequest, onProgress: (event: ProgressEvent) => void): Promise<CommandOutcome> {
    const { requests, command } = this.#options;
    const { requestId } = request;
    const group = "group" in request.command ? request.command.group : "";
    const waiting = { group, onProgress, limitMs: COMMAND_LIMIT_MS };
    return requests.run(requestId, waiting, () => command(request));
  }

  async #runEach(
    request: Request,
    commands: ReadonlyMap<GroupName, Command>,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<CommandOutcome> {
    const agreed = this.#options.status().groups.map(({ name }) => name);
    const outcomes = await Promise.all(
      Array.from(commands, async ([group, command]) => {
        const requestId = `${request.requestId}.${group}`;
        return [group, await this.#run({ ...request, requestId, command }, onProgress)] as const;
      }),
    );
    return togetherOf(new Map(outcomes), agreed);
  }

  /** A reload that brings no proposal means what this monitor's own files say now. */
  #withOwnFile(request: Request): Request | { readonly outcome: CommandOutcome } {
    const { command } = request;
    try {
      if (command.kind === "reload" && command.proposal === null) {
        const proposal = this.#options.proposals()[command.group] ?? null;
        return { ...request, command: { ...command, proposal } };
      }
      if (command.kind !== "reload-file" || command.proposals !== null) return request;
      return { ...request, command: { ...command, proposals: this.#options.proposals() } };
    } catch (error) {
      const message = `the file of ${this.#options.name} cannot be used:\n${messageOf(error)}`;
      return { outcome: { kind: "refused", message } };
    }
  }

  async #forward(
    request: Request,
    notLeader: Extract<CommandOutcome, { readonly kind: "not-leader" }>,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<CommandOutcome> {
    const { leader } = notLeader;
    if (leader === null || leader === this.#options.name) return notLeader;
    const address = this.#options.addressOf(leader);
    if (address === null) return notLeader;
    const client = this.#options.clientOf({ name: leader, address });
    try {
      return await client.operate({ ...request, forwarded: true }, onProgress, COMMAND_LIMIT_MS);
    } finally {
      client.close();
    }
  }
}
