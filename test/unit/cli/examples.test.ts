import { describe, expect, it } from "vitest";
import { checkOperands, checkOptions, readArguments } from "../../../src/cli/arguments.ts";
import { COMMANDS, optionsOf } from "../../../src/cli/commands.ts";
import { examplesOf } from "../../../src/cli/examples.ts";
import { mmm } from "./world.ts";

/** As a shell would take it apart: the examples need no more than double quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

/** @throws Failure, as the program does */
function read(line: string): string {
  const [program, ...argv] = wordsOf(line);
  expect(program).toBe("mmm");
  const { command, operands, options } = readArguments(argv, optionsOf);
  const spec = COMMANDS.find(({ name }) => name === command);
  if (spec === undefined) throw new Error(`there is no command ${command}`);
  checkOptions(options, spec.options, spec.name);
  checkOperands(operands, spec.operands, spec.name);
  const [first = ""] = spec.operands.split(" ");
  const choices = first.replace(/^\[|\]$/g, "").split("|");
  if (choices.length > 1) expect(choices).toContain(operands[0]);
  return spec.name;
}

const ALL = COMMANDS.flatMap(({ name }) =>
  examplesOf(name).map(({ line }) => [line, name] as const),
);

describe("each example", () => {
  it.each(ALL)("%s", (line, name) => {
    expect(read(line)).toBe(name);
  });

  it("would be refused if it were wrong", () => {
    expect(() => read("mmm switchover --at")).toThrow();
    expect(() => read("mmm monitor replce mon2")).toThrow();
    expect(() => read("mmm failover --dry-run")).toThrow("failover takes no --dry-run");
  });
});

it("stands at the end of the command's help, and a long one over several lines", async () => {
  expect(ALL.length).toBeGreaterThan(40);
  const { out } = await mmm("history --help");
  expect(out.split("\n").slice(-4)).toEqual([
    "",
    "examples:",
    "  mmm history -n 5    # the newest five",
    "  mmm history show 7  # all of the operation with epoch 7: the first column",
  ]);
  const init = (await mmm("init --help")).out;
  expect(init).toMatch(/\n {2}mmm init --vip .* \\\n {4}--/);
  const [, examples = ""] = init.split("\nexamples:\n");
  expect(examples.split("\n").filter((line) => line.length > 110)).toEqual([]);
  expect((await mmm("resume --help")).out).not.toContain("examples:");
});
