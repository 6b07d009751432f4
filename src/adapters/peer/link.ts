/**
 * One peer, as this monitor talks to it: a channel, at most a few calls under way, and what is
 * known of how it answers. Every call has a deadline and is made once; whether something is said
 * again is decided by the protocol above.
 */
import { type ServiceError, status } from "@grpc/grpc-js";
import { messageOf } from "../../errors.ts";
import type { Instant, MonitorName } from "../../core/ids.ts";
import { PROTOCOL, type Envelope, type PeerMessage } from "../../core/messages.ts";
import type { Ack__Output as Ack } from "../gen/mmm/v1/Ack.ts";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import { type HostPort, showAddress } from "./address.ts";
import { openChannel, type PeerChannel, resolve } from "./channel.ts";
import { encodeEnvelope } from "./codec.ts";
import { Outbox } from "./outbox.ts";

export const CALL_DEADLINE_MS = 400;
/** Beyond these, messages wait in the outbox and the newest of a kind wins. */
const CALLS_AT_ONCE = 4;
/** A name is asked for again when its address has not answered for this long. */
const RESOLVE_AGAIN_MS = 5_000;

/** How the last exchange with the peer ended. */
export type Standing =
  | { readonly kind: "new" }
  | { readonly kind: "well" }
  | { readonly kind: "silent"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

export interface LinkOptions {
  readonly address: HostPort;
  /** How this monitor presents itself at the time of sending. */
  readonly self: () => Omit<Envelope, "message" | "protocol">;
  readonly now: () => Instant;
}

export class PeerLink {
  /** null until whoever answers there has said its name. */
  name: MonitorName | null;
  standing: Standing = { kind: "new" };
  /** Since when it has not answered; null while it does. */
  silentSince: Instant | null;
  readonly #options: LinkOptions;
  readonly #outbox = new Outbox();
  #channel: PeerChannel | null = null;
  #calls = 0;
  #closed = false;
  #resolving = false;
  #resolvedAt: Instant = -Infinity;

  constructor(name: MonitorName | null, options: LinkOptions) {
    this.name = name;
    this.#options = options;
    this.silentSince = options.now();
    this.#refresh();
  }

  get address(): string {
    return showAddress(this.#options.address);
  }

  send(message: PeerMessage): void {
    if (this.#closed) return;
    this.#outbox.put(message);
    this.#pump();
  }

  /** Asks who listens there; null when nobody says so in time. */
  identify(): Promise<Identity | null> {
    this.#refresh();
    const client = this.#channel?.client;
    if (client === undefined) return Promise.resolve(null);
    return new Promise((settle) => {
      client.Identify({}, { deadline: deadline() }, (error, identity) => {
        if (error !== null) this.#onError(error);
        else this.#onAnswer();
        settle(error === null ? (identity ?? null) : null);
      });
    });
  }

  /** Resolves when nothing is under way any more, or after one deadline. */
  async drain(): Promise<void> {
    const until = this.#options.now() + CALL_DEADLINE_MS;
    while (this.#calls > 0 && this.#options.now() < until) {
      await new Promise((later) => setTimeout(later, 5));
    }
  }

  close(): void {
    this.#closed = true;
    this.#channel?.close();
    this.#channel = null;
  }

  #pump(): void {
    this.#refresh();
    while (this.#channel !== null && this.#calls < CALLS_AT_ONCE) {
      const message = this.name === null ? null : this.#outbox.take();
      if (message === null || this.name === null) return;
      this.#deliver(this.#channel, this.name, message);
    }
  }

  #deliver({ client }: PeerChannel, to: MonitorName, message: PeerMessage): void {
    const envelope: Envelope = { ...this.#options.self(), protocol: PROTOCOL, message };
    this.#calls += 1;
    client.Deliver(encodeEnvelope({ to, envelope }), { deadline: deadline() }, (error, ack) => {
      this.#calls -= 1;
      if (error !== null) this.#onError(error);
      else if (ack !== undefined) this.#onAck(to, ack);
      if (!this.#closed) this.#pump();
    });
  }

  #onAck(to: MonitorName, ack: Ack): void {
    this.#onAnswer();
    if (ack.name !== to) {
      const text = `whoever answers at ${this.address} is called ${ack.name}, not ${to}`;
      this.standing = { kind: "refused", text };
    } else if (ack.refusal !== "REFUSAL_UNSPECIFIED") {
      this.standing = { kind: "refused", text: ack.reason };
    }
  }

  #onAnswer(): void {
    this.silentSince = null;
    this.standing = { kind: "well" };
  }

  #onError(error: ServiceError): void {
    this.silentSince ??= this.#options.now();
    this.standing = { kind: "silent", text: describe(error) };
  }

  /** Opens the channel, or opens it anew if a name has come to mean another address. */
  #refresh(): void {
    const now = this.#options.now();
    const silentMs = this.silentSince === null ? 0 : now - this.silentSince;
    const wanted = this.#channel === null || silentMs > RESOLVE_AGAIN_MS;
    if (!wanted || this.#closed || this.#resolving) return;
    if (now - this.#resolvedAt < (this.#channel === null ? 500 : RESOLVE_AGAIN_MS)) return;
    this.#resolving = true;
    this.#resolvedAt = now;
    void resolve(this.#options.address)
      .then((ip) => this.#use(ip))
      .catch((error: unknown) => {
        this.standing = { kind: "silent", text: messageOf(error) };
      })
      .finally(() => {
        this.#resolving = false;
      });
  }

  #use(ip: string): void {
    if (this.#closed || this.#channel?.ip === ip) return;
    this.#channel?.close();
    this.#channel = openChannel(ip, this.#options.address.port);
    this.#pump();
  }
}

function deadline(): Date {
  return new Date(Date.now() + CALL_DEADLINE_MS);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ECONNRESET: "connection reset",
};

/** gRPC's own texts are long; the reason for people is short. */
function describe(error: ServiceError): string {
  const system = /\bE[A-Z]{4,}\b/.exec(error.details)?.[0];
  if (system !== undefined) return REASONS[system] ?? system;
  if (error.code === status.DEADLINE_EXCEEDED) return `no answer in ${CALL_DEADLINE_MS} ms`;
  if (error.code === status.UNIMPLEMENTED) return "not a monitor of redis-mmm";
  return status[error.code]?.toLowerCase().replaceAll("_", " ") ?? "unknown error";
}
