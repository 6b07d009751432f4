/**
 * The answering end of the Control service. It translates, and keeps the streams; what is answered
 * comes from the backend, and a client that goes away ends nothing but its own stream.
 */
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  ServerWritableStream,
} from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { CommandOutcome } from "../../core/messages.ts";
import type { HistoryEntry } from "../../core/status-types.ts";
import type { Examination, Scope } from "../doctor/finding.ts";
import type { DoctorAnswer } from "../gen/mmm/v1/DoctorAnswer.ts";
import type { DoctorRequest__Output as DoctorRequest } from "../gen/mmm/v1/DoctorRequest.ts";
import type { HistoryAnswer } from "../gen/mmm/v1/HistoryAnswer.ts";
import type { HistoryRequest__Output as HistoryRequest } from "../gen/mmm/v1/HistoryRequest.ts";
import type { InfoAnswer } from "../gen/mmm/v1/InfoAnswer.ts";
import type { InfoRequest__Output as InfoRequest } from "../gen/mmm/v1/InfoRequest.ts";
import type { OperateEvent } from "../gen/mmm/v1/OperateEvent.ts";
import type { OperateRequest__Output as OperateRequest } from "../gen/mmm/v1/OperateRequest.ts";
import type { StatusAnswer } from "../gen/mmm/v1/StatusAnswer.ts";
import type { StatusRequest__Output as StatusRequest } from "../gen/mmm/v1/StatusRequest.ts";
import type { WatchRequest__Output as WatchRequest } from "../gen/mmm/v1/WatchRequest.ts";
import { messageOf } from "../../errors.ts";
import { type GrpcError, grpcError } from "../grpc-error.ts";
import { type Caller, refusalOf, signatureOf } from "../caller.ts";
import { some } from "../peer/codec-consensus.ts";
import { Malformed } from "../peer/fields.ts";
import type { NodeReport, ProgressEvent, StatusReport } from "./client.ts";
import { decodeRequest, encodeOutcome, type Request } from "./codec.ts";
import { Turns } from "./turns.ts";

/** What the monitor answers with. */
export interface ControlBackend {
  status(): StatusReport;
  info(node: string, group: string): NodeReport;
  history(limit: number, group: string): readonly HistoryEntry[];
  /** @param alone whether the peers are left out */
  doctor(scope: Scope, alone: boolean): Promise<Examination>;
  /** Resolves once; it goes on when nobody listens any more. */
  operate(request: Request, onProgress: (event: ProgressEvent) => void): Promise<CommandOutcome>;
}

type OperateStream = ServerWritableStream<OperateRequest, OperateEvent>;

const WATCH_DEFAULT_MS = 1_000;
const WATCH_SHORTEST_MS = 100;
const WATCH_LONGEST_MS = 60_000;

export class ControlServer {
  readonly #backend: ControlBackend;
  readonly #watches = new Set<() => void>();
  readonly #turns = new Turns();

  constructor(backend: ControlBackend) {
    this.#backend = backend;
  }

  readonly status: handleUnaryCall<StatusRequest, StatusAnswer> = (_call, answer) => {
    reply(answer, () => encodeStatus(this.#backend.status()));
  };

  readonly info: handleUnaryCall<InfoRequest, InfoAnswer> = ({ request }, answer) => {
    reply(answer, () => {
      const { node, nodes } = this.#backend.info(request.node, request.group);
      const json = node === null ? "" : JSON.stringify(node);
      return { found: node !== null, json, nodes: [...nodes] };
    });
  };

  readonly history: handleUnaryCall<HistoryRequest, HistoryAnswer> = ({ request }, answer) => {
    reply(answer, () => {
      return { json: JSON.stringify(this.#backend.history(request.limit, request.group)) };
    });
  };

  readonly doctor: handleUnaryCall<DoctorRequest, DoctorAnswer> = ({ request }, answer) => {
    const { group, node, alone } = request;
    this.#backend.doctor({ group, node }, alone).then(
      (examination) => reply(answer, () => ({ json: JSON.stringify(examination) })),
      (error: unknown) => answer(refusal(error)),
    );
  };

  /** @param caller what it may do, and under which name it does it */
  operate(call: OperateStream, caller: Caller): void {
    // First this: of what may not be done not a word is read.
    const why = refusalOf(caller, call.request.forwarded ? "hand-on" : "act");
    if (why !== null) {
      call.emit("error", grpcError(status.PERMISSION_DENIED, why));
      return;
    }
    let request: Request;
    try {
      request = decodeRequest(call.request);
    } catch (error) {
      call.emit("error", refusal(error));
      return;
    }
    void this.#operate(call, { ...request, by: signatureOf(caller, request.by) });
  }

  readonly watch: handleServerStreamingCall<WatchRequest, StatusAnswer> = (call) => {
    const asked = call.request.intervalMs || WATCH_DEFAULT_MS;
    const show = () => {
      const answer = () => {
        // A client that does not read gets fewer, not later, answers.
        if (call.writableLength > 0 || !this.#watches.has(end)) return;
        try {
          call.write(encodeStatus(this.#backend.status()));
        } catch (error) {
          call.emit("error", refusal(error));
        }
      };
      this.#turns.take({ peer: call.getPeer(), answer, refuse: () => undefined });
    };
    const timer = setInterval(show, Math.min(Math.max(asked, WATCH_SHORTEST_MS), WATCH_LONGEST_MS));
    const end = () => {
      clearInterval(timer);
      if (this.#watches.delete(end)) call.end();
    };
    this.#watches.add(end);
    call.on("cancelled", end);
    call.on("error", end);
    show();
  };

  /** Ends the streams that would otherwise never end. */
  close(): void {
    for (const end of this.#watches) end();
  }

  async #operate(call: OperateStream, request: Request): Promise<void> {
    let isOpen = true;
    const close = () => {
      isOpen = false;
    };
    call.on("cancelled", close);
    call.on("error", close);
    const outcome = await this.#backend.operate(request, ({ event, text, data }) => {
      if (isOpen) call.write({ progress: { event, text, json: JSON.stringify(data) } });
    });
    if (!isOpen) return;
    call.write({ outcome: encodeOutcome(outcome) });
    call.end();
  }
}

function encodeStatus(report: StatusReport): StatusAnswer {
  const { monitor, leader, hasQuorum, degraded } = report;
  const json = JSON.stringify(report.status);
  return { monitor, json, hasQuorum, degraded, ...some("leader", leader) };
}

/** A question never ends the monitor: a fault in answering it is the answer. */
function reply<T>(answer: sendUnaryData<T>, make: () => T): void {
  let made: T;
  try {
    made = make();
  } catch (error) {
    answer(refusal(error));
    return;
  }
  answer(null, made);
}

function refusal(error: unknown): GrpcError {
  const text = messageOf(error);
  return error instanceof Malformed
    ? grpcError(status.INVALID_ARGUMENT, `not understood: ${text}`)
    : grpcError(status.INTERNAL, `the monitor could not answer: ${text}`);
}
