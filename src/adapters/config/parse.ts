/**
 * From the text of a file, and of those that it includes, to a `Config`, or to every problem that
 * they have. Pure but for the look at which key files exist and at what is included, which the
 * caller may replace.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { buildGroup, buildLocal, buildMonitors, type Environment } from "./build.ts";
import { checkTogether, warningsOf } from "./checks.ts";
import { effectiveEntries } from "./effective.ts";
import { includedPaths } from "./include.ts";
import { leaseWarnings } from "./lease-arithmetic.ts";
import { ConfigErrors } from "./problems.ts";
import { readWhole, type Whole } from "./sections.ts";
import type { Config } from "./types.ts";

export const HERE: Environment = {
  home: homedir(),
  credentials: process.env["CREDENTIALS_DIRECTORY"],
  exists: existsSync,
  included: (pattern, from) =>
    includedPaths(pattern, from).map((file) => ({ file, text: readFileSync(file, "utf8") })),
};

/** @throws ConfigErrors with every problem of the files. */
export function parseConfig(text: string, file: string, environment: Environment = HERE): Config {
  const whole = readWhole({ file, text }, (pattern) => environment.included(pattern, file));
  checkTogether(whole);
  if (whole.source.problems.length > 0) throw new ConfigErrors(whole.source.problems);
  const groups = whole.groups.map((group) => buildGroup(group, whole.top));
  const local = buildLocal(whole, environment);
  return {
    file,
    groups,
    monitors: buildMonitors(whole.monitors),
    local,
    warnings: [...warningsOf(whole), ...groupWarnings(whole, groups)],
    entries: effectiveEntries(whole, local),
  };
}

function groupWarnings(whole: Whole, groups: Config["groups"]): readonly string[] {
  return groups.flatMap(({ name, settings }) => {
    const warnings = leaseWarnings(settings);
    return whole.groups.length === 1 ? warnings : warnings.map((text) => `group ${name}: ${text}`);
  });
}
