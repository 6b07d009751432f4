/** What a command's description says, in its parts: sentences, and lines about one subcommand each. */
import type { CommandSpec } from "../../src/cli/command.ts";

export type Part =
  | { readonly kind: "prose"; readonly text: string }
  | { readonly kind: "entry"; readonly name: string; readonly text: string };

/** In help a subcommand and what it does stand in two columns. */
const ENTRY = /^(\S.*?) {2,}(\S.*)$/;

/** The summary leads; sentences that follow each other are one paragraph. */
export function partsOf({ summary, details }: CommandSpec): readonly Part[] {
  const parts: Part[] = [{ kind: "prose", text: `${summary}.` }];
  for (const line of details) {
    const [, name, text] = ENTRY.exec(line) ?? [];
    const last = parts.at(-1);
    if (name !== undefined && text !== undefined) parts.push({ kind: "entry", name, text });
    else if (last?.kind === "prose") parts.splice(-1, 1, { kind: "prose", text: `${last.text} ${line}` });
    else parts.push({ kind: "prose", text: line });
  }
  return parts;
}
