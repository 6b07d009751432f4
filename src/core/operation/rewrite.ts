/**
 * What becomes of CONFIG REWRITE on a node that was brought back: a failure is an alarm, for after a
 * restart it would follow whom its file names. It is tried again until it succeeds, and that ends the alarm.
 */
import type { NodeName } from "../ids.ts";
import { rememberedPair } from "../remembered.ts";
import type { GroupPart, Node } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Answer, Work } from "./errand.ts";

const AGAIN_MS = 10_000;

const alarmOf = rememberedPair((name, node) => `${name}: ${node} rewrite`);

export function tellOfRewrite(turn: Turn, group: GroupPart, node: Node, answer: Answer): void {
  const text = (why: string) =>
    `CONFIG REWRITE failed on ${node.name}: ${why}; after a restart it follows whom its file names`;
  if (answer.kind === "failed") turn.alarm(alarmOf(group.name, node.name), text(answer.text));
  if (answer.kind === "done") forgetRewrite(turn, group.name, node.name);
}

export function forgetRewrite(turn: Turn, group: string, node: NodeName): void {
  turn.alarm(alarmOf(group, node), null);
}

/** Only where it failed, and was told of. */
export function rewriteAgain(work: Work, group: GroupPart, node: Node): void {
  const { turn } = work;
  if (turn.state.alarms[alarmOf(group.name, node.name)] === undefined) return;
  const waiting = `rewrite ${node.name}`;
  if (turn.lasting(group.name, waiting, true) < AGAIN_MS) return;
  const answer = work.poll(node, "rewrite again", { kind: "rewrite" }, AGAIN_MS / 2);
  if (answer.kind === "pending") return;
  // From here the time counts anew.
  turn.lasting(group.name, waiting, false);
  tellOfRewrite(turn, group, node, answer);
}
