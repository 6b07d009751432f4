/**
 * All peers of this monitor, by name. A peer may be configured by address only; it is then asked
 * for its name, and the core is told. What is wrong with a peer is kept for the status.
 */
import { isIP } from "node:net";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import type { Instant, MonitorName } from "../../core/ids.ts";
import type { PeerMessage } from "../../core/messages.ts";
import type { Member } from "../../core/state.ts";
import type { PeerSender } from "../../ports.ts";
import type { Validity } from "../tls/validity.ts";
import { isMonitorName, parseHostPort, type PeerAddress } from "./address.ts";
import { type LinkOptions, PeerLink } from "./link.ts";
import { Search } from "./search.ts";

const IDENTIFY_EVERY_MS = 500;
/** A peer that was silent this long is looked for at another address, if one is known. */
const MOVED_AFTER_MS = 2_000;

export interface PeersOptions extends Omit<LinkOptions, "address" | "diskOf"> {
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
  /** Where each was agreed to be, at last, and with which disk. */
  readonly #agreed = new Map<MonitorName, Member>();
  /** Where the file says that they are, as soon as it is known who that is. */
  readonly #filed = new Map<MonitorName, string>();
  /** For those that do not answer. */
  readonly #searches = new Map<MonitorName, Search>();
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
    for (const peer of options.configured) {
      const link = this.#open(peer);
      this.#links.push(link);
      this.#configured.add(link);
      if (peer.name !== null) this.#filed.set(peer.name, link.address);
    }
  }

  /** Begins to talk to them. */
  start(): void {
    for (const link of this.#links.slice()) if (link.name !== null) this.#tellOf(link, link.name);
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
      diskOf: (of) => this.#agreed.get(of)?.storageId ?? null,
      // Where somebody was that has the name no more, it means nothing that nobody is there.
      onGone: (gone) => {
        if (this.#links.includes(link)) this.#options.onGone(gone);
      },
    });
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
  agree(member: Member): void {
    const { name, address } = member;
    const before = this.#agreed.get(name)?.address;
    this.#agreed.set(name, member);
    if (before === undefined || before === address) this.meet(name, address);
    else if (name !== this.#options.name) this.#lookAt(name, address);
  }

  #lookAt(name: MonitorName, address: string): void {
    const known = this.#find(name);
    const parsed = parseHostPort(address);
    if (known?.address === address || parsed === null) return;
    // One without a name there is about to say it.
    const isAsked = this.#links.some((link) => link.name === null && link.address === address);
    if (!isAsked) this.#use(this.#open({ name, ...parsed }), name);
    else if (known !== undefined) this.#leave(known, name);
  }

  /** In the place of the one that had the name, if there is one. */
  #use(link: PeerLink, name: MonitorName): void {
    const former = this.#find(name);
    if (former !== undefined) this.#leave(former, name);
    if (former !== undefined && this.#configured.has(former)) this.#configured.add(link);
    if (!this.#links.includes(link)) this.#links.push(link);
    link.name = name;
    this.#tellOf(link, name);
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
    const link = this.#find(to);
    link?.send(message);
    if (isFarewell(message)) this.#former.get(to)?.send(message);
    if (link !== undefined) this.#seek(link, to);
  }

  /**
   * One that does not answer may be where the file says, or where it was agreed to be: the one that is talked to now may
   * be what stood in either of them before it moved, or what a person asked for in vain.
   */
  #seek(link: PeerLink, name: MonitorName): void {
    const isLost = link.isOther || isSilent(link, this.#options.now());
    const places = isLost ? this.#placesBeside(link, name) : [];
    if (places.length > 0) this.#searchFor(name).at(places);
    else this.#endSearch(name);
  }

  #placesBeside({ address }: PeerLink, name: MonitorName): readonly string[] {
    const places = [this.#filed.get(name), this.#agreed.get(name)?.address];
    const others = places.flatMap((place) =>
      place === undefined || place === address ? [] : [place],
    );
    return [...new Set(others)];
  }

  #searchFor(name: MonitorName): Search {
    const known = this.#searches.get(name);
    if (known !== undefined) return known;
    const search = new Search({
      now: this.#options.now,
      open: (place) => {
        const parsed = parseHostPort(place);
        return parsed === null ? null : this.#open({ name, ...parsed });
      },
      isIt: (link, identity) => identity.name === name && this.#isBetter(link, name),
      onFound: (link) => this.#use(link, name),
    });
    this.#searches.set(name, search);
    return search;
  }

  #endSearch(name: MonitorName): void {
    this.#searches.get(name)?.close();
    this.#searches.delete(name);
  }

  /** One that answers is left only for the one that was agreed on. */
  #isBetter(link: PeerLink, name: MonitorName): boolean {
    const present = this.#find(name);
    if (link.isOther || present === undefined) return false;
    return present.silentSince !== null || (present.isOther && link.hasToldItsDisk);
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
    for (const name of this.#searches.keys()) this.#endSearch(name);
    for (const link of this.#all()) link.renew();
  }

  /** Resolves when what was sent has left or cannot leave. */
  async drain(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.drain()));
  }

  close(): void {
    this.#stopAsking();
    for (const name of this.#searches.keys()) this.#endSearch(name);
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
    const clash = this.#clashOf(link, identity);
    if (clash !== null) {
      this.#clashes.set(link, clash);
      return;
    }
    this.#clashes.delete(link);
    this.#filed.set(identity.name, link.address);
    this.#use(link, identity.name);
  }

  #clashOf(link: PeerLink, { name, storageId }: Identity): string | null {
    if (!isMonitorName(name)) return `whoever answers at ${link.address} gives no usable name`;
    const { presented } = link;
    if (presented !== null && presented.name !== name) {
      return `whoever answers at ${link.address} calls itself ${name}, with the certificate of ${presented.name}`;
    }
    if (name === this.#options.name) {
      return `the monitor at ${link.address} is called ${name}, as this one is: give each its own --name`;
    }
    const other = this.#find(name);
    if (other === undefined || this.#isNearer(other, name, storageId)) return null;
    return `the monitors at ${link.address} and ${other.address} are both called ${name}`;
  }

  /**
   * Where the file names nobody, and the state names one that does not answer: now it answers where the file says. And
   * whoever has the disk that was agreed on has the name, too.
   */
  #isNearer(other: PeerLink, name: MonitorName, storageId: string): boolean {
    const agreed = this.#agreed.get(name)?.storageId;
    if (storageId !== "" && agreed !== undefined && storageId !== agreed) return false;
    return other.isOther || (!this.#configured.has(other) && other.silentSince !== null);
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
