/** What the rules about one Redis go by. */
import type { NodeInfo } from "../../core/health/types.ts";
import type { Node } from "../../core/state.ts";
import type { Finding, Subject } from "./finding.ts";
import type { SeenRedis, Setting } from "./redis-sight.ts";
import type { Examined } from "./subject.ts";

export interface Case {
  readonly subject: Subject;
  readonly node: Node;
  readonly group: Examined;
  readonly seen: SeenRedis;
  readonly info: NodeInfo;
  /** null: not known. */
  readonly get: (name: Setting) => string | null;
  readonly number: (name: Setting) => number | null;
}

export type Rule = (subject: Case) => Finding | readonly Finding[] | null;
