/**
 * Where secrets come from: the first line of a file, which may be one of systemd's credentials, or a
 * variable of the environment (`env:NAME`). What was in a variable is kept here and taken out of the
 * environment, for every command that this process runs would inherit it.
 */
import { readFileSync, statSync } from "node:fs";
import { systemCode } from "../../errors.ts";
import { CREDENTIALS } from "./build.ts";
import { ConfigErrors, type Problem } from "./problems.ts";
import { Secret } from "./secret.ts";

export interface TextFile {
  readonly text: string;
  readonly mode: number;
  /** Whose it is. */
  readonly uid: number;
}

const OPEN_TO_OTHERS = 0o006;
const VARIABLE = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;
const taken = new Map<string, Secret>();

/** @param what for people: `password`. What is wrong is added to `problems`; null then, at most. */
export function readSecret(source: string, what: string, problems: Problem[]): Secret | null {
  const variable = VARIABLE.exec(source)?.[1];
  return variable === undefined
    ? fromFile(source, what, problems)
    : fromEnvironment(variable, what, problems);
}

function fromEnvironment(name: string, what: string, problems: Problem[]): Secret | null {
  const value = process.env[name];
  if (value !== undefined && value !== "") {
    taken.set(name, new Secret(value));
    delete process.env[name];
  }
  const known = taken.get(name);
  if (known !== undefined) return known;
  problems.push(fault(`env:${name}`, `should hold a ${what}, and is not set in the environment`));
  return null;
}

/** The first line: editors end a file with a line break that is no part of a password. */
function fromFile(path: string, what: string, problems: Problem[]): Secret | null {
  try {
    const { text, mode } = readText(path);
    const secret = text.split(/\r?\n/, 1)[0] ?? "";
    if (secret === "") problems.push(fault(path, `holds no ${what} in its first line`));
    if ((mode & OPEN_TO_OTHERS) !== 0)
      problems.push(fault(path, `holds a ${what} and is open to anybody: chmod o-rw ${path}`));
    return new Secret(secret);
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

/** @throws ConfigErrors */
export function readText(file: string): TextFile {
  try {
    const { mode, uid } = statSync(file);
    return { text: readFileSync(file, "utf8"), mode, uid };
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function unreadable(file: string, error: unknown): ConfigErrors {
  return new ConfigErrors([fault(file, whyUnreadable(file, error))]);
}

function whyUnreadable(file: string, error: unknown): string {
  const code = systemCode(error);
  if (file.startsWith(CREDENTIALS))
    return "this process was given no credentials; name them in its unit: LoadCredential=";
  if (code === "ENOENT")
    return "there is no such file; copy the sample redis-mmm.conf there, or name another with --config";
  if (code === "EACCES") return "may not be read by this user";
  if (code === "EISDIR") return "is a directory, not a file";
  return error instanceof Error ? error.message : String(error);
}

/** A problem of a whole file. */
export function fault(file: string, text: string): Problem {
  return { file, line: null, column: null, section: "", key: null, text };
}
