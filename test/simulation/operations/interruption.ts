/**
 * A world that counts what the leader does for an operation or a repair, and interrupts the leader
 * right after a chosen one of these deeds: after it was sent, before anything else is.
 */
import type { Durable } from "../../../src/core/consensus/types.ts";
import type { Effect } from "../../../src/core/io.ts";
import { type GroupPart, groupPartName } from "../../../src/core/state.ts";
import { realCore } from "../real-core.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { GROUP } from "../world/plan.ts";
import { tellAction } from "../world/telling.ts";
import { World, type WorldOptions } from "../world/world.ts";

export type Interruption = "dies" | "sleeps";
const SLEEP_MS = 10_000;

export class InterruptedWorld extends World {
  /** What the leader did since `watch`, in order, each with a name of its own. */
  readonly deeds: string[] = [];
  interrupted: MonitorProcess | null = null;
  #watching = false;
  #plan: { readonly after: string; readonly how: Interruption } | null = null;

  constructor(seed: number, options: Partial<WorldOptions> = {}) {
    super({ seed, core: realCore, writeEveryMs: 10, ...options });
  }

  /** From now on deeds count; `how` strikes after the one that is called `after`. */
  watch(after: string | null, how: Interruption): void {
    this.#watching = true;
    this.#plan = after === null ? null : { after, how };
  }

  rest(): void {
    this.#watching = false;
  }

  override started(monitor: MonitorProcess, effect: Effect): void {
    super.started(monitor, effect);
    const deed = nameOf(effect);
    if (deed !== null && monitor === this.leader()) this.#done(monitor, deed);
  }

  override persisted(monitor: MonitorProcess, before: Durable, after: Durable): void {
    super.persisted(monitor, before, after);
    if (after.slot === before.slot || monitor !== this.leader()) return;
    this.#done(monitor, `writes ${stageOf(after)}`);
  }

  #done(monitor: MonitorProcess, deed: string): void {
    if (!this.#watching || this.interrupted !== null) return;
    const earlier = this.deeds.filter((name) => name === deed || name.startsWith(`${deed} (`));
    const name = earlier.length === 0 ? deed : `${deed} (${earlier.length + 1})`;
    this.deeds.push(name);
    if (name !== this.#plan?.after) return;
    this.interrupted = monitor;
    this.log(monitor.name, `is interrupted after: ${name}`);
    if (this.#plan.how === "sleeps") return monitor.stop(SLEEP_MS);
    monitor.habits.crash = 1;
    this.after(0, () => {
      monitor.crash();
      monitor.habits.crash = 0;
    });
  }
}

/** null: it changes nothing, or is routine. */
function nameOf(effect: Effect): string | null {
  if (effect.kind === "redis") {
    const { action, target } = effect;
    if (action.kind === "info" || action.kind === "close") return null;
    return `${tellAction(action)} on ${target.node}`.replace(
      /127[.]77[.]\d+[.]\d+/,
      "the black hole",
    );
  }
  if (effect.kind === "guard" && effect.request.op !== "show")
    return `${effect.request.op} on ${effect.target.node}`;
  if (effect.kind === "fence") return `fences ${effect.target.node}`;
  const learns = effect.kind === "report" && effect.event.kind === "committed";
  return learns ? "learns of a commit" : null;
}

function stageOf(durable: Durable): string {
  const group = durable.slot?.parts[groupPartName(GROUP)] as unknown as GroupPart | undefined;
  if (group?.operation) return `${group.operation.kind} ${group.operation.phase}`;
  const rejoining = Object.keys(group?.rejoining ?? {}).join();
  return rejoining === "" ? "no operation" : `rejoin of ${rejoining}`;
}
