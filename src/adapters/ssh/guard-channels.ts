/**
 * The guards of all hosts: one kept channel for each, opened early, because a login takes from a
 * tenth of a second to fourteen.
 */
import type { Target } from "../../core/io.ts";
import type { GuardProblem, GuardRequest, GuardResult } from "../../core/vip/types.ts";
import type { GuardCaller } from "../../ports.ts";
import { readPackaged } from "../packaged.ts";
import type { GuardMode } from "./guard-link.ts";
import { HostChannel } from "./host-channel.ts";

export interface GuardChannelsOptions {
  /** Paths of the private keys for a host, to be tried in turn. */
  readonly privateKeysOf: (target: Target) => readonly string[];
  /** Of the keys of a host; null, or absent: they are not encrypted. */
  readonly passphraseOf?: (target: Target) => string | null;
  /** Path of the known_hosts file. */
  readonly knownHosts: string;
  readonly guardMode: "auto" | "installed" | "inline";
  readonly onEvent?: (event: ChannelEvent) => void;
  /** The guard's text, if it is not to be read from this package. */
  readonly guardScript?: string;
}

export type ChannelEvent =
  | {
      readonly kind: "opened";
      readonly target: Target;
      readonly mode: GuardMode;
      readonly ms: number;
    }
  | {
      readonly kind: "lost";
      readonly target: Target;
      readonly problem: GuardProblem;
      readonly text: string;
    };

export class GuardChannels implements GuardCaller {
  readonly #options: GuardChannelsOptions;
  readonly #script: string;
  readonly #hosts = new Map<string, HostChannel>();
  #closed = false;

  constructor(options: GuardChannelsOptions) {
    this.#options = options;
    this.#script = options.guardScript ?? readPackaged("scripts/guard");
  }

  /**
   * One attempt; `deadlineMs` includes the wait for a channel and for the answers to earlier
   * requests to that host. Never rejects.
   */
  request(target: Target, request: GuardRequest, deadlineMs: number): Promise<GuardResult> {
    if (this.#closed) {
      return Promise.resolve({ kind: "unsent", problem: "closed", text: "the monitor is ending" });
    }
    return this.#channelTo(target).request(request, deadlineMs);
  }

  /** Opens the channels that are not open, and closes those to hosts that are not listed. */
  warm(targets: readonly Target[]): void {
    if (this.#closed) return;
    const wanted = new Set(targets.map((target) => this.#keyOf(target)));
    for (const [key, channel] of this.#hosts) {
      if (wanted.has(key)) continue;
      channel.close();
      this.#hosts.delete(key);
    }
    for (const target of targets) this.#channelTo(target).keep();
  }

  close(): void {
    this.#closed = true;
    for (const channel of this.#hosts.values()) channel.close();
    this.#hosts.clear();
  }

  #channelTo(target: Target): HostChannel {
    const key = this.#keyOf(target);
    let channel = this.#hosts.get(key);
    if (channel === undefined) {
      channel = this.#newChannel(target);
      this.#hosts.set(key, channel);
    }
    return channel;
  }

  #newChannel(target: Target): HostChannel {
    const { privateKeysOf, passphraseOf, knownHosts, guardMode, onEvent } = this.#options;
    const passphrase = () => passphraseOf?.(target) ?? null;
    return new HostChannel(target, {
      files: { privateKeys: privateKeysOf(target), knownHosts, passphrase },
      wanted: guardMode,
      script: this.#script,
      onOpen: (host, mode, ms) => onEvent?.({ kind: "opened", target: host, mode, ms }),
      onLost: (host, problem, text) => onEvent?.({ kind: "lost", target: host, problem, text }),
    });
  }

  /** Groups that share a host, and log in to it alike, share its channel. */
  #keyOf(target: Target): string {
    const { address, sshPort, sshUser, sshHostKey } = target;
    const keys = this.#options.privateKeysOf(target);
    return JSON.stringify([address, sshPort, sshUser, sshHostKey, ...keys]);
  }
}
