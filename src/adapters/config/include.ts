/**
 * Which files an `include` means: like /etc/redis-mmm.d/*.conf, in alphabetical order. A file's
 * name is that of its group, so that a group is added, renamed or removed as a file is.
 */
import { readdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { systemCode } from "../../errors.ts";
import { unreadable } from "./secret-file.ts";

/**
 * Relative patterns start from the folder of the file that includes. Only the last part may hold * or ?.
 * @throws ConfigErrors
 */
export function includedPaths(pattern: string, from: string): readonly string[] {
  const whole = resolve(dirname(from), pattern);
  const folder = dirname(whole);
  const isMeant = matcher(basename(whole));
  return namesIn(folder)
    .filter((name) => isMeant.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Whether that file would be among them, if it were there. */
export function isIncluded(file: string, pattern: string, from: string): boolean {
  const whole = resolve(dirname(from), pattern);
  return dirname(whole) === dirname(file) && matcher(basename(whole)).test(basename(file));
}

/**
 * A folder that is not there holds nothing: whoever adds the first group makes it. In one that may not be looked into
 * there may be groups, which must not seem to be gone.
 */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw unreadable(folder, error);
  }
}

/** As a shell has it: * and ? do not stand for a leading dot. */
function matcher(glob: string): RegExp {
  const text = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(glob.startsWith(".") ? `^${text}$` : `^(?!\\.)${text}$`);
}

/** `/etc/redis-mmm.d/orders.conf` is the group `orders`. */
export function groupNameOf(file: string): string {
  return basename(file, extname(file));
}
