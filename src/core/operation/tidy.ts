/**
 * Once per leadership and operation, on every node: nothing of an interrupted operation is left
 * (blocked or paused writes), and the configuration file says what Redis does now. A node that
 * restarts otherwise follows whom it followed before the last operation.
 */
import { candidateOf } from "../health/facts.ts";
import type { NodeInfo } from "../health/types.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Node } from "../state.ts";
import type { Turn } from "../turn.ts";
import { BLOCKED_FROM, formerMinReplicas, isGivenBack } from "./blocked.ts";
import { infoOf, isDone, valueOf } from "./common.ts";
import { Work } from "./errand.ts";
import { lastDeed } from "./outline.ts";
import { rewriteAgain, tellOfRewrite } from "./rewrite.ts";

const tidying = remembered((name) => `tidy ${name}`);

export function scopeOfTidying(node: Node): string {
  return tidying(node.name);
}

/** True once it is tidy. */
export function tidy(turn: Turn, group: GroupPart, node: Node): boolean {
  if (!candidateOf(turn.local(group.name).evidence, node.name, turn.now).reachable) return false;
  const last = lastDeed(group);
  const mark = `after ${last?.epoch.version ?? 0}`;
  const work = new Work(turn, group.name, scopeOfTidying(node));
  if (work.reached(mark) !== undefined) {
    rewriteAgain(work, group, node);
    return true;
  }
  if (!unblock(work, group, node, mark)) return false;
  if (!isDone(work.redis(node, `${mark}: unpause`, { kind: "unpause" }))) return false;
  // A file that no operation of ours has outdated is left as its administrator wrote it.
  if (last !== undefined) {
    const rewritten = work.redis(node, `${mark}: rewrite`, { kind: "rewrite" });
    if (rewritten.kind === "pending") return false;
    if (rewritten.kind === "done") tellOfRewrite(turn, group, node, rewritten);
  }
  if (!isGivenBack(turn, group, node)) return false;
  work.reach(mark);
  return true;
}

/** True once nothing blocks its writes. */
export function unblock(work: Work, group: GroupPart, node: Node, mark: string): boolean {
  const value = valueOf(work.redis(node, `${mark}: look`, { kind: "get-min-replicas" }));
  if (value === null) return false;
  if (Number(value) < BLOCKED_FROM) return true;
  const before = formerMinReplicas(group, node);
  const action = { kind: "set-min-replicas", value: before } as const;
  if (!isDone(work.redis(node, `${mark}: unblock`, action))) return false;
  const text = "writes were still blocked by an interrupted operation";
  if (work.reached(`${mark}: told`) === undefined)
    work.turn.report({ kind: "repair", group: group.name, node: node.name, text });
  work.reach(`${mark}: told`);
  return true;
}

/** What it says of itself, on the connection that nothing older can overtake. */
export function read(turn: Turn, group: GroupPart, node: Node, everyMs: number): NodeInfo | null {
  const work = new Work(turn, group.name, scopeOfTidying(node));
  return infoOf(work.poll(node, "source", { kind: "info" }, everyMs));
}
