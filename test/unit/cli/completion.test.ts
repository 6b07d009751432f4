import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasProgram } from "../../helpers/programs.ts";
import { tempDir } from "../../helpers/temp-dir.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { commandWords } from "../../../src/cli/completion/words.ts";
import { mmm } from "./world.ts";

/** The completion of the last word, as bash itself computes it. */
async function inBash(...line: readonly string[]): Promise<readonly string[]> {
  const { out } = await mmm("completion bash");
  const program = `${out}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mmm 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const answer = execFileSync("bash", ["-c", program, "bash", "mmm", ...line], {
    encoding: "utf8",
  });
  return answer.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it("of bash knows every command", async () => {
    expect(await inBash("")).toEqual(COMMANDS.map(({ name }) => name));
    expect(await inBash("swi")).toEqual(["switchover"]);
  });

  it("of bash goes by the command that stands there, behind options and their values too", async () => {
    expect(await inBash("mode", "")).toEqual(["active", "manual", "passive", "wait"]);
    expect(await inBash("--group", "main", "-v", "mode", "pa")).toEqual(["passive"]);
    expect(await inBash("mode", "active", "")).toEqual([]);
    expect(await inBash("help", "histo")).toEqual(["history"]);
  });

  it("of bash offers the options of the command, and those of all", async () => {
    const options = await inBash("switchover", "--");
    expect(options).toContain("--to");
    expect(options).toContain("--config");
    expect(options).not.toContain("--force");
  });

  it("of bash names the nodes of the file that the line gives", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "a.conf");
    writeFileSync(file, "[db-here]\naddress = 10.0.0.1\n[monitor:one]\naddress = 10.0.0.2\n");
    expect(await inBash("-c", file, "info", "")).toEqual(["db-here"]);
    expect(await inBash("--config", "=", file, "switchover", "")).toEqual([]);
    expect(await inBash("info", "--config", "=", file, "")).toEqual(["db-here"]);
    expect(await inBash("info", "-c", file, "x")).toEqual([]);
  });

  it.runIf(hasProgram("fish"))("of fish does so, too", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "a.conf");
    writeFileSync(file, "[db-here]\naddress = 10.0.0.1\n");
    const { out } = await mmm("completion fish");
    for (const given of [`-c ${file}`, `--config ${file}`, `--config=${file}`]) {
      const program = `${out}\ncomplete -C 'mmm ${given} info '`;
      const answer = execFileSync("fish", ["--no-config", "-c", program], { encoding: "utf8" });
      expect(answer.split("\n"), given).toContain("db-here");
    }
  });

  it("is there for the shells that it names, and says so for others", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = await mmm(`completion ${shell}`);
      expect(code).toBe(0);
      for (const { name } of COMMANDS) expect(out).toContain(name);
    }
    const { code, err } = await mmm("completion tcsh");
    expect(code).toBe(2);
    expect(err).toContain('completion is for bash, zsh or fish, not "tcsh"');
  });

  it("knows of each option whether a value follows", () => {
    const switchover = commandWords().find(({ name }) => name === "switchover");
    const valueOf = (flag: string) =>
      switchover?.options.find((option) => option.flag === flag)?.value;
    expect(valueOf("--to")).toEqual({ kind: "node" });
    expect(valueOf("--config")).toEqual({ kind: "file" });
    expect(valueOf("--output")).toEqual({ kind: "words", words: ["table", "json"] });
    expect(valueOf("--yes")).toBeNull();
  });
});
