/**
 * All peers of this monitor, by name. A peer may be configured by address only; it is then asked
 * for its name, and the core is told. What is wrong with a peer is kept for the status.
 */
import { isIP } from "node:net";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import type { MonitorName } from "../../core/ids.ts";
import type { PeerMessage } from "../../core/messages.ts";
import type { PeerSender } from "../../ports.ts";
import type { Validity } from "../tls/validity.ts";
import { isMonitorName, parseHostPort, type PeerAddress } from "./address.ts";
import { type LinkOptions, PeerLink } from "./link.ts";

const IDENTIFY_EVERY_MS = 500;
/** A peer that was silent this long is looked for at another address, if one was agreed on. */
const MOVED_AFTER_MS = 2_000;

export interface PeersOptions extends Omit<LinkOptions, "address"> {
  readonly name: MonitorName;
  /** Called once for each peer, as soon as its name is known. */
  readonly onFound: (name: MonitorName, address: string) => void;
}

/** One peer as the status shows it. */
export interface PeerReport {
  readonly name: MonitorName | null;
  readonly address: string;
  /** null: it answers. */
  readonly silentMs: number | null;
  /** null: nothing is wrong with it. */
  readonly problem: string | null;
  /** Of the certificate that it presented; null: none. */
  readonly validity: Validity | null;
}

export class Peers implements PeerSender {
  readonly #options: PeersOptions;
  #links: PeerLink[] = [];
  readonly #clashes = new Map<PeerLink, string>();
  /** Runs while a peer is nameless. */
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** Adds a configured peer. */
  add({ name, host, port }: PeerAddress): void {
    const link = new PeerLink(name, { ...this.#options, address: { host, port } });
    this.#links.push(link);
    if (name !== null) this.#options.onFound(name, link.address);
    else this.#timer ??= setInterval(() => this.#identifyNameless(), IDENTIFY_EVERY_MS).unref();
  }

  /**
   * The agreed members, and whom an operator wants to add: those that are not configured here are
   * talked to all the same, and one that is silent where it is configured, where it was agreed on.
   */
  meet(name: MonitorName, address: string): void {
    if (name === this.#options.name) return;
    const known = this.#find(name);
    if (known !== undefined && !this.#hasMoved(known, address)) return;
    if (known !== undefined) this.#drop(known);
    const parsed = parseHostPort(address);
    if (parsed === null || this.#links.some((link) => link.address === address)) return;
    this.add({ name, ...parsed });
  }

  #hasMoved(link: PeerLink, address: string): boolean {
    if (link.address === address || link.silentSince === null) return false;
    return this.#options.now() - link.silentSince >= MOVED_AFTER_MS;
  }

  #drop(link: PeerLink): void {
    link.close();
    this.#clashes.delete(link);
    this.#links = this.#links.filter((each) => each !== link);
  }

  /** Whether messages of this monitor are taken: while a peer is nameless it might be anyone. */
  knows(name: MonitorName): boolean {
    return this.#links.some((link) => link.name === name || link.name === null);
  }

  addressOf(name: MonitorName): string | null {
    return this.#find(name)?.address ?? null;
  }

  /** Where the peer of this address is talked to, without a name; null: its name is not known to any name server yet. */
  dialled(address: string): string | null {
    const parsed = parseHostPort(address);
    if (parsed === null || isIP(parsed.host) !== 0) return address;
    return this.#links.find((link) => link.address === address)?.dialled ?? null;
  }

  send(to: MonitorName, message: PeerMessage): void {
    this.#find(to)?.send(message);
  }

  reports(): readonly PeerReport[] {
    const now = this.#options.now();
    return this.#links.map((link) => ({
      name: link.name,
      address: link.address,
      silentMs: link.silentSince === null ? null : Math.round(now - link.silentSince),
      problem: this.#clashes.get(link) ?? problemOf(link),
      validity: link.presented?.validity ?? null,
    }));
  }

  /** Connects to all of them anew, with the certificate that is in force now. */
  renew(): void {
    for (const link of this.#links) link.renew();
  }

  /** Resolves when what was sent has left or cannot leave. */
  async drain(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.drain()));
  }

  close(): void {
    this.#stopAsking();
    for (const link of this.#links) link.close();
  }

  #find(name: MonitorName): PeerLink | undefined {
    return this.#links.find((link) => link.name === name);
  }

  #identifyNameless(): void {
    const nameless = this.#links.filter((link) => link.name === null);
    if (nameless.length === 0) this.#stopAsking();
    for (const link of nameless)
      void link.identify().then((identity) => this.#onIdentity(link, identity));
  }

  #stopAsking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #onIdentity(link: PeerLink, identity: Identity | null): void {
    if (identity === null || link.name !== null) return;
    const clash = this.#clashOf(link, identity.name);
    if (clash !== null) {
      this.#clashes.set(link, clash);
      return;
    }
    this.#clashes.delete(link);
    link.name = identity.name;
    this.#options.onFound(identity.name, link.address);
  }

  #clashOf(link: PeerLink, name: string): string | null {
    if (!isMonitorName(name)) return `whoever answers at ${link.address} gives no usable name`;
    const { presented } = link;
    if (presented !== null && presented.name !== name) {
      return `whoever answers at ${link.address} calls itself ${name}, with the certificate of ${presented.name}`;
    }
    if (name === this.#options.name) {
      return `the monitor at ${link.address} is called ${name}, as this one is: give each its own --name`;
    }
    const other = this.#find(name);
    if (other === undefined) return null;
    return `the monitors at ${link.address} and ${other.address} are both called ${name}`;
  }
}

function problemOf(link: PeerLink): string | null {
  const { standing } = link;
  return standing.kind === "silent" || standing.kind === "refused" ? standing.text : null;
}
