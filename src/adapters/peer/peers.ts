/**
 * All peers of this monitor, by name. A peer may be configured by address only; it is then asked
 * for its name, and the core is told. What is wrong with a peer is kept for the status.
 */
import { isIP } from "node:net";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import type { Instant, MonitorName } from "../../core/ids.ts";
import type { PeerMessage } from "../../core/messages.ts";
import type { PeerSender } from "../../ports.ts";
import type { Validity } from "../tls/validity.ts";
import { isMonitorName, parseHostPort, type PeerAddress } from "./address.ts";
import { type LinkOptions, PeerLink } from "./link.ts";

const IDENTIFY_EVERY_MS = 500;
/** A peer that was silent this long is looked for at another address, if one is known. */
const MOVED_AFTER_MS = 2_000;

export interface PeersOptions extends Omit<LinkOptions, "address"> {
  readonly name: MonitorName;
  /** Whom the file names. */
  readonly configured: readonly PeerAddress[];
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
  /** false: it is talked to because somebody wants to add it, or because it was agreed to be a member. */
  readonly configured: boolean;
}

export class Peers implements PeerSender {
  readonly #options: PeersOptions;
  #links: PeerLink[] = [];
  /** Where each was agreed to be, at last. */
  readonly #agreed = new Map<MonitorName, string>();
  /** To whoever had the name before: see `send`. */
  readonly #former = new Map<MonitorName, PeerLink>();
  readonly #clashes = new Map<PeerLink, string>();
  /** Those that stand in the file, wherever they are by now. */
  readonly #configured = new WeakSet<PeerLink>();
  /** Runs while a peer is nameless. */
  #timer: NodeJS.Timeout | null = null;

  /** From here on it is known whom the file names: none of them is a stranger, or first looked for where a state has it. */
  constructor(options: PeersOptions) {
    this.#options = options;
    for (const peer of options.configured) this.#configured.add(this.#open(peer));
  }

  /** Begins to talk to them. */
  start(): void {
    for (const link of [...this.#links]) if (link.name !== null) this.#tellOf(link, link.name);
    const isAnyNameless = this.#links.some(({ name }) => name === null);
    if (isAnyNameless)
      this.#timer = setInterval(() => this.#identifyNameless(), IDENTIFY_EVERY_MS).unref();
  }

  #tellOf({ address }: PeerLink, name: MonitorName): void {
    this.#options.onFound(name, address);
  }

  #open({ name, host, port }: PeerAddress): PeerLink {
    const link = new PeerLink(name, {
      ...this.#options,
      address: { host, port },
      // Where somebody was that has the name no more, it means nothing that nobody is there.
      onGone: (gone) => {
        if (this.#links.includes(link)) this.#options.onGone(gone);
      },
    });
    this.#links.push(link);
    return link;
  }

  /**
   * Whom an operator wants to add: one that is not configured here is talked to all the same, and one
   * that is silent where it is talked to is looked for at this address.
   */
  meet(name: MonitorName, address: string): void {
    if (name === this.#options.name) return;
    const known = this.#find(name);
    if (known === undefined || isSilent(known, this.#options.now())) this.#lookAt(name, address);
  }

  /**
   * The agreed members, likewise. One whose address was agreed to be another than before is talked to
   * there at once, though somebody may still answer where it was: the name may be another's now. What
   * was agreed on first is no such change: until then, it is known better where it answers.
   */
  agree(name: MonitorName, address: string): void {
    const before = this.#agreed.get(name);
    this.#agreed.set(name, address);
    if (before === undefined || before === address) this.meet(name, address);
    else if (name !== this.#options.name) this.#lookAt(name, address);
  }

  #lookAt(name: MonitorName, address: string): void {
    const known = this.#find(name);
    const parsed = parseHostPort(address);
    if (known?.address === address || parsed === null) return;
    if (known !== undefined) this.#leave(known, name);
    // One without a name there is about to say it.
    const isAsked = this.#links.some((link) => link.name === null && link.address === address);
    if (isAsked) return;
    const link = this.#open({ name, ...parsed });
    this.#tellOf(link, name);
    if (known !== undefined && this.#configured.has(known)) this.#configured.add(link);
  }

  #leave(link: PeerLink, name: MonitorName): void {
    this.#links = this.#links.filter((each) => each !== link);
    this.#clashes.delete(link);
    this.#former.get(name)?.close();
    this.#former.set(name, link);
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

  /**
   * A farewell is for whoever was called so and is not any more. It may well run on where it was, and
   * without that word it would go on asking for votes, in the name of the one that took its place.
   */
  send(to: MonitorName, message: PeerMessage): void {
    this.#find(to)?.send(message);
    if (isFarewell(message)) this.#former.get(to)?.send(message);
  }

  reports(): readonly PeerReport[] {
    const now = this.#options.now();
    return this.#links.map((link) => ({
      name: link.name,
      address: link.address,
      silentMs: link.silentSince === null ? null : Math.round(now - link.silentSince),
      problem: this.#clashes.get(link) ?? problemOf(link),
      validity: link.presented?.validity ?? null,
      configured: this.#configured.has(link),
    }));
  }

  /** Connects to all of them anew, with the certificate that is in force now. */
  renew(): void {
    for (const link of this.#all()) link.renew();
  }

  /** Resolves when what was sent has left or cannot leave. */
  async drain(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.drain()));
  }

  close(): void {
    this.#stopAsking();
    for (const link of this.#all()) link.close();
  }

  #all(): readonly PeerLink[] {
    return [...this.#links, ...this.#former.values()];
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
    const former = this.#find(identity.name);
    if (former !== undefined) this.#leave(former, identity.name);
    link.name = identity.name;
    this.#tellOf(link, identity.name);
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
    if (other === undefined || this.#hasMoved(other)) return null;
    return `the monitors at ${link.address} and ${other.address} are both called ${name}`;
  }

  /** Where the file names nobody, and the state names one that does not answer: now it answers where the file says. */
  #hasMoved(link: PeerLink): boolean {
    return !this.#configured.has(link) && link.silentSince !== null;
  }
}

function isSilent({ silentSince }: PeerLink, now: Instant): boolean {
  return silentSince !== null && now - silentSince >= MOVED_AFTER_MS;
}

function isFarewell(message: PeerMessage): boolean {
  return message.kind === "consensus" && message.message.kind === "farewell";
}

function problemOf(link: PeerLink): string | null {
  const { standing } = link;
  return standing.kind === "silent" || standing.kind === "refused" ? standing.text : null;
}
