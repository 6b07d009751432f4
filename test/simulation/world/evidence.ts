/**
 * Every deed rests on evidence, looked at from outside: which rounds of heartbeats a monitor sent, and
 * which answers of them had reached it before it acted. The core's own bookkeeping is not asked.
 *
 * - What changes a Redis or fences a host is begun by a leader of which a majority answered a round
 *   that was sent after the last thing on which the deed rests: the answer that opened its connection.
 * - A register is marked or released only with an epoch that is committed.
 *
 * With a minority, then, nothing is left to a monitor but to look, and to keep alive what is.
 */
import type { ConsensusMessage } from "../../../src/core/consensus/types.ts";
import type { MonitorName } from "../../../src/core/ids.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import { type GroupPart, type Member, quorumOf } from "../../../src/core/state.ts";
import { showStamp } from "../../../src/core/stamp.ts";
import { isReading } from "./safety.ts";
import { Violation } from "./violation.ts";

interface Office {
  readonly term: number;
  /** When each round was first sent. */
  readonly sentAt: Map<number, number>;
  /** The newest round that each peer has answered, and so all that were sent before it. */
  readonly answered: Map<MonitorName, number>;
  /** When the newest round was sent that a majority answered. */
  provenSince: number;
}

type Round = Pick<ConsensusMessage & { kind: "append" }, "term" | "round">;

/** More rounds than a leader ever waits for. */
const ROUNDS_KEPT = 100;

type Timed = Extract<Effect, { readonly kind: "redis" | "fence" | "guard" }>;

export class Evidence {
  readonly #members: (name: MonitorName) => readonly Member[];
  /** Epochs of VIPs that stand in committed states. */
  readonly #committed = new Set<string>();
  readonly #offices = new Map<MonitorName, Office>();
  /** By who leads and who listens: the newest round that was heard. */
  readonly #heard = new Map<string, Round>();
  /** When the answer to `open` reached the monitor, by connection. */
  readonly #opened = new Map<string, number>();
  readonly #opening = new Map<string, string>();

  constructor(members: (name: MonitorName) => readonly Member[]) {
    this.#members = members;
  }

  /** A state is committed. */
  commits({ vips }: GroupPart): void {
    for (const { epoch } of vips) this.#committed.add(showStamp(epoch));
  }

  /** A monitor sends a message of consensus. */
  sends(monitor: MonitorName, message: ConsensusMessage, now: number): void {
    if (message.kind !== "append") return;
    const office = this.#officeOf(monitor, message.term);
    if (office.sentAt.has(message.round)) return;
    office.sentAt.set(message.round, now);
    office.sentAt.delete(message.round - ROUNDS_KEPT);
  }

  #officeOf(monitor: MonitorName, term: number): Office {
    let office = this.#offices.get(monitor);
    if (office?.term !== term) {
      office = { term, sentAt: new Map(), answered: new Map(), provenSince: -Infinity };
      this.#offices.set(monitor, office);
    }
    return office;
  }

  /** A monitor took something in. */
  takes(monitor: MonitorName, input: Input, now: number): void {
    if (input.kind === "finished") this.#finished(monitor, input.id, now);
    if (input.kind !== "message" || input.message.kind !== "consensus") return;
    const { message } = input.message;
    if (message.kind === "append") this.#hears(monitor, input.from, message);
    if (message.kind === "append-reply") this.#answered(monitor, input.from, message);
  }

  #hears(listener: MonitorName, leader: MonitorName, { term, round }: Round): void {
    const key = `${leader} ${listener}`;
    const known = this.#heard.get(key);
    const isOld = known !== undefined && (known.term - term || known.round - round) >= 0;
    if (!isOld) this.#heard.set(key, { term, round });
  }

  /** What an answer says is not asked: it may name a round that nobody heard. */
  #hasHeard(listener: MonitorName, leader: MonitorName, { term, round }: Round): boolean {
    const heard = this.#heard.get(`${leader} ${listener}`);
    return heard !== undefined && heard.term === term && heard.round >= round;
  }

  #answered(
    monitor: MonitorName,
    from: MonitorName,
    reply: ConsensusMessage & { kind: "append-reply" },
  ): void {
    const office = this.#offices.get(monitor);
    if (office === undefined || reply.term !== office.term) return;
    if (!office.sentAt.has(reply.round) || !this.#hasHeard(from, monitor, reply)) return;
    office.answered.set(from, Math.max(reply.round, office.answered.get(from) ?? 0));
    this.#count(monitor, office);
  }

  /** A change of the members, too, may make a majority of those who have answered: any two of both lists have one in common. */
  #count(monitor: MonitorName, office: Office): void {
    const members = this.#members(monitor);
    const rounds = members.map(({ name }) =>
      name === monitor ? Infinity : (office.answered.get(name) ?? 0),
    );
    rounds.sort((a, b) => b - a);
    const sentAt = office.sentAt.get(rounds[quorumOf(members.length) - 1] ?? 0);
    if (sentAt !== undefined) office.provenSince = Math.max(office.provenSince, sentAt);
  }

  #finished(monitor: MonitorName, id: number, now: number): void {
    const key = `${monitor} ${id}`;
    const connection = this.#opening.get(key);
    if (connection === undefined) return;
    this.#opening.delete(key);
    this.#opened.set(connection, now);
  }

  /** A monitor begins a deed. */
  begins(monitor: MonitorName, effect: Effect): void {
    if (effect.kind === "redis") this.#acts(monitor, effect);
    else if (effect.kind === "fence") this.#mustBeProven(monitor, effect, -Infinity);
    else if (effect.kind === "guard") this.#marks(monitor, effect);
  }

  #acts(monitor: MonitorName, effect: Effect & { kind: "redis" }): void {
    const { target, connection, action } = effect;
    const key = `${monitor} ${target.node} ${connection.term}.${connection.seq}`;
    if (action.kind === "open") this.#opening.set(`${monitor} ${effect.id}`, key);
    if (action.kind === "close") this.#opened.delete(key);
    if (isReading(action)) return;
    this.#mustBeProven(monitor, effect, this.#opened.get(key) ?? Infinity);
  }

  #mustBeProven(monitor: MonitorName, effect: Timed, since: number): void {
    const office = this.#offices.get(monitor);
    if (office !== undefined) this.#count(monitor, office);
    const provenSince = office?.provenSince ?? -Infinity;
    // The only member needs nobody's answer.
    if (provenSince >= since && provenSince > -Infinity) return;
    if (this.#members(monitor).length === 1) return;
    const what = effect.kind === "redis" ? effect.action.kind : effect.kind;
    throw new Violation(
      "every deed has its evidence",
      `${monitor} begins ${what} on ${effect.target.node}, but no majority has answered since`,
    );
  }

  #marks(monitor: MonitorName, { request, target }: Effect & { kind: "guard" }): void {
    if (request.op !== "mark" && request.op !== "release") return;
    if (this.#committed.has(showStamp(request.epoch))) return;
    throw new Violation(
      "only what is committed is marked",
      `${monitor} asks ${target.node} for ${request.op} of ${showStamp(request.epoch)}`,
    );
  }
}
