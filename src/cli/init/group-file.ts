/**
 * `mmm init --group NAME`: one more group for monitors that run already, as a file of its own in the folder
 * that their configuration includes. All files together are checked before anything is written: a virtual
 * IP or a Redis that another group has is refused as `mmm config check` would refuse it.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { includedPaths, isIncluded } from "../../adapters/config/include.ts";
import { readConfig } from "../../adapters/config/load.ts";
import { isName } from "../../adapters/config/names.ts";
import { HERE, parseConfig } from "../../adapters/config/parse.ts";
import type { Config } from "../../adapters/config/types.ts";
import { EXIT, messageOf } from "../../errors.ts";
import { Failure, usageFailure } from "../failure.ts";

export interface GroupPlace {
  /** Where the new file goes. */
  readonly file: string;
  /** The file that includes it. */
  readonly main: string;
  /** Said there for all groups, so that the new file need not; null: not said. */
  readonly interface: string | null;
  readonly sshUser: string | null;
}

/** @throws Failure, ConfigErrors when the present files have problems of their own */
export function placeOf(group: string, main: string): GroupPlace {
  if (!isName(group))
    throw usageFailure(`--group: "${group}" is not a name: letters, digits, - and _`, "init");
  const config = readConfig(main);
  const pattern = saidAtTop(config, "include");
  if (pattern === null) {
    throw new Failure(EXIT.refused, [
      `error: ${main} includes no files, so a further group would not be found; nothing was written`,
      `try: write into ${main}, above the first [section], on every monitor: include = /etc/redis-mmm.d/*.conf`,
    ]);
  }
  const file = join(
    dirname(resolve(dirname(main), pattern)),
    `${group}${extname(pattern) || ".conf"}`,
  );
  refuseTaken(config, group, file);
  if (!isIncluded(file, pattern, main)) {
    throw new Failure(EXIT.refused, [
      `error: ${main} includes ${pattern}, which does not mean ${file}; nothing was written`,
      "try: mmm init --group a name that it means, or a wider include",
    ]);
  }
  return {
    file,
    main,
    interface: saidAtTop(config, "cluster_interface"),
    sshUser: saidAtTop(config, "ssh_user"),
  };
}

function refuseTaken({ groups, file: main }: Config, group: string, file: string): void {
  const known = groups.find(({ name }) => name === group);
  if (known === undefined || known.file === file) return;
  throw new Failure(EXIT.refused, [
    `error: there is a group ${group} already, in ${known.file === main ? main : known.file}; nothing was written`,
    "try: mmm init --group with another name",
  ]);
}

function saidAtTop({ entries, file }: Config, key: string): string | null {
  const said = entries.find(
    (one) => one.file === file && one.section === "" && one.key === key && one.from === "file",
  );
  return said?.value ?? null;
}

/** The warnings of all files with the new one among them. @throws ConfigErrors */
export function checkWith(text: string, { file, main }: GroupPlace): readonly string[] {
  const included = (pattern: string, from: string) => {
    const others = includedPaths(pattern, from).filter((path) => path !== file);
    return [
      ...others.map((path) => ({ file: path, text: readFileSync(path, "utf8") })),
      { file, text },
    ];
  };
  const { warnings } = parseConfig(readFileSync(main, "utf8"), main, { ...HERE, included });
  const name = basename(file, extname(file));
  return warnings.filter((warning) => warning.startsWith(`group ${name}: `));
}

/** The folder that is named and not there yet. */
export function makeFolderOf(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new Failure(EXIT.unexpected, [`error: cannot make ${folder}: ${messageOf(error)}`]);
  }
}
