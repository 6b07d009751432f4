/** Control groups of the kernel, under either version of them. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where one version keeps a kind of groups, and what a new one is to be given there. */
export interface GroupPlace {
  readonly root: string;
  readonly file: string;
  readonly value: number;
}

/** Makes the group at the first of the places that knows the file; null: this host lets nobody do that. */
export function makeControlGroup(
  name: string,
  places: readonly GroupPlace[],
): { readonly root: string; readonly group: string } | null {
  for (const { root, file, value } of places) {
    const group = join(root, name);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (existsSync(join(group, file))) {
      writeFileSync(join(group, file), String(value));
      return { root, group };
    }
    rmdirSync(group);
  }
  return null;
}
