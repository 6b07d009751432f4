import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/adapters/config/parse.ts";
import { ShellHooks } from "../../../src/adapters/hook.ts";
import type { HookFacts } from "../../../src/core/io.ts";
import { differences } from "../../../src/core/reload/differences.ts";
import { group } from "../core/health/build.ts";

const target = {
  group: "main",
  node: "db1",
  address: "192.0.2.1",
  port: 6379,
  sshUser: "mmm",
  sshPort: 22,
  sshHostKey: null,
};
const facts: HookFacts = {
  hook: "pre_failover",
  group: "main",
  from: "db1",
  reason: 'it "refuses"; $(reboot)',
  votes: { mon1: "refused" },
};

async function asked(command: string) {
  return await new ShellHooks().run(target, command, facts, 5_000);
}

describe("a question to the operator's command", () => {
  it("stands on its standard input, and nowhere in the shell's words", async () => {
    const { exitCode, text } = await asked('cat; echo "$MMM_NODE $MMM_ADDRESS"; exit 10');
    const [question = "", node] = text.split("\n");
    expect(exitCode).toBe(10);
    expect(JSON.parse(question)).toEqual(facts);
    expect(node).toBe("db1 192.0.2.1");
  });

  it("may be left unread", async () => {
    expect(await asked("exit 0")).toEqual({ kind: "hook", exitCode: 0, text: "" });
  });
});

describe("pre_failover in the file", () => {
  const nodes = "cluster_interface = eth1\nmaster_ip = 192.0.2.70\n[db1]\naddress = 192.0.2.1\n";

  it("is one setting, which a reload tells of", () => {
    const keys = "pre_failover = /bin/ask\npre_failover_timeout = 2s\non_hook_failure = stop\n";
    const settings = parseConfig(keys + nodes, "f").groups[0]?.settings;
    expect(settings?.preFailover).toEqual({
      command: "/bin/ask",
      timeoutMs: 2_000,
      onFailure: "stop",
    });
    const agreed = group();
    const { preFailover } = settings ?? {};
    const proposed = { ...agreed.settings, ...(preFailover && { preFailover }) };
    const proposal = { settings: proposed, nodes: agreed.nodes, writer: null, readers: [] };
    expect(differences({ ...agreed, vips: [] }, { ...proposal, mode: null })).toEqual([
      "pre_failover: set (2s, on failure stop)",
    ]);
  });

  it("and pre_switchover are asked by the same rule, each in its own time", () => {
    const keys = "pre_failover = /bin/a\npre_switchover = /bin/b\npre_switchover_timeout = 1s\n";
    const settings = parseConfig(keys + nodes, "f").groups[0]?.settings;
    expect(settings?.preSwitchover).toEqual({
      command: "/bin/b",
      timeoutMs: 1_000,
      onFailure: "go-on",
    });
    expect(settings?.preFailover?.timeoutMs).toBe(5_000);
  });

  it("is not there unless somebody wrote it", () => {
    expect(parseConfig(nodes, "f").groups[0]?.settings).not.toHaveProperty("preFailover");
  });
});
