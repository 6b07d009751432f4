/**
 * Probes of Redis nodes: PING, mostly with INFO, over one kept connection per node. A probe always ends,
 * with a value, at its deadline; it is never repeated here, and it only reads.
 */
import type { ProbeDepth, ProbeResult } from "../../core/health/types.ts";
import type { GroupName, NodeName } from "../../core/ids.ts";
import type { Target } from "../../core/io.ts";
import type { Prober } from "../../ports.ts";
import type { Credentials } from "./connection.ts";
import { shorten } from "./failure.ts";
import { NodeWatch } from "./node-watch.ts";

/** What a node must present and expect; asked anew for each connection. */
export type CredentialsOf = (target: Target) => Credentials;

export type LostListener = (group: GroupName, node: NodeName) => void;

/** A node that nobody asked about for this long is no longer in the configuration. */
const FORGET_AFTER_MS = 60_000;

interface Entry {
  readonly watch: NodeWatch;
  askedAt: number;
}

export class RedisProbes implements Prober {
  readonly #credentialsOf: CredentialsOf;
  readonly #entries = new Map<string, Entry>();
  #onLost: LostListener = () => {};
  #sweptAt = performance.now();
  #isClosed = false;

  constructor(credentialsOf: CredentialsOf) {
    this.#credentialsOf = credentialsOf;
  }

  /** Called as soon as a kept connection that had answered closes: a killed Redis, within a ms. */
  onLost(listener: LostListener): void {
    this.#onLost = listener;
  }

  /** Never throws, and ends at the deadline at the latest. */
  async probe(target: Target, depth: ProbeDepth, deadlineMs: number): Promise<ProbeResult> {
    if (this.#isClosed) return { kind: "garbled", text: "this monitor is ending" };
    this.#sweep();
    try {
      return await this.#watchOf(target).probe(depth, deadlineMs);
    } catch (error) {
      // Ours: a password file that cannot be read, a certificate that is none. No testimony.
      return { kind: "garbled", text: shorten(`probe failed: ${String(error)}`) };
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { watch } of this.#entries.values()) watch.close();
    this.#entries.clear();
  }

  #watchOf(target: Target): NodeWatch {
    const key = `${target.group}/${target.node}`;
    const known = this.#entries.get(key);
    const now = performance.now();
    if (known !== undefined && isSamePlace(known.watch, target)) {
      known.askedAt = now;
      return known.watch;
    }
    known?.watch.close();
    const watch = this.#newWatch(target);
    this.#entries.set(key, { watch, askedAt: now });
    return watch;
  }

  #newWatch(target: Target): NodeWatch {
    const { address, port, group, node } = target;
    return new NodeWatch(
      { address, port },
      () => this.#credentialsOf(target),
      () => this.#onLost(group, node),
    );
  }

  #sweep(): void {
    const now = performance.now();
    if (now - this.#sweptAt < FORGET_AFTER_MS) return;
    for (const [key, { watch, askedAt }] of this.#entries) {
      if (now - askedAt < FORGET_AFTER_MS) continue;
      watch.close();
      this.#entries.delete(key);
    }
    this.#sweptAt = now;
  }
}

function isSamePlace(watch: NodeWatch, target: Target): boolean {
  return watch.watched.address === target.address && watch.watched.port === target.port;
}
