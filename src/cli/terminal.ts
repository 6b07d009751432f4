/**
 * Where `mmm` prints and asks. Data goes to standard output, everything about it (warnings,
 * progress, questions) to standard error. Colour is for terminals only and never the only sign.
 */
import { clearScreenDown, cursorTo } from "node:readline";
import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

export type Tone = "good" | "bad" | "warn" | "dim" | "strong";
export type Paint = (tone: Tone, text: string) => string;

export interface Terminal {
  /** A person can be asked. */
  readonly interactive: boolean;
  /** Standard output is a screen that can be redrawn. */
  readonly screen: boolean;
  /** How wide that is now; null: it is none, or does not say. */
  readonly columns: () => number | null;
  readonly paint: Paint;
  /** Ctrl-C, from the first call on; before that it ends the process. */
  readonly interrupted: () => AbortSignal;
  print(lines: readonly string[]): void;
  note(lines: readonly string[]): void;
  redraw(lines: readonly string[]): void;
  ask(question: string): Promise<string>;
}

const ESCAPE = "\u001b";
const COLOURS = {
  good: "green",
  bad: "red",
  warn: "yellow",
  dim: "dim",
  strong: "bold",
} as const;

export const plain: Paint = (_tone, text) => text;

const colour: Paint = (tone, text) => styleText(COLOURS[tone], text);

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function terminalOf(streams: Streams, interrupted: () => AbortSignal): Terminal {
  const { stdin, stdout, stderr } = streams;
  const write = (stream: NodeJS.WriteStream, lines: readonly string[]) => {
    if (lines.length > 0) stream.write(`${harmless(lines.join("\n"))}\n`);
  };
  return {
    interactive: stdin.isTTY && stderr.isTTY,
    screen: stdout.isTTY,
    columns: () => (stdout.isTTY && stdout.columns > 0 ? stdout.columns : null),
    paint: wantsColour(streams) ? colour : plain,
    interrupted,
    print: (lines) => write(stdout, lines),
    note: (lines) => write(stderr, lines),
    redraw: (lines) => {
      cursorTo(stdout, 0, 0);
      clearScreenDown(stdout);
      write(stdout, lines);
    },
    ask: (question) => ask(question, streams, interrupted()),
  };
}

/**
 * What is shown was partly written by others: a Redis, a host, whoever named a monitor. It must not move
 * the cursor, retitle the window or hide a line. Colours, which are ours, stay.
 */
export function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t](?:\[[\d;]*m)?/gu, (found) =>
    found.length > 1 && found.startsWith(ESCAPE) ? found : `\ufffd${found.slice(1)}`,
  );
}

/** FORCE_COLOR, NO_COLOR and TERM=dumb as everybody means them. */
export function wantsColour({ stdout, env }: Pick<Streams, "stdout" | "env">): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return stdout.isTTY && env["TERM"] !== "dumb";
}

/** An end of input, or Ctrl-C, is an empty answer: whoever says nothing has not agreed. */
async function ask(question: string, streams: Streams, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: streams.stdin, output: streams.stderr });
  const closed = new Promise<string>((settle) => reader.once("close", () => settle("")));
  try {
    return await Promise.race([reader.question(question, { signal }), closed]);
  } catch {
    return ""; // Interrupted.
  } finally {
    reader.close();
  }
}
