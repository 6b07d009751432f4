/**
 * What changes a Redis travels on an *action connection*. It is opened and named before the
 * evidence is gathered that justifies its use, and its first deed is to cut off every older one;
 * so no command of an older leader can run after one of a newer leader has.
 */
import type { NodeInfo } from "../health/types.ts";

/** `mmm-act:<term>.<seq>`, compared as numbers. */
export interface ActionConnection {
  readonly term: number;
  readonly seq: number;
}

export function connectionName(connection: ActionConnection): string {
  return `mmm-act:${connection.term}.${connection.seq}`;
}

export type RedisAction =
  /** Connect, authenticate, CLIENT SETNAME. */
  | { readonly kind: "open" }
  /** CLIENT LIST; kill by id every `mmm-act:` connection that is older; report a newer one. */
  | { readonly kind: "cut-off" }
  | { readonly kind: "info" }
  | { readonly kind: "get-min-replicas" }
  | { readonly kind: "set-min-replicas"; readonly value: string }
  | { readonly kind: "unpause" }
  /** These three answer with an INFO that was read right behind the change: their OK proves nothing. */
  | { readonly kind: "pause-writes"; readonly ms: number }
  | { readonly kind: "follow"; readonly host: string; readonly port: number }
  | { readonly kind: "promote" }
  /** CONFIG REWRITE: a failure is a warning. */
  | { readonly kind: "rewrite" }
  | { readonly kind: "close" };

export type RedisActionResult =
  | { readonly kind: "ok" }
  | { readonly kind: "cut-off"; readonly killed: number; readonly newer: string | null }
  | { readonly kind: "info"; readonly info: NodeInfo }
  | { readonly kind: "value"; readonly value: string }
  /** Redis answered with an error: it was not done. `code` is the first word. */
  | { readonly kind: "error"; readonly code: string; readonly text: string }
  /** No answer, or the connection is gone: it may have happened. The connection must not be used again. */
  | { readonly kind: "unknown"; readonly text: string };
