/**
 * Asks a monitor: for `mmm`, and for a follower that hands a command on to its leader.
 * Every question has a deadline. A stream that breaks leaves the outcome of a command unknown.
 */
import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { CommandOutcome } from "../../core/messages.ts";
import type { HistoryEntry, Status } from "../../core/status-types.ts";
import { messageOf, MmmError } from "../../errors.ts";
import { examinationIn } from "../doctor/examination-reads.ts";
import type { Examination, Scope } from "../doctor/finding.ts";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import type { OperateEvent__Output as OperateEvent } from "../gen/mmm/v1/OperateEvent.ts";
import type { Progress__Output as Progress } from "../gen/mmm/v1/Progress.ts";
import type { StatusAnswer__Output as StatusAnswer } from "../gen/mmm/v1/StatusAnswer.ts";
import { ControlService, MAX_MESSAGE_BYTES } from "../grpc.ts";
import { json as parse } from "../peer/fields.ts";
import { fieldsOf, type Read } from "../json-reads.ts";
import { TLS_CHANNEL } from "../tls/channel.ts";
import { isTlsMisfit, tlsTrouble } from "../tls/trouble.ts";
import { decodeOutcome, encodeRequest, type Request } from "./codec.ts";
import { historyIn } from "./past-reads.ts";
import { statusIn } from "./status-reads.ts";

const OPTIONS: ChannelOptions = {
  "grpc.enable_http_proxy": 0,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.keepalive_time_ms": 1_000,
  "grpc.keepalive_timeout_ms": 2_000,
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  ...TLS_CHANNEL,
};

export interface StatusReport {
  readonly monitor: string;
  readonly status: Status;
  readonly leader: string | null;
  readonly hasQuorum: boolean;
  readonly degraded: boolean;
}

export interface NodeReport {
  /** null: there is no such node. */
  readonly node: object | null;
  readonly nodes: readonly string[];
}

export interface ProgressEvent {
  readonly event: string;
  readonly text: string;
  readonly data: object;
}

/** With these nothing was begun. */
const CERTAIN: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
]);

/** An error of a call, or null, and its answer. */
type Answered<T> = (error: ServiceError | null, answer?: T) => void;

export class ControlClient {
  readonly address: string;
  readonly #client: InstanceType<typeof ControlService>;

  /**
   * @param address `HOST:PORT`, or `unix:PATH`
   * @param dialled the same without a name that would have to be looked up
   */
  constructor(
    address: string,
    security: ChannelCredentials = credentials.createInsecure(),
    dialled: string = address,
  ) {
    this.address = address;
    this.#client = new ControlService(dialled, security, OPTIONS);
  }

  close(): void {
    this.#client.close();
  }

  /** @throws MmmError PEER_UNREACHABLE or TLS_MISFIT, as the other questions do. */
  async status(timeoutMs: number): Promise<StatusReport> {
    const options = within(timeoutMs);
    return this.#reportOf(
      await this.#ask<StatusAnswer>((done) => this.#client.Status({}, options, done)),
    );
  }

  async info(node: string, group: string, timeoutMs: number): Promise<NodeReport> {
    const options = within(timeoutMs);
    const request = { node, group };
    const { found, json, nodes } = await this.#ask<{
      found: boolean;
      json: string;
      nodes: string[];
    }>((done) => this.#client.Info(request, options, done));
    return { node: found ? this.#read(json, fieldsOf) : null, nodes };
  }

  /** @param limit the newest so many; 0: all */
  async history(limit: number, group: string, timeoutMs: number): Promise<readonly HistoryEntry[]> {
    const options = within(timeoutMs);
    const { json } = await this.#ask<{ json: string }>((done) =>
      this.#client.History({ limit, group }, options, done),
    );
    return this.#read(json, historyIn);
  }

  /** @param alone only this monitor, not its peers */
  async doctor(scope: Scope, alone: boolean, timeoutMs: number): Promise<Examination> {
    const options = within(timeoutMs);
    const { json } = await this.#ask<{ json: string }>((done) =>
      this.#client.Doctor({ ...scope, alone }, options, done),
    );
    return this.#read(json, examinationIn);
  }

  identify(timeoutMs: number): Promise<Identity> {
    const options = within(timeoutMs);
    return this.#ask<Identity>((done) => this.#client.Identify({}, options, done));
  }

  /** Runs a command. Never rejects: what cannot be known is `unknown`, and may be repeated. */
  operate(
    request: Request,
    onProgress: (event: ProgressEvent) => void,
    timeoutMs: number,
  ): Promise<CommandOutcome> {
    return new Promise((settle) => {
      const stream = this.#client.Operate(encodeRequest(request), within(timeoutMs));
      stream.on("data", ({ progress, outcome }: OperateEvent) => {
        if (outcome) settle(decodeOutcome(outcome));
        else if (progress) onProgress(progressOf(progress));
      });
      stream.on("error", (error: ServiceError) => settle(this.#lost(error)));
      stream.on("end", () => settle(this.#unknown("the answer broke off")));
    });
  }

  #lost(error: ServiceError): CommandOutcome {
    if (CERTAIN.has(error.code)) return { kind: "refused", message: error.details };
    return this.#unknown(describe(error));
  }

  #unknown(why: string): CommandOutcome {
    const message = `${this.address}: ${why}; ask mmm status what became of it`;
    return { kind: "unknown", message };
  }

  /** The status, again and again, until the returned function is called or the stream ends. */
  watch(
    intervalMs: number,
    onStatus: (report: StatusReport) => void,
    onEnd: (why: string) => void,
  ): () => void {
    const stream = this.#client.Watch({ intervalMs });
    let isOver = false;
    const end = (why: string) => {
      if (!isOver) onEnd(why);
      isOver = true;
    };
    const show = (answer: StatusAnswer) => {
      let report: StatusReport;
      try {
        report = this.#reportOf(answer);
      } catch (error) {
        stream.cancel();
        return end(messageOf(error));
      }
      onStatus(report);
    };
    stream.on("data", show);
    stream.on("error", (error: ServiceError) => end(describe(error)));
    stream.on("end", () => end("the monitor ended"));
    return () => stream.cancel();
  }

  #ask<T>(call: (done: Answered<T>) => void): Promise<T> {
    return new Promise((settle, fail) => {
      call((error, answer) => {
        if (error === null && answer !== undefined) settle(answer);
        else fail(this.#unreachable(error));
      });
    });
  }

  #reportOf({ monitor, json, leader, hasQuorum, degraded }: StatusAnswer): StatusReport {
    const status = this.#read(json, statusIn);
    return { monitor, status, leader: leader ?? null, hasQuorum, degraded };
  }

  /** What another version, or something else, has answered is no fault of this program. @throws MmmError */
  #read<T>(text: string, read: Read<T>): T {
    try {
      return read(parse(Buffer.from(text), "its answer"), "its answer");
    } catch (cause) {
      const what = `${this.address} does not answer as a monitor does`;
      throw new MmmError("PEER_UNREACHABLE", { what, why: messageOf(cause), cause });
    }
  }

  #unreachable(error: ServiceError | null): MmmError {
    const isMisfit = error !== null && isTlsMisfit(error);
    return new MmmError(isMisfit ? "TLS_MISFIT" : "PEER_UNREACHABLE", {
      what: `${this.address} does not answer`,
      why: error === null ? "empty answer" : describe(error),
      cause: error ?? undefined,
    });
  }
}

function progressOf({ event, text, json }: Progress): ProgressEvent {
  return { event, text, data: dataOf(json) };
}

/** It only goes along with the text: what cannot be read is left out. */
function dataOf(json: string): object {
  try {
    return fieldsOf(parse(Buffer.from(json), "progress"), "progress");
  } catch {
    return {};
  }
}

function within(timeoutMs: number): { deadline: Date } {
  return { deadline: new Date(Date.now() + timeoutMs) };
}

function describe(error: ServiceError): string {
  const trouble = tlsTrouble(error);
  if (trouble !== null) return trouble;
  const system = /\bE[A-Z]{4,}\b/.exec(error.details)?.[0];
  if (system === "ECONNREFUSED") return "connection refused";
  if (system !== undefined) return system;
  if (error.code === status.DEADLINE_EXCEEDED) return "no answer in time";
  // Of a server for web pages, or a proxy on the way: which code that becomes means nothing.
  if (error.details.includes("HTTP status code")) return "no monitor of redis-mmm answers there";
  if (error.code === status.UNIMPLEMENTED) return "its version does not know how to answer that";
  return error.details;
}
