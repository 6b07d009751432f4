/**
 * What a configuration file proposes for a group. The file decides nothing by itself: at genesis, and
 * at `mmm reload`, the leader commits what it says, and every monitor goes by what was committed.
 */
import type { Ip } from "../ids.ts";
import type { GroupSettings } from "../settings.ts";
import type { GroupPart, Mode, Node } from "../state.ts";

/** What monitors add to a node themselves is no file's to say. */
export type ProposedNode = Omit<Node, "admin" | "outages" | "failedOverAt">;

export interface Proposal {
  readonly settings: GroupSettings;
  readonly nodes: readonly ProposedNode[];
  readonly writer: Ip | null;
  readonly readers: readonly Ip[];
  /** null: the file does not say, so what `mmm mode` set stays. */
  readonly mode: Mode | null;
}

/** `wait` says how a group begins: it is over once, and a file that still says it does not begin it again. */
export function modeAfter(group: GroupPart, { mode }: Proposal): Mode {
  return mode === null || mode === "wait" ? group.mode : mode;
}
