/**
 * One peer, as this monitor talks to it: a channel, one open call on it, and what is known of how
 * the peer answers. Everything is said once; whether it is said again is decided by the protocol
 * above. A call that ended is opened anew with the next message.
 */
import { type ServiceError, status } from "@grpc/grpc-js";
import { messageOf } from "../../errors.ts";
import type { Instant, MonitorName, StorageId } from "../../core/ids.ts";
import { PROTOCOL, type Envelope, type PeerMessage } from "../../core/messages.ts";
import type { Ack__Output as Ack } from "../gen/mmm/v1/Ack.ts";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import { credentialsFor, mismatch, type Presented } from "../tls/channel.ts";
import type { TlsIdentity } from "../tls/identity.ts";
import { type HostPort, showAddress } from "./address.ts";
import { PeerCall } from "./call.ts";
import { openChannel, type PeerChannel, resolve } from "./channel.ts";
import { encodeEnvelope } from "./codec.ts";
import { describe, NO_ANSWER } from "./failure.ts";
import { clip } from "./fields.ts";
import { isRefused } from "./knock.ts";
import { Outbox } from "./outbox.ts";

const IDENTIFY_LIMIT_MS = 400;
/** At its end, a monitor waits so long for a peer to have read what was said. */
const DRAIN_LIMIT_MS = 400;
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
  /** What this monitor presents, and whom it trusts, at the time of connecting; null: no TLS. */
  readonly tls: () => TlsIdentity | null;
  /** Of the monitor of that name, as agreed on; null: it is no member. */
  readonly diskOf: (name: MonitorName) => StorageId | null;
  /** Nobody listens there any more. May be told again and again. */
  readonly onGone: (name: MonitorName) => void;
}

export class PeerLink {
  /** null until whoever answers there has said its name. */
  name: MonitorName | null;
  /** What it last showed of itself; null: nothing yet, or there is no TLS. */
  presented: Presented | null = null;
  standing: Standing = { kind: "new" };
  /** Since when it has not answered; null while it does. */
  silentSince: Instant | null;
  /** Of whoever answers; null: it has not told. */
  #disk: StorageId | null = null;
  readonly #options: LinkOptions;
  readonly #outbox = new Outbox();
  #channel: PeerChannel | null = null;
  #call: PeerCall | null = null;
  #isKnocking = false;
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

  /** The same with what its name was found to mean; null: nothing yet. */
  get dialled(): string | null {
    if (this.#channel === null) return null;
    return showAddress({ host: this.#channel.ip, port: this.#options.address.port });
  }

  /** Whoever answers is called so, and is not the one that was agreed on: its disk is another. */
  get isOther(): boolean {
    const agreed = this.name === null ? null : this.#options.diskOf(this.name);
    return this.#disk !== null && agreed !== null && this.#disk !== agreed;
  }

  /** Whoever answers has told which disk it has. */
  get hasToldItsDisk(): boolean {
    return this.#disk !== null;
  }

  send(message: PeerMessage): void {
    if (this.#closed) return;
    this.#outbox.put(message);
    this.#pump();
  }

  /** Asks who listens there; null when nobody says so in time. */
  identify(): Promise<Identity | null> {
    this.#refresh();
    const channel = this.#channel;
    if (channel === null) return Promise.resolve(null);
    const { client } = channel;
    const wasReady = channel.isReady();
    return new Promise((settle) => {
      const deadline = Date.now() + IDENTIFY_LIMIT_MS;
      client.Identify({}, { deadline }, (error, identity) => {
        if (error === null) this.#onAnswer(identity?.storageId);
        else this.#onError(error);
        // There is no call yet that would notice that the connection is dead; one that is new may be slow.
        if (wasReady && error?.code === status.DEADLINE_EXCEEDED) channel.drop(NO_ANSWER);
        settle(error === null ? (identity ?? null) : null);
      });
    });
  }

  /** Resolves when the peer has read everything, or after a limit. */
  async drain(): Promise<void> {
    const until = this.#options.now() + DRAIN_LIMIT_MS;
    while (this.#call !== null && this.#options.now() < until) {
      if (this.#outbox.size === 0) this.#call.finish();
      await new Promise((later) => setTimeout(later, 5));
    }
  }

  /** Connects anew, with the certificate that is in force now. */
  renew(): void {
    if (this.#channel !== null) this.#connect(this.#channel.ip);
  }

  close(): void {
    this.#closed = true;
    this.#hangUp();
    this.#channel?.close();
    this.#channel = null;
  }

  #hangUp(): void {
    this.#call?.cancel();
    this.#call = null;
  }

  #pump(): void {
    this.#refresh();
    const { name } = this;
    if (this.#channel === null || name === null) return;
    while (this.#outbox.size > 0) {
      this.#call ??= this.#open(this.#channel, name);
      const message = this.#call.hasRoom ? this.#outbox.take() : null;
      if (message === null) return;
      const envelope: Envelope = { ...this.#options.self(), protocol: PROTOCOL, message };
      this.#call.write(encodeEnvelope({ to: name, envelope }));
    }
  }

  #open({ client }: PeerChannel, to: MonitorName): PeerCall {
    return new PeerCall(client.Exchange(), {
      onAck: (ack) => this.#onAck(to, ack),
      onRoom: () => this.#pump(),
      onSilence: () => this.#giveUp(),
      onEnd: (error) => {
        this.#call = null;
        if (error === null) {
          this.#onSilence("it is ending");
          return;
        }
        this.#onError(error);
        // A call that breaks off may mean that nobody is there any more.
        void this.#knock();
      },
    });
  }

  #onAck(to: MonitorName, ack: Ack): void {
    this.#onAnswer(ack.storageId);
    if (ack.name !== to) {
      const text = `whoever answers at ${this.address} is called ${clip(ack.name)}, not ${to}`;
      this.standing = { kind: "refused", text };
    } else if (ack.refusal !== "REFUSAL_UNSPECIFIED") {
      this.standing = { kind: "refused", text: clip(ack.reason) };
    } else if (this.isOther) {
      const text = `whoever answers at ${this.address} has another data directory than the ${to} that was agreed on`;
      this.standing = { kind: "refused", text };
    }
  }

  /** @param disk empty: it is of a version that does not tell */
  #onAnswer(disk = ""): void {
    this.#disk = disk === "" ? null : disk;
    this.silentSince = null;
    this.standing = { kind: "well" };
  }

  #onError(error: ServiceError): void {
    this.#onSilence(describe(error));
  }

  /** The peer stands still, or the way there is cut: another connection may find it well. */
  #giveUp(): void {
    this.#hangUp();
    this.#onSilence(NO_ANSWER);
    this.#channel?.drop(NO_ANSWER);
  }

  /** One at a time: behind a silent partition each waits for its limit, and calls break off more often. */
  async #knock(): Promise<void> {
    if (this.#channel === null || this.#isKnocking) return;
    this.#isKnocking = true;
    const refused = await isRefused(this.#channel.ip, this.#options.address.port);
    this.#isKnocking = false;
    if (refused && this.name !== null && !this.#closed) this.#options.onGone(this.name);
  }

  #onSilence(text: string): void {
    this.silentSince ??= this.#options.now();
    this.standing = { kind: "silent", text };
  }

  /** Opens the channel, or opens it anew if a name has come to mean another address. */
  #refresh(): void {
    const now = this.#options.now();
    const silentMs = this.silentSince === null ? 0 : now - this.silentSince;
    const wanted = this.#channel === null || silentMs > RESOLVE_AGAIN_MS || this.isOther;
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
    if (!this.#closed && this.#channel?.ip !== ip) this.#connect(ip);
  }

  #connect(ip: string): void {
    const { tls, address } = this.#options;
    const security = credentialsFor(tls(), (presented) => this.#check(presented));
    this.#hangUp();
    this.#disk = null;
    this.#channel?.close();
    this.#channel = openChannel(ip, address.port, security);
    this.#pump();
  }

  /** Why whoever answers is not the one that is wanted; null: it is. */
  #check(presented: Presented): string | null {
    const why = mismatch(presented.name, this.name);
    if (why === null) this.presented = presented;
    return why;
  }
}
