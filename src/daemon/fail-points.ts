/**
 * For tests of real systems: a monitor that dies, or stops, right after a named deed was done and before
 * it learns so. Which deed, and by which signal, is read from the file that MMM_FAIL_AFTER names:
 *
 *   KILL promote db2        or, on whatever node:   STOP promote any
 *
 * The file is removed by the one monitor that obeys it. Builds for use do not contain this file: it is
 * compiled in by `scripts/build.mjs --fail-points` only.
 */
import { readFileSync, rmSync } from "node:fs";
import type { RedisAction } from "../core/operation/action.ts";
import { isBlackHole } from "../core/operation/black-hole.ts";
import { BLOCKED } from "../core/operation/blocked.ts";
import type { NodeWorld } from "./world.ts";

/** The nodes as they are, or with the fail point that the environment names. */
export function withFailPoint(nodes: NodeWorld, file: string | undefined): NodeWorld {
  if (file === undefined) return nodes;
  return {
    ...nodes,
    redis: {
      run: async (target, connection, action, deadlineMs) => {
        const result = await nodes.redis.run(target, connection, action, deadlineMs);
        obey(file, `${nameOf(action)} ${target.node}`);
        return result;
      },
    },
    guards: {
      request: async (target, request, deadlineMs) => {
        const result = await nodes.guards.request(target, request, deadlineMs);
        if (request.op !== "show") obey(file, `${request.op} ${target.node}`);
        return result;
      },
    },
  };
}

function nameOf(action: RedisAction): string {
  if (action.kind === "follow") return isBlackHole(action.host) ? "freeze" : "follow";
  if (action.kind === "set-min-replicas")
    return action.value === BLOCKED.value ? "block" : "unblock";
  return action.kind;
}

function obey(file: string, deed: string): void {
  const order = orderIn(file);
  if (order === null || !isMeant(order.deed, deed)) return;
  rmSync(file, { force: true });
  process.kill(process.pid, order.signal);
}

function isMeant(wanted: string, deed: string): boolean {
  const [what = "", node] = wanted.split(" ");
  return wanted === deed || (node === "any" && deed.startsWith(`${what} `));
}

function orderIn(file: string): { signal: "SIGKILL" | "SIGSTOP"; deed: string } | null {
  try {
    const [signal, ...words] = readFileSync(file, "utf8").trim().split(" ");
    return { signal: signal === "STOP" ? "SIGSTOP" : "SIGKILL", deed: words.join(" ") };
  } catch {
    return null;
  }
}
