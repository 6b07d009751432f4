/**
 * What holds back a failover that nobody asked for: a pause, another mode than `active`, a veto of the
 * operator's command, the quiet time after the last failover. It is looked at when such a failover is
 * committed, and counted from outside: what was asked, answered and committed when. A pause that ends
 * by itself has lasted as long as was asked for; and while it lasts, no reader VIP moves.
 */
import type { Network } from "../../../src/core/health/own-network.ts";
import { FRESH_MS } from "../../../src/core/health/votes.ts";
import type { GroupCommand } from "../../../src/core/messages.ts";
import type { GroupPart, Operation, PastOperation, Vip } from "../../../src/core/state.ts";
import { sameStamp } from "../../../src/core/stamp.ts";
import { WALL_AT_START } from "./clock.ts";
import { OPERATOR } from "./plan.ts";
import { Violation } from "./violation.ts";

/** What `pre_failover` said to a monitor about a node. */
interface Opinion {
  readonly monitor: string;
  readonly from: string;
  readonly exitCode: number | null;
  readonly at: number;
}

/** Its answer holds for so long, and what a decision rests on may be a turn old. */
const OPINION_HOLDS_MS = 5_000 + 50;
const OPINIONS_KEPT = 20;
/** And what is made of it takes a turn or two. */
const VOTES_LIVE_MS = FRESH_MS + 200;
/** Clocks may be this much too fast; and wall times are whole milliseconds. */
const DRIFT = 0.011;
const ROUNDING_MS = 2;

export class Restraint {
  #opinions: readonly Opinion[] = [];
  /** When the last failover from a node ended; a person who acknowledges it forgets it. */
  readonly #failedOverAt = new Map<string, number>();
  /** Reader VIPs that a person moves. */
  readonly #moved = new Set<string>();
  /** When the pause that is in force was asked for. It counts from the commit, but that may come to light late. */
  #pausedAt = 0;
  /** By its length, for one that was asked for earlier may be agreed on while another one is still on its way. */
  readonly #pauseAskedAt = new Map<number | null, number>();
  /** Since when a monitor has taken its own network for down. */
  readonly #cutOff = new Map<string, number>();
  /** When somebody asked for the mode `wait`: those who have not been answered, in their order. */
  #waitAskedAt: readonly number[] = [];
  /** When somebody last asked for it who was heard. */
  #waitsSince = 0;

  /** A person asks for something. */
  asks(command: GroupCommand, now: number): void {
    if (command.kind === "move-reader") this.#moved.add(command.ip);
    if (command.kind === "pause") this.#pauseAskedAt.set(command.forMs, now);
    if (isForWaiting(command)) this.#waitAskedAt = [...this.#waitAskedAt, now];
  }

  /**
   * Only now it counts: until it has arrived the mode may end by what was proposed before. It counts from when
   * it was asked for, which is never later than when the monitors begin to count.
   */
  answers(command: GroupCommand, askedAt: number, isTaken: boolean): void {
    if (!isForWaiting(command)) return;
    this.#waitAskedAt = this.#waitAskedAt.filter((at) => at !== askedAt);
    if (isTaken) this.#waitsSince = Math.max(this.#waitsSince, askedAt);
  }

  networkIs(monitor: string, network: Network, now: number): void {
    if (network !== "down") this.#cutOff.delete(monitor);
    else if (!this.#cutOff.has(monitor)) this.#cutOff.set(monitor, now);
  }

  says(opinion: Opinion): void {
    this.#opinions = [...this.#opinions, opinion].slice(-OPINIONS_KEPT);
  }

  committed(before: GroupPart | null, group: GroupPart, now: number): void {
    this.#pauses(before, group, now);
    for (const past of newPast(before, group)) {
      this.#remember(past);
      if (past.kind === "resume") this.#resumes(past, before?.pause?.forMs ?? Infinity, now);
    }
    // One that a file takes away, and another one adds, is a new node.
    for (const name of this.#failedOverAt.keys())
      if (!group.nodes.some((node) => node.name === name)) this.#failedOverAt.delete(name);
    if (before?.pause !== undefined && group.pause !== undefined) this.#readersStay(before, group);
    this.#becomesActive(before, group, now);
    this.#beginsToWait(before, group);
  }

  #pauses(before: GroupPart | null, { pause }: GroupPart, now: number): void {
    if (pause === undefined || isSamePause(before?.pause, pause)) return;
    this.#pausedAt = this.#pauseAskedAt.get(pause.forMs) ?? now;
  }

  /** One of those who asked for it was heard, though the answer is still under way. */
  #beginsToWait(before: GroupPart | null, group: GroupPart): void {
    if (before?.mode === "wait" || group.mode !== "wait") return;
    const [earliest] = this.#waitAskedAt;
    if (earliest !== undefined) this.#waitsSince = Math.max(this.#waitsSince, earliest);
  }

  /** The mode has changed by itself: from `wait` only, once, and by its time no sooner than that is over. */
  #becomesActive(before: GroupPart | null, group: GroupPart, now: number): void {
    const told = newPast(before, group).find(isByItself);
    if (told === undefined) return;
    const bad = (text: string): never => {
      throw new Violation("only the mode wait ends by itself, and never too soon", text);
    };
    if (before?.mode !== "wait" || group.mode !== "active")
      bad(`${before?.mode} has become ${group.mode}`);
    if (group.pause !== undefined) bad("the group is paused");
    const limit = group.settings.waitForOtherMasterMs ?? Infinity;
    const lasted = now - this.#waitsSince;
    if (told.reason.includes("every node is ONLINE")) return;
    if (limit === 0 || lasted < limit * (1 - DRIFT)) bad(`it has waited ${lasted} of ${limit} ms`);
  }

  #remember({ kind, from, result, startedAt, durationMs }: PastOperation): void {
    if (kind === "failover" && result === "ok" && from !== null)
      this.#failedOverAt.set(from, startedAt + durationMs - WALL_AT_START);
    if (kind === "acknowledged" && from === null) this.#failedOverAt.clear();
    if (kind === "acknowledged" && from !== null) this.#failedOverAt.delete(from);
  }

  /** A pause has ended: if nobody ended it, it was not too short. */
  #resumes({ reason }: PastOperation, forMs: number, now: number): void {
    const lasted = now - this.#pausedAt;
    if (!reason.startsWith("its time is over") || lasted >= forMs * (1 - DRIFT)) return;
    throw new Violation(
      "a pause is never shorter than asked for",
      `it lasted ${lasted} ms instead of ${forMs} ms`,
    );
  }

  #readersStay(before: GroupPart, group: GroupPart): void {
    // A file that adds or takes away hosts moves what they serve.
    if (before.nodes.length !== group.nodes.length) return;
    for (const vip of before.vips) {
      const next = group.vips.find(({ ip }) => ip === vip.ip);
      if (vip.role !== "reader" || vip.kind !== "hold" || next === undefined) continue;
      if (hasMoved(vip, next) && !this.#moved.delete(vip.ip))
        throw new Violation("a paused group moves nothing", `${vip.ip} leaves ${vip.node}`);
    }
  }

  /** A failover that no person asked for is committed. */
  begins(operation: Operation, group: GroupPart): void {
    const bad = (text: string): never => {
      throw new Violation(
        "nothing fails over while something holds it back",
        `from ${operation.from} by ${operation.by}: ${text}`,
      );
    };
    if (group.pause !== undefined) bad("the group is paused");
    if (group.mode !== "active") bad(`the mode is ${group.mode}`);
    const blind = this.#blindVoter(operation);
    if (blind !== null)
      bad(`${blind} says that it hears nothing, and takes its own network for down`);
    // A person has moved the master already; the VIP only follows.
    if (operation.cause === "by-hand") return;
    const at = operation.startedAt - WALL_AT_START;
    const quietFor = at - (this.#failedOverAt.get(operation.from) ?? -Infinity);
    if (quietFor + ROUNDING_MS < group.settings.cooldownMs)
      bad(`its last failover ended ${quietFor} ms ago`);
    const veto = this.#vetoOf(operation, group, at);
    if (veto !== null) bad(veto);
  }

  /** Whose silence was counted, though it has known for longer than votes live that the trouble is its own. */
  #blindVoter({ votes, startedAt }: Operation): string | null {
    const at = startedAt - WALL_AT_START;
    const found = Object.entries(votes).find(([monitor, { vote, reason }]) => {
      const since = this.#cutOff.get(monitor) ?? Infinity;
      return vote === "silent" && reason !== "busy" && at - since > VOTES_LIVE_MS;
    });
    return found?.[0] ?? null;
  }

  #vetoOf({ leader, from }: Operation, { settings }: GroupPart, at: number): string | null {
    const { preFailover } = settings;
    if (preFailover === undefined) return null;
    const last = this.#opinions.findLast(
      (each) => each.monitor === leader && each.from === from && each.at <= at + ROUNDING_MS,
    );
    if (last === undefined) return "pre_failover was not asked";
    if (at - last.at > OPINION_HOLDS_MS) return `pre_failover said so ${at - last.at} ms ago`;
    if (last.exitCode === 0) return null;
    if (last.exitCode === 10) return "pre_failover forbids it";
    return preFailover.onFailure === "go-on" ? null : "pre_failover did not work";
  }
}

function isForWaiting(command: GroupCommand): boolean {
  return command.kind === "set-mode" && command.mode === "wait";
}

/** A mode that no person set. */
function isByItself({ kind, by }: PastOperation): boolean {
  return kind === "mode" && by !== OPERATOR;
}

function isSamePause(a: GroupPart["pause"], b: GroupPart["pause"]): boolean {
  return a?.since === b?.since && a?.forMs === b?.forMs && a?.reason === b?.reason;
}

export function newPast(before: GroupPart | null, { past }: GroupPart): readonly PastOperation[] {
  return past.filter(
    ({ epoch, kind }) =>
      !before?.past.some((known) => known.kind === kind && sameStamp(known.epoch, epoch)),
  );
}

function hasMoved(before: Vip, now: Vip): boolean {
  return now.leaving !== true && now.node !== before.node;
}
