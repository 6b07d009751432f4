/**
 * The last word of an old master whose Redis still answers. What it acknowledged through the VIP may
 * not have reached a replica yet, and whoever still writes to it by another address would lose that.
 * So it is blocked as in a switchover, with an error that lasts, and says afterwards how far its
 * stream reaches. The value that it had before is committed first: whoever leads next restores it.
 */
import { candidateOf } from "../health/facts.ts";
import type { Operation } from "../state.ts";
import { BLOCKED, toBeRestored } from "./blocked.ts";
import { infoOf, isDone, type Running, valueOf } from "./common.ts";

export type LastWord =
  /** It does not answer, or is not the master that it was: there is nothing to wait for. */
  | { readonly kind: "none" }
  | { readonly kind: "awaited" }
  | { readonly kind: "said"; readonly offset: number };

const NONE: LastWord = { kind: "none" };
const AWAITED: LastWord = { kind: "awaited" };

/** Blocks the old master, one step further with each turn. */
export function lastWord(running: Running): LastWord {
  const { work, from, op } = running;
  if (!answersAsMaster(running)) return NONE;
  if (!isSaved(running)) return AWAITED;
  if (!isDone(work.redis(from, "block", BLOCKED))) return AWAITED;
  // Who waited in a pause is told now that writes are refused.
  if (!isDone(work.redis(from, "unpause", { kind: "unpause" }))) return AWAITED;
  const info = infoOf(work.redis(from, "last word", { kind: "info" }));
  if (info === null) return AWAITED;
  const isSame = info.role === "master" && info.runId === op.runIds[from.name];
  return isSame ? { kind: "said", offset: info.offset } : NONE;
}

export function answersAsMaster({ turn, group, op }: Running): boolean {
  const { info, reachable } = candidateOf(turn.local(group.name).evidence, op.from, turn.now);
  return reachable && info?.role === "master" && !info.loading;
}

/** Whether it is committed what its min-replicas-to-write was. */
function isSaved({ turn, group, work, from, op }: Running): boolean {
  if (op.saved[from.name] !== undefined) return true;
  const value = valueOf(work.redis(from, "saved", { kind: "get-min-replicas" }));
  if (value === null) return false;
  const minReplicas = toBeRestored(group, from, value);
  turn.change(group.name, (part) => ({
    ...part,
    operation: part.operation && withSaved(part.operation, from.name, minReplicas),
  }));
  return false;
}

function withSaved(operation: Operation, node: string, minReplicas: string): Operation {
  return { ...operation, saved: { ...operation.saved, [node]: { minReplicas } } };
}
