/**
 * Looks for one peer at the places where else it may be, while it does not answer where it is talked to. There it is
 * only asked who it is, so that nobody is left before it is certain who is where.
 */
import type { Instant } from "../../core/ids.ts";
import type { Identity__Output as Identity } from "../gen/mmm/v1/Identity.ts";
import type { PeerLink } from "./link.ts";

const ASK_EVERY_MS = 500;

export interface SearchOptions {
  readonly now: () => Instant;
  /** @param place `HOST:PORT` */
  readonly open: (place: string) => PeerLink | null;
  /** Whether the one that was looked for has answered. */
  readonly isIt: (link: PeerLink, identity: Identity) => boolean;
  /** That link is the search's no more. */
  readonly onFound: (link: PeerLink) => void;
}

export class Search {
  readonly #options: SearchOptions;
  readonly #links = new Map<string, PeerLink>();
  #askedAt: Instant = -Infinity;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** To be called again and again: it asks now and then. */
  at(places: readonly string[]): void {
    const now = this.#options.now();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    for (const place of this.#links.keys()) if (!places.includes(place)) this.#close(place);
    for (const place of places) void this.#ask(place);
  }

  close(): void {
    for (const place of this.#links.keys()) this.#close(place);
  }

  async #ask(place: string): Promise<void> {
    const link = this.#links.get(place) ?? this.#options.open(place);
    if (link === null) return;
    this.#links.set(place, link);
    const identity = await link.identify();
    if (identity === null || this.#links.get(place) !== link) return;
    if (!this.#options.isIt(link, identity)) return;
    this.#links.delete(place);
    this.#options.onFound(link);
  }

  #close(place: string): void {
    this.#links.get(place)?.close();
    this.#links.delete(place);
  }
}
