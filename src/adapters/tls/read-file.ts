/** Reads the small files that TLS needs, and says what is wrong with one in words that help. */
import { readFileSync, statSync } from "node:fs";
import { MmmError, messageOf, systemCode } from "../../errors.ts";

export interface FileText {
  readonly text: string;
  /** Its permissions. */
  readonly mode: number;
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a directory",
};

const FOR_READERS = "run this as a user who may (sudo), or let this one read it";

/** @throws MmmError TLS_FILES */
export function readText(file: string, advice: string): FileText {
  try {
    return { text: readFileSync(file, "utf8"), mode: statSync(file).mode };
  } catch (error) {
    const code = systemCode(error) ?? "";
    const why = WHY_UNREADABLE[code] ?? messageOf(error);
    throw unusable(file, why, code === "EACCES" ? `${FOR_READERS}; or ${advice}` : advice);
  }
}

export function unusable(file: string, why: string, todo: string): MmmError {
  return new MmmError("TLS_FILES", { what: `cannot use ${file}`, why, todo });
}
