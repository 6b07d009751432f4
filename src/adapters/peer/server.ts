/**
 * The receiving end of the Peer service: an envelope is translated, admitted or refused, and handed
 * over. The answer never waits for what the core makes of it.
 */
import type { handleUnaryCall, ServerDuplexStream } from "@grpc/grpc-js";
import type { Instant, MonitorName, StorageId } from "../../core/ids.ts";
import { type Envelope, PROTOCOL } from "../../core/messages.ts";
import type { Ack } from "../gen/mmm/v1/Ack.ts";
import type { Envelope__Output as ReadEnvelope } from "../gen/mmm/v1/Envelope.ts";
import type { Identity } from "../gen/mmm/v1/Identity.ts";
import type { IdentifyRequest__Output as IdentifyRequest } from "../gen/mmm/v1/IdentifyRequest.ts";
import { admit, type Receiver, Refusals } from "./admission.ts";
import { decodeEnvelope } from "./codec.ts";
import { some } from "./codec-consensus.ts";
import { Intake, type Verdict } from "./intake.ts";

export interface PeerServerOptions {
  readonly self: () => Receiver & { readonly version: string; readonly storageId: StorageId };
  /** false: the receiver cannot keep up, or is ending. */
  readonly onMessage: (envelope: Envelope) => boolean;
  /** Called when a sender begins to be refused, or is refused for another reason. */
  readonly onRefused?: (from: string | null, reason: string) => void;
  readonly now: () => Instant;
}

export class PeerServer {
  readonly refusals = new Refusals();
  readonly #options: PeerServerOptions;
  readonly #intakes = new Set<Intake>();

  constructor(options: PeerServerOptions) {
    this.#options = options;
  }

  /** @param certified the one name under which this peer may speak; null: there is no certificate */
  exchange(call: ServerDuplexStream<ReadEnvelope, Ack>, certified: MonitorName | null): void {
    const take = (wire: ReadEnvelope) => this.#take(wire, certified);
    this.#intakes.add(new Intake(call, take, (intake) => this.#intakes.delete(intake)));
  }

  readonly identify: handleUnaryCall<IdentifyRequest, Identity> = (_call, answer) => {
    const { name, version, storageId, clusterId } = this.#options.self();
    answer(null, { name, version, storageId, protocol: PROTOCOL, ...some("clusterId", clusterId) });
  };

  /** Ends the open calls, so that their peers know at once. */
  endCalls(): void {
    for (const intake of this.#intakes) intake.end();
  }

  #take(wire: ReadEnvelope, certified: MonitorName | null): Verdict {
    const self = this.#options.self();
    const { name, version, storageId } = self;
    const own = { name, version, storageId };
    const admission = admit(decodeEnvelope(wire), self, certified);
    if (admission.kind === "refused") {
      const { from, refusal, reason } = admission;
      const isNew = this.refusals.add(from, reason, this.#options.now());
      if (isNew) this.#options.onRefused?.(from, reason);
      return { ...own, refusal, reason };
    }
    if (this.#options.onMessage(admission.addressed.envelope)) return own;
    return {
      ...own,
      refusal: "REFUSAL_BUSY",
      reason: `${name} cannot keep up, or is ending`,
    };
  }
}
