/** Carries out the effects of one monitor process in the simulated world. */
import type { Effect, Outcome, Target } from "../../../src/core/io.ts";
import type { GuardClient } from "./guard-client.ts";
import type { Hook } from "./hook.ts";
import type { Host } from "./host.ts";
import type { Network, Place } from "./network.ts";
import type { RedisClient } from "./redis-client.ts";
import type { RedisServer } from "./redis-server.ts";

type Timed = Extract<Effect, { readonly id: number }>;
type Told = Extract<Effect, { readonly kind: "send" | "meet" | "reply" | "report" }>;

export interface Surroundings {
  readonly network: Network;
  readonly hook: Hook;
  after(ms: number, run: () => void): void;
  hostAt(address: string): Host | undefined;
  redisOf(host: Host): RedisServer;
  /** Whose Redis answers at a VIP now. */
  servingHost(vip: string): Host | undefined;
  tell(from: Place, effect: Told): void;
  /** Cuts the power of a host, if its management board can be reached. */
  fence(host: Host): boolean;
}

const NOWHERE = "no such host";

export class Executor {
  readonly #place: Place;
  readonly #world: Surroundings;
  readonly #redis: RedisClient;
  readonly #guard: GuardClient;

  constructor(
    place: Place,
    world: Surroundings,
    clients: { redis: RedisClient; guard: GuardClient },
  ) {
    this.#place = place;
    this.#world = world;
    this.#redis = clients.redis;
    this.#guard = clients.guard;
  }

  tell(effect: Told): void {
    this.#world.tell(this.#place, effect);
  }

  /** Begins it; gives what to say once the deadline is over. */
  run(effect: Timed, done: (outcome: Outcome) => void): () => Outcome {
    switch (effect.kind) {
      case "probe":
        return this.#probe(effect, done);
      case "guard":
        return this.#ask(effect, done);
      case "redis":
        return this.#act(effect, done);
      case "fence":
        return this.#fence(effect.target, done);
      case "hook":
        return this.#hook(effect.command, done);
      case "vip-check":
        return this.#check(effect.vip, done);
    }
  }

  #redisAt(target: Target): RedisServer {
    const host = this.#world.hostAt(target.address);
    if (host === undefined) throw new Error(`${NOWHERE}: ${target.address}`);
    return this.#world.redisOf(host);
  }

  #probe(
    { target, depth }: Timed & { kind: "probe" },
    done: (outcome: Outcome) => void,
  ): () => Outcome {
    const redis = this.#redisAt(target);
    this.#redis.probe(redis, depth, (result) => done({ kind: "probe", result }));
    return () => {
      const stage = this.#redis.probeStage(redis);
      this.#redis.dropProbe(redis);
      return { kind: "probe", result: { kind: "timeout", stage } };
    };
  }

  #ask(effect: Timed & { kind: "guard" }, done: (outcome: Outcome) => void): () => Outcome {
    const host = this.#world.hostAt(effect.target.address);
    if (host === undefined) throw new Error(`${NOWHERE}: ${effect.target.address}`);
    const timeout = this.#guard.request(host, effect.request, (result) =>
      done({ kind: "guard", result }),
    );
    return () => ({ kind: "guard", result: timeout() });
  }

  #act(effect: Timed & { kind: "redis" }, done: (outcome: Outcome) => void): () => Outcome {
    const redis = this.#redisAt(effect.target);
    this.#redis.act(redis, effect.connection, effect.action, (result) =>
      done({ kind: "redis", result }),
    );
    return () => {
      this.#redis.dropAction(redis, effect.connection);
      return { kind: "redis", result: { kind: "unknown", text: "no answer in time" } };
    };
  }

  #fence(target: Target, done: (outcome: Outcome) => void): () => Outcome {
    const host = this.#world.hostAt(target.address);
    const late = this.#world.network.stream(this.#place, "fence");
    const back = this.#world.network.stream("fence", this.#place);
    late.send(() => {
      const fenced = host !== undefined && this.#world.fence(host);
      back.send(() =>
        done({ kind: "fence", exitCode: fenced ? 0 : 1, text: fenced ? "off" : "failed" }),
      );
    });
    return () => ({ kind: "fence", exitCode: null, text: "no answer in time" });
  }

  /** It runs on the monitor's own host. */
  #hook(command: string, done: (outcome: Outcome) => void): () => Outcome {
    const { exitCode, afterMs } = this.#world.hook.answerOf(command);
    if (exitCode !== null)
      this.#world.after(afterMs, () => done({ kind: "hook", exitCode, text: "said so" }));
    return () => ({ kind: "hook", exitCode: null, text: "killed" });
  }

  #check(vip: string, done: (outcome: Outcome) => void): () => Outcome {
    const { network } = this.#world;
    const host = this.#world.servingHost(vip);
    const redis = host && this.#world.redisOf(host);
    if (host !== undefined && redis !== undefined) {
      network.stream(this.#place, host.name).send(() => {
        if (!host.serves(vip)) return;
        redis.arrive(() => {
          const { runId } = redis;
          network
            .stream(host.name, this.#place)
            .send(() => done({ kind: "vip-check", runId, text: "ok" }));
        });
      });
    }
    return () => ({ kind: "vip-check", runId: null, text: "no answer in time" });
  }

  closeAll(): void {
    this.#redis.closeAll();
    this.#guard.closeAll();
  }
}
