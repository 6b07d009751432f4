/**
 * What this monitor's own file, with those that it includes, says otherwise than was agreed on. The agreement counts; but whoever
 * edits one file of three, or forgets `mmm reload`, should be told before that file is needed.
 */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { differences, keysOf } from "../../core/reload/differences.ts";
import type { Committed, GroupPart } from "../../core/state.ts";
import { messageOf, systemCode } from "../../errors.ts";
import { readConfig } from "./load.ts";
import { proposalFor } from "./proposal.ts";
import type { Config } from "./types.ts";

type Reading = { readonly config: Config } | { readonly problem: string };

export class OwnFile {
  readonly #path: string;
  /** Everything that was read, and where more may come to be. */
  #watched: readonly string[];
  #changedAt = "";
  #reading: Reading | null = null;
  #seen: readonly GroupPart[] = [];
  #answer = "";

  constructor(path: string) {
    this.#path = path;
    this.#watched = [path];
  }

  /** Keys, or why the file cannot be read; empty: it says what was agreed on. Cheap to ask again. */
  differsFrom({ groups }: Committed): string {
    const reading = this.#read();
    const isSame = reading === this.#reading && groups === this.#seen;
    this.#reading = reading;
    this.#seen = groups;
    if (!isSame)
      this.#answer = "problem" in reading ? reading.problem : keys(reading.config, groups);
    return this.#answer;
  }

  #read(): Reading {
    if (this.#reading !== null && this.#changes() === this.#changedAt) return this.#reading;
    const reading = this.#readAnew();
    const files = "config" in reading ? reading.config.entries.map(({ file }) => file) : [];
    const all = [this.#path, ...files];
    this.#watched = [...new Set([...all, ...all.map((file) => dirname(file))])];
    this.#changedAt = this.#changes();
    return reading;
  }

  #readAnew(): Reading {
    try {
      return { config: readConfig(this.#path) };
    } catch (error) {
      const [first = ""] = messageOf(error).split("\n");
      return { problem: `it cannot be used: ${first}` };
    }
  }

  #changes(): string {
    return this.#watched.map(lastChangeOf).join();
  }
}

/** Of one that is not there, or that may not be looked at: which of both. */
function lastChangeOf(path: string): string {
  try {
    return String(statSync(path).mtimeMs);
  } catch (error) {
    return systemCode(error) ?? "unknown";
  }
}

function keys(config: Config, groups: readonly GroupPart[]): string {
  const known = groups.map(({ name }) => name);
  const unknown = config.groups.filter(({ name }) => !known.includes(name));
  return [
    ...groups.flatMap((group) => keysOfGroup(config, group).map((key) => inGroup(group.name, key))),
    ...unknown.map(({ name }) => `group ${name}`),
  ].join(", ");

  function inGroup(name: string, key: string): string {
    return groups.length === 1 ? key : `${name}: ${key}`;
  }
}

function keysOfGroup(config: Config, group: GroupPart): readonly string[] {
  const proposal = proposalFor(config, group.name);
  return proposal === null ? ["not in the file"] : keysOf(differences(group, proposal));
}
