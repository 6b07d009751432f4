/**
 * Reads the file of a monitor and those that it includes: permissions, text, the password files they name. A file with
 * a password in it, or one that anybody may change (it names commands that are run), is refused.
 */
import { readFileSync, statSync } from "node:fs";
import { includedPaths } from "./include.ts";
import { applyOverrides } from "./overrides.ts";
import { HERE, parseConfig } from "./parse.ts";
import { ConfigErrors, type Problem } from "./problems.ts";
import { Secret } from "./secret.ts";
import type { SourceFile } from "./sections.ts";
import type { Config, NodeLogin, Overrides } from "./types.ts";

export const DEFAULT_CONFIG = "/etc/redis-mmm.conf";

const READABLE_BY_OTHERS = 0o004;
const WRITABLE_BY_OTHERS = 0o002;

/**
 * Everything that `mmm-mon` needs, passwords included.
 * @throws ConfigErrors
 */
export function loadConfig(file: string = DEFAULT_CONFIG, overrides: Overrides = {}): Config {
  return applyOverrides(withPasswords(readConfig(file)), overrides);
}

/**
 * The file alone: no password file is opened, so that whoever may read the file may use `mmm`.
 * @throws ConfigErrors
 */
export function readConfig(file: string = DEFAULT_CONFIG): Config {
  const problems: Problem[] = [];
  const modes = new Map<string, number>();
  const open = (path: string): SourceFile => {
    const { text, mode } = readText(path);
    modes.set(path, mode);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) problems.push(fault(path, openToAll(path)));
    return { file: path, text };
  };
  const main = open(file);
  const included = (pattern: string, from: string) =>
    includedPaths(pattern, from).flatMap((path) => orProblems(problems, () => open(path)) ?? []);
  const config = orProblems(problems, () => parseConfig(main.text, file, { ...HERE, included }));
  for (const [path, mode] of modes) {
    if (config === null || (mode & READABLE_BY_OTHERS) === 0 || !holdsPassword(config, path))
      continue;
    problems.push(
      fault(
        path,
        `holds a redis_password and anybody may read it: chmod o-r ${path}, or use redis_password_file`,
      ),
    );
  }
  if (config === null || problems.length > 0) throw new ConfigErrors(problems);
  return config;
}

function openToAll(file: string): string {
  return `anybody may change this file, and it names commands that are run: chmod o-w ${file}`;
}

function orProblems<T>(problems: Problem[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function holdsPassword({ entries }: Config, path: string): boolean {
  return entries.some(
    ({ file, key, from }) => file === path && key === "redis_password" && from === "file",
  );
}

function withPasswords(config: Config): Config {
  const problems: Problem[] = [];
  const read = new Map<string, Secret | null>();
  const withPassword = <T extends NodeLogin>(login: T): T => {
    const path = login.redisPasswordFile;
    if (path === null) return login;
    if (!read.has(path)) read.set(path, readPassword(path, problems));
    return { ...login, redisPassword: read.get(path) ?? null };
  };
  const local = withPassword(config.local);
  const logins = Object.fromEntries(
    Object.entries(local.logins).map(([name, login]) => [name, withPassword(login)]),
  );
  if (problems.length > 0) throw new ConfigErrors(problems);
  return { ...config, local: { ...local, logins } };
}

/** The first line: editors end a file with a line break that is no part of a password. */
function readPassword(path: string, problems: Problem[]): Secret | null {
  try {
    const { text, mode } = readText(path);
    const password = text.split(/\r?\n/)[0] ?? "";
    if (password === "") problems.push(fault(path, "holds no password in its first line"));
    if ((mode & (READABLE_BY_OTHERS | WRITABLE_BY_OTHERS)) !== 0) {
      problems.push(fault(path, `holds a password and is open to anybody: chmod o-rw ${path}`));
    }
    return new Secret(password);
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function readText(file: string): { readonly text: string; readonly mode: number } {
  try {
    return { text: readFileSync(file, "utf8"), mode: statSync(file).mode };
  } catch (error) {
    throw new ConfigErrors([fault(file, whyUnreadable(error))]);
  }
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT")
    return "there is no such file; copy the sample redis-mmm.conf there, or name another with --config";
  if (code === "EACCES") return "may not be read by this user";
  if (code === "EISDIR") return "is a directory, not a file";
  return error instanceof Error ? error.message : String(error);
}

function fault(file: string, text: string): Problem {
  return { file, line: null, column: null, section: "", key: null, text };
}
