/**
 * `prefer`, looked at from outside: a switchover that no person asked for goes to the node that is preferred,
 * not while the group is paused or in another mode than `active`, not when a person moved the role away, and
 * not before `prefer_after` has passed since anything else was done.
 */
import type { GroupPart, Operation, PastOperation } from "../../../src/core/state.ts";
import { newPast } from "./restraint.ts";
import { Violation } from "./violation.ts";

/** Clocks may be this much too fast; and wall times are whole milliseconds. */
const DRIFT = 0.011;
const ROUNDING_MS = 2;

export class Wishes {
  /** When the last operation ended. */
  #quietSince = -Infinity;
  /** The node that was preferred when a person moved the role elsewhere. */
  #leftFor: string | null = null;
  /** Moves that the monitors began by themselves. */
  moves = 0;

  committed(before: GroupPart | null, group: GroupPart, now: number): void {
    for (const past of newPast(before, group)) this.#follow(past, group);
    const hasEnded = before !== null && before.operation !== null && group.operation === null;
    if (hasEnded) this.#quietSince = now;
  }

  #follow(past: PastOperation, { settings }: GroupPart): void {
    const { kind, from, to } = past;
    const preferred = settings.prefer?.node ?? null;
    const isAcknowledged = kind === "acknowledged" && (from === null || from === preferred);
    if (isAcknowledged || (isDone(past) && to === preferred)) this.#leftFor = null;
    else if (isMovedByPerson(past)) this.#leftFor = preferred;
  }

  /** A switchover that no person asked for is committed. */
  begins({ from, to, by }: Operation, { settings, mode, pause }: GroupPart, now: number): void {
    const bad = (text: string): never => {
      throw new Violation(
        "the role is only moved where it is wished",
        `from ${from} to ${to} by ${by}: ${text}`,
      );
    };
    const { prefer } = settings;
    if (prefer === undefined || prefer.node !== to) return bad("that node is not preferred");
    if (pause !== undefined) bad("the group is paused");
    if (mode !== "active") bad(`the mode is ${mode}`);
    if (this.#leftFor === to) bad("a person moved it away");
    const quietFor = now - this.#quietSince;
    if (quietFor + ROUNDING_MS < prefer.afterMs * (1 - DRIFT))
      bad(`something ended ${quietFor} ms ago`);
    this.moves += 1;
  }
}

function isDone({ kind, result }: PastOperation): boolean {
  return (kind === "switchover" || kind === "failover") && result === "ok";
}

/** A person may also have said that the role stays where it was, whatever is lost: nobody moved it then. */
function isMovedByPerson(past: PastOperation): boolean {
  return isDone(past) && past.requestId !== null && past.to !== past.from;
}
