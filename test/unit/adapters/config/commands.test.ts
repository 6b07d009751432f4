/** Keys that hold a command line: it may hold a token, so nobody is shown it. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { MONITOR_KEYS, NODE_KEYS, TOP_KEYS } from "../../../../src/adapters/config/schema.ts";
import { anyText } from "../../../../src/adapters/config/values.ts";
import { differences } from "../../../../src/core/reload/differences.ts";
import { group } from "../../core/reload/build.ts";

const FREE = [TOP_KEYS, NODE_KEYS, MONITOR_KEYS].flatMap((keys) =>
  Object.entries(keys).filter(([, key]) => key.parse === anyText),
);
/** What is agreed on of them, so that a reload tells that it is another. */
const AGREED = ["fence_command", "pre_failover", "pre_switchover"];
const OWN = ["post_failover", "post_switchover", "on_alarm", "on_event"];
const COMMANDS = [...AGREED, ...OWN];

const NODES = "cluster_interface = eth1\nmaster_ip = 192.0.2.70\n[db1]\naddress = 192.0.2.1\n";
const configOf = (key: string, value: string) => parseConfig(`${key} = ${value}\n${NODES}`, "f");

describe("a command in the file", () => {
  it("is one of these, or its key is looked at here first", () => {
    const names = new Set(FREE.map(([name]) => name).filter((name) => name !== "redis_password"));
    expect(names).toEqual(new Set(COMMANDS));
  });

  it.each(FREE)("is marked as a secret, like every text of any form: %s", (_, { traits }) => {
    expect(traits.secret).toBe(true);
  });

  it.each(COMMANDS)("is masked in what is in force: %s", (key) => {
    const { entries } = configOf(key, "/bin/tell --token geheim");
    expect(entries).toContainEqual({ file: "f", section: "", key, value: "***", from: "file" });
    expect(JSON.stringify(entries)).not.toContain("geheim");
  });

  it.each(COMMANDS)("is never said by a reload, only that it is another: %s", (key) => {
    const of = (value: string | null) => {
      const text = value === null ? "cooldown" : key;
      const { settings } = configOf(text, value ?? "60s").groups[0]!;
      return settings;
    };
    const lines = (before: string | null, after: string | null) => {
      const agreed = { ...group(), settings: of(before) };
      const { nodes } = agreed;
      const proposal = { settings: of(after), nodes, writer: agreed.vips[0]!.ip, readers: [] };
      return differences(agreed, { ...proposal, mode: null }).join("\n");
    };
    const first = "/bin/tell --token geheim-1";
    const told = [
      lines(null, first),
      lines(first, "/bin/tell --token geheim-2"),
      lines(first, null),
      lines(first, first),
    ];
    expect(told.join()).not.toContain("geheim");
    const words = told.map((line) => line.replace(/ \(.*/, ""));
    const isAgreed = AGREED.includes(key);
    const expected = ["set", "changed", "removed"].map((word) => `${key}: ${word}`);
    expect(words).toEqual(isAgreed ? [...expected, ""] : ["", "", "", ""]);
  });

  it("leaves what stands beside it to be told", () => {
    const settings = (more: string) =>
      configOf("pre_failover", `/bin/a\n${more}`).groups[0]!.settings;
    const agreed = { ...group(), settings: settings("on_hook_failure = stop") };
    const { nodes, vips } = agreed;
    const after = settings("pre_failover_timeout = 2s");
    const proposal = { settings: after, nodes, writer: vips[0]!.ip, readers: [], mode: null };
    expect(differences(agreed, proposal)).toEqual([
      "pre_failover: 5s, on failure stop → 2s, on failure go-on",
    ]);
  });
});
