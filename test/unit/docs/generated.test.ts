import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasProgram } from "../../helpers/programs.ts";
import { manualPages } from "../../../scripts/docs.d/manual.ts";
import { commandsPage, configurationPage } from "../../../scripts/docs.d/markdown.ts";
import { readReference } from "../../../scripts/docs.d/reference.ts";
import { MONITOR_KEYS, NODE_KEYS, TOP_KEYS } from "../../../src/adapters/config/schema.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";

const chapters = readReference();

function committed(page: string): string {
  return readFileSync(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
}

describe("the pages that are made from the program", () => {
  it("are not stale: else run scripts/gen-docs", () => {
    expect(committed("configuration.md")).toBe(configurationPage(chapters));
    expect(committed("commands.md")).toBe(commandsPage());
  });

  it("explain every key, with words", () => {
    const explained = chapters.flatMap(({ entries }) => entries);
    const text = chapters.flatMap(({ prose }) => prose).join(" ");
    const names = explained.flatMap(({ keys }) => keys.map(({ name }) => name));
    for (const name of Object.keys({ ...TOP_KEYS, ...NODE_KEYS, ...MONITOR_KEYS }))
      expect(names.includes(name) || text.includes(name), name).toBe(true);
    const first = explained.find(({ keys }) => keys.some(({ name }) => name === "down_after"));
    expect(first?.text).toContain("if a majority of the monitors says so");
    expect(first?.agreed).toBe(true);
  });

  it("are manual pages that troff takes without a word", () => {
    for (const { text } of manualPages("0.0.0", chapters)) {
      expect(text).toMatch(/^\.TH /);
      for (const line of text.split("\n"))
        expect(line).not.toMatch(/^['.](?!TH|SH|TP|TQ|B |PP|RS|RE|nf|fi)/);
    }
    const [mmm] = manualPages("0.0.0", chapters);
    for (const { name } of COMMANDS) expect(mmm?.text).toContain(`.B ${name}`);
    for (const part of ["ENVIRONMENT", "FILES", "EXAMPLES"])
      expect(mmm?.text).toContain(`\n.SH ${part}\n`);
  });

  it("keep the lines about subcommands apart", () => {
    expect(commandsPage()).toContain("\n- `remove NAME`: one fewer;");
    const [mmm] = manualPages("0.0.0", chapters);
    expect(mmm?.text).toContain("\n.TP\n.B remove NAME\none fewer;");
  });

  it.runIf(hasProgram("man"))("read well in man", () => {
    for (const { file, text } of manualPages("0.0.0", chapters)) {
      const { stdout, stderr } = spawnSync("man", ["--warnings", "-l", "-"], {
        input: text,
        encoding: "utf8",
        env: { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8" },
      });
      expect(stderr, file).toBe("");
      expect(stdout, file).toContain("redis-mmm");
    }
  });
});
