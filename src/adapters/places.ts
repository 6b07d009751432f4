/**
 * Hints name pages and scripts as a checkout has them: `docs/doctor.md`, `scripts/setup-host`. Where the
 * program is installed these lie elsewhere, and a hint must be true there, too. Whatever tells a
 * person something passes here once, so that no single hint has to think of it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGE = /(?<![\w/.-])docs\/[a-z0-9-]+\.md\b/g;
const SETUP_HOST = /(?<![\w/.-])scripts\/setup-host\b/g;
/** Beside the program in a checkout and in the npm package; then as Debian has it. */
const FOLDERS = ["", "doc/redis-mmm"];

/**
 * The text, with each page by its whole path, and the script by the name that it has on a database host.
 * @param from where the program is
 */
export function inPlace(text: string, from: string = HERE): string {
  return text
    .replace(PAGE, (page) => find(page, from) ?? page)
    .replace(SETUP_HOST, (script) =>
      find(script, from) === null ? "redis-mmm-setup-host" : script,
    );
}

function find(path: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = FOLDERS.map((one) => join(folder, one, path)).find((one) => existsSync(one));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return null;
  }
}
