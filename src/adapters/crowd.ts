/**
 * How many may come in from one address, at a time and how fast. Without it, one host that opens
 * connections as fast as it can would take every place there is, and the time in which this monitor
 * should answer its peers. A peer needs two or three connections, a person one each time.
 */
import type { Server, Socket } from "node:net";
import type { Instant } from "../core/ids.ts";

export interface CrowdLimits {
  /** Open connections of one address. */
  readonly most: number;
  /** New ones in a second; as many may come at once. */
  readonly perSecond: number;
}

interface Visitor {
  open: number;
  /** New connections that it may still make, as of `at`. */
  left: number;
  at: Instant;
}

/** Who has one address of IPv6 has its whole network: 2^64 of them. */
export function placeOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 4 }, () => "0");
  return [...groups, ...zeros].slice(0, 4).join(":");
}

/**
 * Whoever is too many is closed as it comes, without a word. Those who come through a socket of this host are from one
 * place.
 * @param onRefused called before that
 */
export function keepCrowdOut(
  server: Server,
  limits: CrowdLimits,
  onRefused?: (socket: Socket) => void,
): Crowd {
  const crowd = new Crowd(limits);
  server.on("connection", (socket: Socket) => {
    const place = placeOf(socket.remoteAddress ?? "");
    if (crowd.enter(place, performance.now())) {
      socket.once("close", () => crowd.leave(place));
      return;
    }
    onRefused?.(socket);
    socket.destroy();
  });
  return crowd;
}

/** Of so many addresses something is remembered while nothing of them is open. */
const REMEMBERED = 1_024;

export class Crowd {
  readonly #limits: CrowdLimits;
  readonly #visitors = new Map<string, Visitor>();

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
  }

  /** Whether one more may come in; whoever does must `leave`. `now` is in milliseconds. */
  enter(address: string, now: Instant): boolean {
    const { most, perSecond } = this.#limits;
    const visitor = this.#visitors.get(address) ?? { open: 0, left: perSecond, at: now };
    const earned = ((now - visitor.at) * perSecond) / 1_000;
    visitor.left = Math.min(perSecond, visitor.left + earned);
    visitor.at = now;
    this.#remember(address, visitor);
    if (visitor.open >= most || visitor.left < 1) return false;
    visitor.left -= 1;
    visitor.open += 1;
    return true;
  }

  leave(address: string): void {
    const visitor = this.#visitors.get(address);
    if (visitor !== undefined) visitor.open -= 1;
  }

  /** What it did counts as so many connections more; it pays them off within a second. */
  charge(address: string, connections: number): void {
    const visitor = this.#visitors.get(address);
    if (visitor === undefined) return;
    visitor.left = Math.max(visitor.left - connections, -this.#limits.perSecond);
  }

  /** The address that was heard of last stands last. */
  #remember(address: string, visitor: Visitor): void {
    this.#visitors.delete(address);
    this.#visitors.set(address, visitor);
    if (this.#visitors.size <= REMEMBERED) return;
    for (const [oldest, { open }] of this.#visitors) {
      if (open > 0) continue;
      this.#visitors.delete(oldest);
      return;
    }
  }
}
