/**
 * From the effects that the core asks for to the adapters that do them. Each is started, and its
 * outcome comes back as an input. A port that rejects has a fault of its own; the core then hears
 * the outcome that claims least.
 */
import type { ConsensusEvent } from "../core/consensus/types.ts";
import type { Event } from "../core/events.ts";
import type { Input, Outcome } from "../core/io.ts";
import type { CommandOutcome } from "../core/messages.ts";
import { messageOf } from "../errors.ts";
import type {
  Fencer,
  GuardCaller,
  HookRunner,
  Log,
  PeerSender,
  Prober,
  RedisActor,
  VipChecker,
} from "../ports.ts";
import type { WorldEffect } from "./runtime.ts";

export interface World {
  readonly peers: PeerSender;
  readonly prober: Prober;
  readonly redis: RedisActor;
  readonly guards: GuardCaller;
  readonly fencer: Fencer;
  readonly hooks: HookRunner;
  readonly vips: VipChecker;
  readonly reply: (requestId: string, outcome: CommandOutcome) => void;
  readonly report: (event: Event | ConsensusEvent) => void;
  readonly log: Log;
}

type Told = Extract<WorldEffect, { readonly kind: "send" | "meet" | "reply" | "report" }>;
/** Those whose outcome comes back. */
type Asked = Exclude<WorldEffect, Told>;

const TOLD_AGAIN_MS = 60_000;
const MOST_TOLD = 64;

export class Performer {
  readonly #world: World;
  readonly #push: (input: Input) => void;
  /** When each fault was told last. */
  readonly #told = new Map<string, number>();

  constructor(world: World, push: (input: Input) => void) {
    this.#world = world;
    this.#push = push;
  }

  perform(effect: WorldEffect): void {
    if (isTold(effect)) this.#tell(effect);
    else void this.#ask(effect);
  }

  #tell(effect: Told): void {
    try {
      if (effect.kind === "send") this.#world.peers.send(effect.to, effect.message);
      else if (effect.kind === "meet") this.#world.peers.meet(effect.name, effect.address);
      else if (effect.kind === "reply") this.#world.reply(effect.requestId, effect.outcome);
      else this.#world.report(effect.event);
    } catch (error) {
      this.#fault(effect.kind, error);
    }
  }

  async #ask(effect: Asked): Promise<void> {
    let result: Outcome;
    try {
      result = await this.#attempt(effect);
    } catch (error) {
      this.#fault(effect.kind, error);
      result = leastOf(effect, `internal: ${messageOf(error)}`);
    }
    this.#push({ kind: "finished", id: effect.id, result });
  }

  async #attempt(effect: Asked): Promise<Outcome> {
    const { prober, guards, redis, fencer, hooks, vips } = this.#world;
    const { target, deadlineMs } = effect;
    switch (effect.kind) {
      case "probe":
        return { kind: "probe", result: await prober.probe(target, effect.depth, deadlineMs) };
      case "guard":
        return { kind: "guard", result: await guards.request(target, effect.request, deadlineMs) };
      case "redis": {
        const { connection, action } = effect;
        return { kind: "redis", result: await redis.run(target, connection, action, deadlineMs) };
      }
      case "fence":
        return await fencer.run(target, effect.command, deadlineMs);
      case "hook":
        return await hooks.run(target, effect.command, effect.facts, deadlineMs);
      case "vip-check":
        return await vips.check(target, effect.vip, deadlineMs);
    }
  }

  /** One that comes with every probe must not fill the disk with lines. */
  #fault(kind: string, error: unknown): void {
    const what = `${kind}: ${messageOf(error)}`;
    const now = performance.now();
    if (now - (this.#told.get(what) ?? -Infinity) < TOLD_AGAIN_MS) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(what, now);
    this.#world.log.write("error", "adapter.fault", what, { err: error });
  }
}

function isTold(effect: WorldEffect): effect is Told {
  return !("id" in effect);
}

/** It may have happened, and nothing was learned: this monitor's own fault says nothing of a node. */
function leastOf(effect: Asked, text: string): Outcome {
  switch (effect.kind) {
    case "probe":
      return { kind: "probe", result: { kind: "garbled", text } };
    case "guard":
      return { kind: "guard", result: { kind: "unknown", text } };
    case "redis":
      return { kind: "redis", result: { kind: "unknown", text } };
    case "fence":
      return { kind: "fence", exitCode: null, text };
    case "hook":
      return { kind: "hook", exitCode: null, text };
    case "vip-check":
      return { kind: "vip-check", runId: null, text };
  }
}
