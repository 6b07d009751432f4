/**
 * A host's guard without a kernel to ask: it answers the guard's line protocol from the simulator's
 * register, with the machine's own clock. The local lab uses it where nobody may make namespaces.
 */
import { Register } from "../simulation/world/register.ts";
import type { Token } from "../../src/core/vip/types.ts";

/** One span in which this host held the lease, in milliseconds of the given clock. */
export interface Held {
  readonly from: number;
  to: number;
}

export class LocalGuard {
  readonly held: Held[] = [];
  readonly #vip: string;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #register = new Register();

  /** `onChange`: the lease was given, prolonged or ended. */
  constructor(vip: string, now: () => number, onChange: () => void) {
    this.#vip = vip;
    this.#now = now;
    this.#onChange = onChange;
  }

  get leaseUntil(): number {
    return this.#register.leaseUntil;
  }

  serves(): boolean {
    return this.#register.hasLease(this.#now());
  }

  /** One request line, one answer line. */
  answer(line: string): string {
    const [op = "", id = "-", vip = "", ...words] = line.trim().split(" ");
    if (op === "hello") return `ok ${id} version=1 mode=installed missing=-`;
    if (vip !== this.#vip) return `err ${id} denied ${vip} is not the VIP of the local lab`;
    const refusal = this.#perform(op, words);
    if (refusal !== null) return `err ${id} ${refusal}`;
    return op === "show" || op === "install" ? `ok ${id} ${this.#view()}` : `ok ${id}`;
  }

  #perform(op: string, words: readonly string[]): string | null {
    switch (op) {
      case "show":
        return null;
      case "install":
        this.#register.install(words[0] ?? "", Number(words[1]));
        return null;
      case "mark":
        return this.#mark(words);
      case "permit":
        return this.#permit(words);
      case "claim":
        return this.#claim(words);
      case "release":
        return this.#release(words);
      default:
        return `syntax what is ${op}`;
    }
  }

  #mark(words: readonly string[]): string | null {
    const seen = tokenOf(words.slice(0, 3));
    const next = tokenOf(words.slice(3, 6));
    if (next.kind !== "epoch") return "syntax an epoch has a term";
    const refusal = this.#register.mark(seen, next, words[6] === "1");
    if (refusal !== null) return `${refusal} the register holds something else`;
    if (words[7] !== "0") {
      this.#register.addPermit(next.epoch, Number(words[7]), this.#now() + Number(words[8]));
    }
    return null;
  }

  #permit(words: readonly string[]): string | null {
    const epoch = epochOf(words);
    if (!this.#register.holds(words[0] ?? "", epoch))
      return "stale the register holds another epoch";
    this.#register.addPermit(epoch, Number(words[3]), this.#now() + Number(words[4]));
    return null;
  }

  #claim(words: readonly string[]): string | null {
    const now = this.#now();
    const epoch = epochOf(words);
    const [cluster = "", , , permit, next, ttl, lease] = words;
    if (!this.#register.admits(cluster, epoch, Number(permit), now)) return "stale no such permit";
    const until = now + Number(lease);
    const last = this.held.at(-1);
    if (last !== undefined && this.#register.hasLease(now)) last.to = until;
    else this.held.push({ from: now, to: until });
    const following = { epoch, id: Number(next), until: now + Number(ttl) };
    this.#register.claim(Number(permit), following, until);
    this.#onChange();
    return null;
  }

  #release(words: readonly string[]): string | null {
    const now = this.#now();
    if (
      words.length > 3 &&
      this.#mark([...words.slice(3), ...words.slice(0, 3), "1", "0"]) !== null
    )
      return "stale the register holds something else";
    if (!this.#register.holds(words[0] ?? "", epochOf(words))) return "stale another epoch";
    const last = this.held.at(-1);
    if (last !== undefined && last.to > now) last.to = now;
    this.#register.release();
    this.#onChange();
    return null;
  }

  #view(): string {
    const { token, gated } = this.#register;
    const now = this.#now();
    const permits = this.#register
      .livePermits(now)
      .map(({ epoch, id }) => `${epoch.term}.${epoch.version}.${id}`);
    const leaseMs = Math.max(0, Math.floor(this.#register.leaseUntil - now));
    return [
      "gate=present",
      `gated=${gated ? 1 : 0}`,
      `token=${token === null ? "-" : showToken(token)}`,
      `permits=${permits.join(",") || "-"}`,
      `lease=${Number.isFinite(leaseMs) ? leaseMs : 0}`,
      `addr=${leaseMs > 0 ? "lo/32/15" : "-"}`,
      "boot=local",
    ].join(" ");
  }
}

function epochOf(words: readonly string[]): { readonly term: number; readonly version: number } {
  return { term: Number(words[1]), version: Number(words[2]) };
}

/** `cluster term version`; term 0: an instance id. */
function tokenOf(words: readonly string[]): Token {
  const [cluster = ""] = words;
  const epoch = epochOf(words);
  if (epoch.term === 0) return { kind: "instance", cluster, id: epoch.version };
  return { kind: "epoch", cluster, epoch };
}

function showToken(token: Token): string {
  if (token.kind === "instance") return `${token.cluster}.0.${token.id}`;
  return `${token.cluster}.${token.epoch.term}.${token.epoch.version}`;
}
