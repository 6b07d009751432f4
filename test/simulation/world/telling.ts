/** One line for people about what a monitor asks for and what a host does. */
import type { Effect } from "../../../src/core/io.ts";
import type { RedisAction } from "../../../src/core/operation/action.ts";
import { showStamp, type Stamp } from "../../../src/core/stamp.ts";
import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";

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
  if (ok && (request.op === "show" || request.op === "permit")) return null;
  if (ok && request.op === "claim" && routine) return null;
  const outcome = result.kind === "refused" ? result.code : result.kind;
  switch (request.op) {
    case "show":
    case "install":
      return `guard ${request.vip}: ${request.op}: ${outcome}`;
    case "mark": {
      const seen =
        request.seen.kind === "epoch"
          ? showStamp(request.seen.epoch)
          : `instance ${request.seen.id}`;
      return `guard ${request.vip}: mark ${seen} → ${showStamp(request.epoch)}: ${outcome}`;
    }
    case "permit":
    case "claim":
    case "release":
      return `guard ${request.vip}: ${request.op} ${showStamp(request.epoch)}: ${outcome}`;
  }
}

export function tellEffect(effect: Effect): string | null {
  if (effect.kind === "fence") return `fences ${effect.target.node}`;
  if (effect.kind !== "report" || effect.event.kind === "committed") return null;
  const { kind, ...rest } = effect.event;
  return `${kind} ${JSON.stringify(rest, (_, value: unknown) => shorten(value))}`;
}

function shorten(value: unknown): unknown {
  return isStamp(value) ? showStamp(value) : value;
}

function isStamp(value: unknown): value is Stamp {
  if (value === null || typeof value !== "object" || Object.keys(value).length !== 2) return false;
  return "term" in value && "version" in value;
}
