/**
 * Reads the file of a monitor and those that it includes: permissions, text, the password files they name. A file with
 * a password in it, or one that anybody may change (it names commands that are run), is refused; so is one that somebody
 * else put among those that are included.
 */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { includedPaths } from "./include.ts";
import { applyOverrides } from "./overrides.ts";
import { HERE, parseConfig } from "./parse.ts";
import { ConfigErrors, type Problem } from "./problems.ts";
import type { Secret } from "./secret.ts";
import { fault, readSecret, readText } from "./secret-file.ts";
import type { SourceFile } from "./sections.ts";
import type { Config, NodeLogin, Overrides, OwnDoor } from "./types.ts";

export const DEFAULT_CONFIG = "/etc/redis-mmm.conf";

/** Whose value is a secret, or may hold one. */
const SECRETS: readonly string[] = ["redis_password", "webhook"];
const ROOT = 0;
const READABLE_BY_OTHERS = 0o004;
const WRITABLE_BY_OTHERS = 0o002;

/**
 * Everything that `mmm-mon` needs, passwords included.
 * @throws ConfigErrors
 */
export function loadConfig(file: string = DEFAULT_CONFIG, overrides: Overrides = {}): Config {
  return applyOverrides(withSecrets(readConfig(file)), overrides);
}

/**
 * The file alone: no password file is opened, so that whoever may read the file may use `mmm`.
 * @throws ConfigErrors
 */
export function readConfig(file: string = DEFAULT_CONFIG): Config {
  const problems: Problem[] = [];
  const modes = new Map<string, number>();
  const open = (path: string): SourceFile & { readonly uid: number } => {
    const { text, mode, uid } = readText(path);
    modes.set(path, mode);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) problems.push(fault(path, openToAll(path)));
    return { file: path, text, uid };
  };
  const main = open(file);
  const openIncluded = (path: string) => {
    const source = open(path);
    if (source.uid !== main.uid && source.uid !== ROOT) problems.push(fault(path, foreign(file)));
    return source;
  };
  const included = (pattern: string, from: string) => {
    const paths = includedPaths(pattern, from);
    problems.push(...[...new Set(paths.map(dirname))].flatMap(openFolder));
    return paths.flatMap((path) => orProblems(problems, () => openIncluded(path)) ?? []);
  };
  const config = orProblems(problems, () => parseConfig(main.text, file, { ...HERE, included }));
  for (const [path, mode] of modes) {
    const secret = config === null ? undefined : secretKeyIn(config, path);
    if (secret === undefined || (mode & READABLE_BY_OTHERS) === 0) continue;
    const instead = secret === "redis_password" ? ", or use redis_password_file" : "";
    const text = `holds a ${secret} and anybody may read it: chmod o-r ${path}${instead}`;
    problems.push(fault(path, text));
  }
  if (config === null || problems.length > 0) throw new ConfigErrors(problems);
  return config;
}

/** Whoever may put a file there has it included. */
function openFolder(folder: string): readonly Problem[] {
  if ((statSync(folder).mode & WRITABLE_BY_OTHERS) === 0) return [];
  const text = `anybody may put a file there, and it would be included: chmod o-w ${folder}`;
  return [fault(folder, text)];
}

function foreign(main: string): string {
  return `belongs neither to root nor to whom ${main} belongs, and it names commands that are run`;
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

/** The key of a secret that is written in that file. */
function secretKeyIn({ entries }: Config, path: string): string | undefined {
  return entries.find(
    ({ file, key, from }) => file === path && SECRETS.includes(key) && from === "file",
  )?.key;
}

function withSecrets(config: Config): Config {
  const problems: Problem[] = [];
  const read = new Map<string, Secret | null>();
  const secretIn = (source: string | null, what: string): Secret | null => {
    if (source === null) return null;
    if (!read.has(source)) read.set(source, readSecret(source, what, problems));
    return read.get(source) ?? null;
  };
  const withSecret = <T extends NodeLogin>(login: T): T => ({
    ...login,
    redisPassword: secretIn(login.redisPasswordFile, "password") ?? login.redisPassword,
    sshPassphrase: secretIn(login.sshPassphraseFile, "passphrase"),
  });
  const withPassword = <T extends OwnDoor>(door: T, what: string): T => ({
    ...door,
    secret: secretIn(door.secretFile, what),
  });
  const { http, sentinel } = config.local.doors;
  const doors = {
    http: http && withPassword(http, "token"),
    sentinel: sentinel && withPassword(sentinel, "password"),
  };
  const local = withSecret({ ...config.local, doors });
  const logins = Object.fromEntries(
    Object.entries(local.logins).map(([name, login]) => [name, withSecret(login)]),
  );
  if (problems.length > 0) throw new ConfigErrors(problems);
  return { ...config, local: { ...local, logins } };
}
