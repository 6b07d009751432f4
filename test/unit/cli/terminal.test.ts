import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Streams, terminalOf, wantsColour } from "../../../src/cli/terminal.ts";

function streams(): Streams & { readonly stdin: PassThrough; readonly shown: () => string } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const all = { stdin, stdout, stderr, env: {}, shown: () => String(stdout.read() ?? "") };
  return all as unknown as ReturnType<typeof streams>;
}

const never = () => new AbortController().signal;

describe("colour", () => {
  const CASES: readonly (readonly [
    isTTY: boolean,
    env: Record<string, string>,
    wanted: boolean,
  ])[] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
  ];
  it.each(CASES)("on a terminal: %s, with %j: %s", (isTTY, env, wanted) => {
    expect(wantsColour({ stdout: { isTTY } as NodeJS.WriteStream, env })).toBe(wanted);
  });
});

describe("a terminal", () => {
  it("prints nothing for no lines", () => {
    const all = streams();
    const terminal = terminalOf(all, never);
    terminal.print([]);
    terminal.print(["a", "b"]);
    expect(all.shown()).toBe("a\nb\n");
  });

  it("obeys nothing that stands in what others said, and keeps colours", () => {
    const all = streams();
    terminalOf(all, never).print(["\x1b[1mdb1\x1b[22m", "\x1b]0;title\x07 \x1b[2J\r\x9b1A\tend"]);
    expect(all.shown()).toBe(
      "\x1b[1mdb1\x1b[22m\n\ufffd]0;title\ufffd \ufffd[2J\ufffd\ufffd1A\tend\n",
    );
  });

  it("leaves lines as they are that begin as colours go on", () => {
    const all = streams();
    terminalOf(all, never).print(["", "[monitor:mon1]", "[1m]\t[m"]);
    expect(all.shown()).toBe("\n[monitor:mon1]\n[1m]\t[m\n");
  });

  it("takes an answer", async () => {
    const all = streams();
    const answer = terminalOf(all, never).ask("sure? ");
    all.stdin.write("yes\n");
    expect(await answer).toBe("yes");
  });

  it("takes an end of input, and Ctrl-C, for no", async () => {
    const ended = streams();
    const answer = terminalOf(ended, never).ask("sure? ");
    ended.stdin.end();
    expect(await answer).toBe("");
    const controller = new AbortController();
    const interrupted = terminalOf(streams(), () => controller.signal).ask("sure? ");
    controller.abort();
    expect(await interrupted).toBe("");
  });
});
