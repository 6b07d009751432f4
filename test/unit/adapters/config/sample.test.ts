import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { MONITOR_KEYS, NODE_KEYS, TOP_KEYS } from "../../../../src/adapters/config/schema.ts";

const SAMPLE = readFileSync(new URL("../../../../config/redis-mmm.conf", import.meta.url), "utf8");
const TOP = SAMPLE.slice(0, SAMPLE.indexOf("[db1]"));

/** `; key = value`, as opposed to prose. */
const OPTION = /^(; )?([a-z][a-z_]*) = (.*)$/gm;

function keysIn(text: string): readonly string[] {
  return [...text.matchAll(OPTION)].map((match) => match[2] ?? "");
}

describe("the sample configuration", () => {
  it("is accepted, and is about three nodes and three monitors", () => {
    const config = parseConfig(SAMPLE, "redis-mmm.conf");
    expect(config.groups[0]?.nodes).toHaveLength(3);
    expect(config.monitors).toHaveLength(3);
    expect(config.warnings).toEqual([]);
  });

  it("explains every key that there is, and no other", () => {
    expect(new Set(keysIn(TOP))).toEqual(new Set(Object.keys(TOP_KEYS)));
    const rest = SAMPLE.slice(TOP.length);
    for (const key of [...Object.keys(NODE_KEYS), ...Object.keys(MONITOR_KEYS)]) {
      expect(rest).toMatch(new RegExp(`\\b${key}\\b`));
    }
  });

  it("shows the true defaults in its comments", () => {
    for (const [, comment, key = "", value] of TOP.matchAll(OPTION)) {
      const fallback = Object.entries(TOP_KEYS).find(([name]) => name === key)?.[1].defaultText;
      if (comment !== undefined && typeof fallback === "string")
        expect(`${key} = ${value}`).toBe(`${key} = ${fallback}`);
    }
  });

  it("would be accepted with every comment of a key removed", () => {
    const both = /^; (redis_password|tls|slave_ip|vip) = .*\n/gm;
    const text = SAMPLE.replaceAll(both, "").replaceAll(/^; ([a-z][a-z_]*) = /gm, "$1 = ");
    expect(() => parseConfig(text, "f")).not.toThrow();
  });
});
