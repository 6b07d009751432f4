/** Files that come with the program and are read when it runs: the guard, the unit of a service. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MmmError } from "../errors.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @param path like `scripts/guard`: beside `src` or `dist`, whichever this file is in
 * @throws MmmError if it is missing, or may not be read
 */
export function readPackaged(path: string, from: string = HERE): string {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch (error) {
      if (dirname(folder) === folder) throw missing(path, from, error);
    }
  }
}

function missing(path: string, from: string, cause: unknown): MmmError {
  return new MmmError("PACKAGE_INCOMPLETE", {
    what: `${path} is part of redis-mmm and is not there`,
    why: `it was looked for in ${from} and in every folder above; the installation is incomplete`,
    todo: "install redis-mmm again (dpkg --verify redis-mmm; npm ls -g redis-mmm)",
    cause,
  });
}
