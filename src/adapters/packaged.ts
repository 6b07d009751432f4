/** Files that come with the program and are read when it runs: the guard, the unit of a service. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @param path like `scripts/guard`: beside `src` or `dist`, whichever this file is in. Throws if it is missing. */
export function readPackaged(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch (error) {
      const above = dirname(folder);
      if (above === folder) throw error;
      folder = above;
    }
  }
}
