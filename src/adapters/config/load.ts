/**
 * Reads the file of a monitor: its permissions, its text, the password files it names. A file with
 * a password in it, or one that anybody may change (it names commands that are run), is refused.
 */
import { readFileSync, statSync } from "node:fs";
import { applyOverrides } from "./overrides.ts";
import { parseConfig } from "./parse.ts";
import { ConfigErrors, type Problem } from "./problems.ts";
import { Secret } from "./secret.ts";
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
  const { text, mode } = readText(file);
  const problems: Problem[] = [];
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    problems.push(
      fault(
        file,
        `anybody may change this file, and it names commands that are run: chmod o-w ${file}`,
      ),
    );
  }
  const config = parseOr(problems, () => parseConfig(text, file));
  if (config !== null && (mode & READABLE_BY_OTHERS) !== 0 && holdsPassword(config)) {
    problems.push(
      fault(
        file,
        `holds a redis_password and anybody may read it: chmod o-r ${file}, or use redis_password_file`,
      ),
    );
  }
  if (config === null || problems.length > 0) throw new ConfigErrors(problems);
  return config;
}

function parseOr(problems: Problem[], parse: () => Config): Config | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function holdsPassword({ local }: Config): boolean {
  const logins = [local, ...Object.values(local.logins)];
  return logins.some((login) => login.redisPassword !== null);
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
