/**
 * Hostile request lines to an installed guard, whose programs are replaced by some that only write
 * down what they were asked: nothing else is ever run, and no address outside of its list is touched.
 */
import fc from "fast-check";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FUZZ_LIMIT_MS, sampled, textOf } from "../helpers/fuzz.ts";
import { GUARD_SCRIPT, isRoot, VIP } from "./guard-host.ts";

/** As many as fit into some seconds. */
const LINES = 4_000;
const OPS = ["hello", "show", "install", "mark", "permit", "claim", "release"] as const;
const FUNCTIONS = ["main", "tables", "read_show", "commit", "remove_form", "exec", "eval", "sh"];
const NUMBERS = ["0", "1", "7", "60000", "4294967295", "4294967296", "-1", "010", "0x10", "1e3"];
const WORDS = [
  VIP,
  VIP,
  VIP,
  "10.77.0.1",
  "10.77.0.7",
  "10.77.0.70.",
  "0",
  "e0",
  "lo",
  "all",
  "..",
  "-x",
];

const word = fc.oneof(
  fc.constantFrom(...WORDS, ...NUMBERS, "deadbeef", "DEADBEEF", "-", "--", "_", "PATH", "IFS"),
  textOf(
    ..."$(touch CANARY)|`touch CANARY`|;touch CANARY;|>CANARY|&|*|~|%s|\\|'|\"|${IFS}|!|#".split(
      "|",
    ),
  ),
);
const op = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<string>(...OPS) },
  { weight: 1, arbitrary: fc.constantFrom(...FUNCTIONS) },
  { weight: 1, arbitrary: word },
);
/** Of the right form, as far as the words are: these reach the programs. */
const wellFormed = fc
  .tuple(fc.constantFrom("show", "install", "claim", "release"), fc.constantFrom(...WORDS))
  .map(([what, vip]) => {
    const rest = {
      show: "",
      install: " deadbeef 7",
      claim: " deadbeef 1 1 1 2 60000 2000 e0",
      release: " deadbeef 1 1",
    }[what];
    return `${what} 1 ${vip}${rest}`;
  });
const line = fc.oneof(
  { weight: 1, arbitrary: wellFormed },
  {
    weight: 12,
    arbitrary: fc
      .tuple(op, word, fc.array(word, { maxLength: 12 }))
      .map(([first, id, words]) => [first, id, ...words].join(" ")),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
);

function stubsIn(folder: string, log: string): void {
  for (const name of ["nft", "ip", "ss", "arping", "unshare", "renice", "sleep"]) {
    const code = `#!/bin/sh\n{ echo "${name} $*"; [ "$*" != "-f -" ] || cat; } >>${log}\n`;
    writeFileSync(join(folder, name), code, { mode: 0o755 });
  }
}

async function feed(path: string, cwd: string, lines: readonly string[]): Promise<string[]> {
  const child = spawn("sh", [path], { cwd, stdio: ["pipe", "pipe", "pipe"] });
  child.stderr.resume();
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString("latin1")));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end(Buffer.from(`${lines.join("\n")}\n`));
  expect(await ended).toBe(0);
  return output.trimEnd().split("\n");
}

test.skipIf(!isRoot())(
  "request lines of any kind run nothing, touch no other address, and are answered",
  { timeout: FUZZ_LIMIT_MS },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "gt-fuzz-"));
    try {
      const [bin, etc, log] = [join(folder, "bin"), join(folder, "etc"), join(folder, "log")];
      mkdirSync(bin);
      mkdirSync(etc, { mode: 0o755 });
      stubsIn(bin, log);
      writeFileSync(join(etc, "guard.list"), `${VIP} e0\n`, { mode: 0o644 });
      const path = join(folder, "guard");
      const script = GUARD_SCRIPT.replace(/^PATH=.*$/m, `PATH=${bin}:/usr/bin:/bin`)
        .replace(/^LIST=.*$/m, `LIST=${join(etc, "guard.list")}`)
        .replace(/^cd \/ .*$/m, `cd ${folder} || exit 70`);
      writeFileSync(path, script, { mode: 0o755 });
      const sent = sampled(line, LINES).flatMap((text) => text.split("\n"));
      const [greeting, ...answers] = await feed(path, folder, sent);

      expect(greeting).toBe("guard 1 installed");
      for (const answer of answers) expect(answer).toMatch(/^(ok|err) [A-Za-z0-9._-]+( |$)/);
      const blank = sent.filter((text) => /^[ ]*$/.test(text.replaceAll("\0", ""))).length;
      expect(answers.length).toBe(sent.length - blank);
      expect(existsSync(join(folder, "CANARY"))).toBe(false);
      const asked = readFileSync(log, "utf8");
      expect(asked).toContain(VIP);
      const touched = new Set(asked.match(/\d+\.\d+\.\d+\.\d+/g));
      expect([...touched]).toEqual([VIP]);
      expect(asked).not.toMatch(/\b(dev|-I) (?!e0\b)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
