/**
 * Which messages reach the core. The core judges what a message says; here it is judged whether
 * the two monitors have anything to say to each other at all. Every refusal has a reason for the
 * sender, and is kept for a while for the status of the receiver.
 */
import type { ClusterId, Instant, MonitorName } from "../../core/ids.ts";
import { type Envelope, PROTOCOL } from "../../core/messages.ts";
import type { Refusal } from "../gen/mmm/v1/Refusal.ts";
import type { Addressed, Decoded } from "./codec.ts";

export interface Receiver {
  readonly name: MonitorName;
  /** null while it is empty: then the core decides. */
  readonly clusterId: ClusterId | null;
  readonly term: number;
  readonly knows: (name: MonitorName) => boolean;
}

export type Admission =
  | { readonly kind: "admitted"; readonly addressed: Addressed }
  | {
      readonly kind: "refused";
      readonly from: string | null;
      readonly refusal: Refusal;
      readonly reason: string;
    };

/** @param certified whose certificate the sender presented; null: there are none */
export function admit(
  decoded: Decoded,
  receiver: Receiver,
  certified: MonitorName | null,
): Admission {
  const speaker = speakerOf(decoded);
  if (certified !== null && speaker !== null && speaker !== certified) {
    const reason = `a message of ${speaker} came with the certificate of ${certified}`;
    return refused(certified, "REFUSAL_WRONG_NAME", reason);
  }
  switch (decoded.kind) {
    case "malformed":
      return refused(null, "REFUSAL_MALFORMED", `not understood: ${decoded.reason}`);
    case "other-protocol": {
      const { from, theirs, version } = decoded;
      const reason = `${from} (version ${version}) speaks protocol ${theirs}, ${receiver.name} speaks ${PROTOCOL}: install the same version on both`;
      return refused(from, "REFUSAL_PROTOCOL", reason);
    }
    case "understood":
      return admitAddressed(decoded.addressed, receiver);
  }
}

function speakerOf(decoded: Decoded): string | null {
  switch (decoded.kind) {
    case "malformed":
      return null;
    case "other-protocol":
      return decoded.from;
    case "understood":
      return decoded.addressed.envelope.from;
  }
}

function admitAddressed(addressed: Addressed, receiver: Receiver): Admission {
  const { to, envelope } = addressed;
  const { from, clusterId } = envelope;
  if (to !== receiver.name) {
    const reason = `${from} takes this monitor for ${to}, but it is ${receiver.name}: correct its --peer`;
    return refused(from, "REFUSAL_WRONG_NAME", reason);
  }
  if (from === receiver.name) {
    const reason = `two monitors are called ${from}: give each its own --name`;
    return refused(from, "REFUSAL_WRONG_NAME", reason);
  }
  const isKnown = receiver.knows(from);
  if (!isKnown && !introducesItself(envelope, receiver)) {
    const reason = `${from} is not among the peers of ${receiver.name}: add it there with --peer or in the file`;
    return refused(from, "REFUSAL_UNKNOWN_SENDER", reason);
  }
  if (clusterId !== null && receiver.clusterId !== null && clusterId !== receiver.clusterId) {
    const reason = `${from} belongs to cluster ${clusterId}, ${receiver.name} to ${receiver.clusterId}`;
    return refused(from, "REFUSAL_FOREIGN_CLUSTER", reason);
  }
  const ahead = termsAhead(envelope, receiver.term);
  if (ahead > LONGEST_LEAP) {
    const reason = `${from} is ${ahead} terms ahead of ${receiver.name}, which no cluster comes to be: its state is damaged`;
    return refused(from, "REFUSAL_MALFORMED", reason);
  }
  if (isKnown) return { kind: "admitted", addressed };
  // Of a stranger nothing else is believed, nor kept.
  return { kind: "admitted", addressed: { to, envelope: { ...envelope, fileDiffers: "" } } };
}

/**
 * One that was added while the receiver was away brings the state in which both of them are members: else nobody might be
 * there who could say so. The core takes no other, and what it takes names the disk of this very monitor.
 */
function introducesItself({ clusterId, message }: Envelope, receiver: Receiver): boolean {
  if (clusterId === null || clusterId !== receiver.clusterId) return false;
  return message.kind === "consensus" && message.message.kind === "genesis";
}

/**
 * Elections without a pause would take half a year for so many. Terms are taken over from whoever is
 * ahead, and the register of a host has room for 32 bits of them: one message must not use them up.
 */
const LONGEST_LEAP = 2 ** 24;

function termsAhead({ message }: Envelope, own: number): number {
  return message.kind === "consensus" ? message.message.term - own : 0;
}

function refused(from: string | null, refusal: Refusal, reason: string): Admission {
  return { kind: "refused", from, refusal, reason };
}

const KEPT_MS = 10_000;
const KEPT_AT_MOST = 32;
/** Reasons hold what a sender says of itself: one who says something else each time is told of now and then. */
const TOLD_EVERY_MS = 5_000;

interface Refused {
  readonly reason: string;
  readonly at: Instant;
  readonly told: { readonly reason: string; readonly at: Instant };
}

/** Recent refusals, one for each sender; bounded, whoever knocks. */
export class Refusals {
  readonly #recent = new Map<string, Refused>();

  /** Whether it is worth telling: not the same again, and not one of too many. */
  add(from: string | null, reason: string, now: Instant): boolean {
    this.#forget(now);
    const key = from ?? "?";
    const told = this.#recent.get(key)?.told;
    const isNews = told === undefined || (told.reason !== reason && now - told.at >= TOLD_EVERY_MS);
    this.#recent.delete(key);
    this.#recent.set(key, { reason, at: now, told: isNews ? { reason, at: now } : told });
    const [oldest] = this.#recent.keys();
    const isFull = this.#recent.size > KEPT_AT_MOST;
    if (isFull && oldest !== undefined) this.#recent.delete(oldest);
    return !isFull && isNews;
  }

  list(now: Instant): readonly { readonly from: string; readonly reason: string }[] {
    this.#forget(now);
    return [...this.#recent].map(([from, { reason }]) => ({ from, reason }));
  }

  #forget(now: Instant): void {
    for (const [from, { at }] of this.#recent) {
      if (now - at < KEPT_MS) return; // Those after it are newer.
      this.#recent.delete(from);
    }
  }
}
