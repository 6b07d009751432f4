/** One line for people about what a monitor asks for and what a host does. */
import type { Effect } from "../../../src/core/io.ts";
import type { RedisAction } from "../../../src/core/operation/action.ts";
import { showStamp, type Stamp } from "../../../src/core/stamp.ts";

import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";
import type { Text } from "./transcript.ts";

export function tellAction(action: RedisAction): string {
  if (action.kind === "follow") return `follow ${action.host}:${action.port}`;
  if (action.kind === "pause-writes") return `pause-writes ${action.ms}`;
  if (action.kind === "set-min-replicas") return `set-min-replicas ${action.value}`;
  return action.kind;
}

/** null: not worth a line (a show, a renewal). */
export function tellGuard(
  request: GuardRequest,
  result: GuardResult,
  routine: boolean,
): string | null {
  const ok = result.kind === "ok";
  const dull =
    request.op === "show" || request.op === "permit" || (request.op === "claim" && routine);
  if (ok && dull) return null;
  const outcome = result.kind === "refused" ? result.code : result.kind;
  return `guard ${request.vip}: ${request.op}${tellEpoch(request)}: ${outcome}`;
}

function tellEpoch(request: GuardRequest): string {
  if (request.op === "show" || request.op === "install") return "";
  if (request.op !== "mark") return ` ${showStamp(request.epoch)}`;
  const { seen } = request;
  return ` ${seen.kind === "epoch" ? showStamp(seen.epoch) : `instance ${seen.id}`} → ${showStamp(request.epoch)}`;
}

export function tellEffect(effect: Effect): Text | null {
  if (effect.kind === "fence") return `fences ${effect.target.node}`;
  if (effect.kind !== "report" || effect.event.kind === "committed") return null;
  const { event } = effect;
  return () => tellEvent(event);
}

function tellEvent({ kind, ...rest }: Extract<Effect, { readonly kind: "report" }>["event"]) {
  return `${kind} ${JSON.stringify(rest, (_, value: unknown) => shorten(value))}`;
}

function shorten(value: unknown): unknown {
  return isStamp(value) ? showStamp(value) : value;
}

function isStamp(value: unknown): value is Stamp {
  if (value === null || typeof value !== "object" || Object.keys(value).length !== 2) return false;
  return "term" in value && "version" in value;
}
