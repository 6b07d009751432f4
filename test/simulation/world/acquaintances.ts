/**
 * Whom each monitor talks to, and lets in: those whom its file names, those whom it was told to meet, and all who
 * counted by a state that it has held since it was started. As in the daemon, nobody else's words reach it.
 */
import { membersIn } from "../../../src/core/consensus/cluster.ts";
import type { PeerMessage } from "../../../src/core/messages.ts";
import type { Member } from "../../../src/core/state.ts";
import type { MonitorProcess } from "./monitor-process.ts";

export class Acquaintances {
  readonly #known = new Map<string, Set<string>>();
  readonly #members = new Map<string, readonly Member[]>();
  /** Whom it talks to where nobody is. */
  readonly #misled = new Map<string, Set<string>>();

  /** At its start. */
  begin(name: string, file: readonly string[]): void {
    this.#known.set(name, new Set(file));
    this.#misled.set(name, new Set());
    this.#members.delete(name);
  }

  knows(name: string, other: string): boolean {
    return this.#known.get(name)?.has(other) === true;
  }

  /** Whether what it says arrives where that one is. */
  reaches(name: string, other: string): boolean {
    return this.knows(name, other) && this.#misled.get(name)?.has(other) !== true;
  }

  /** It is told where to look for that one. @returns whether nobody is there, and it does not know better */
  looksInVain(
    { name }: MonitorProcess,
    other: MonitorProcess,
    address: string,
    knowsBetter: boolean,
  ): boolean {
    if (address === other.address) this.#misled.get(name)?.delete(other.name);
    else if (!knowsBetter) this.#misled.get(name)?.add(other.name);
    return this.#misled.get(name)?.has(other.name) === true;
  }

  /** Of whom it does not know it takes the state that names both, and nothing else. */
  admits(name: string, other: string, message: PeerMessage): boolean {
    const isState = message.kind === "consensus" && message.message.kind === "genesis";
    return isState || this.knows(name, other);
  }

  /** @returns whether that is new */
  meet(name: string, other: string): boolean {
    if (name === other || this.knows(name, other)) return false;
    this.#known.get(name)?.add(other);
    return true;
  }

  /** @returns whom it has come to know by its state */
  learn({ name, state }: MonitorProcess): readonly string[] {
    const members = membersIn(state?.consensus.durable.slot ?? null);
    if (this.#members.get(name) === members) return [];
    this.#members.set(name, members);
    return members.map((member) => member.name).filter((other) => this.meet(name, other));
  }
}
