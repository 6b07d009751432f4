/**
 * Hostile request lines to an installed guard, whose programs are replaced by some that only write
 * down what they were asked: nothing else is ever run, and no address outside of its list is touched.
 */
import fc from "fast-check";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FUZZ_LIMIT_MS, sampled, textOf } from "../helpers/fuzz.ts";
import { isLong } from "../helpers/lab.ts";
import { CLUSTER, GUARD_SCRIPT, isRoot, VIP } from "./guard-host.ts";

/** As many as fit into some seconds. */
const LINES = 4_000;
const FEW_LINES = 60;
/** On no list. */
const STRANGER = "10.9.9.9";
const OPS = ["hello", "show", "install", "mark", "permit", "claim", "release", "together"] as const;
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
  { weight: 7, arbitrary: fc.constantFrom<string>(...OPS) },
  { weight: 1, arbitrary: fc.constantFrom(...FUNCTIONS) },
  { weight: 1, arbitrary: word },
);
const vip = fc.oneof(fc.constant(VIP), fc.constantFrom(...WORDS));
const onInterface = fc.oneof(
  { weight: 5, arbitrary: fc.constant("e0") },
  { weight: 1, arbitrary: fc.constantFrom(...WORDS) },
);
/** Of the right form, as far as the words are: these reach the programs. */
const FORMS = {
  show: fc.constant(""),
  install: fc.constant(` ${CLUSTER} 7`),
  mark: fc
    .constantFrom("0 0 0", "1 0 0", "1 1 60000")
    .map((what) => ` ${CLUSTER} 0 7 ${CLUSTER} 1 1 ${what}`),
  permit: fc.constant(` ${CLUSTER} 1 1 1 60000`),
  claim: onInterface.map((device) => ` ${CLUSTER} 1 1 1 2 60000 2000 ${device}`),
  release: fc.constantFrom("", ` ${CLUSTER} 0 7`).map((seen) => ` ${CLUSTER} 1 1${seen}`),
};
const wellFormed = fc
  .constantFrom(...Object.keys(FORMS))
  .chain((what) =>
    fc.tuple(vip, FORMS[what as keyof typeof FORMS]).map(([ip, rest]) => `${what} 1 ${ip}${rest}`),
  );
/** As a monitor takes a VIP to a host: only what is marked is claimed without a look at the kernel's tables. */
const service = vip.map((ip) =>
  [
    `mark 1 ${ip} ${CLUSTER} 0 7 ${CLUSTER} 1 1 1 1 60000`,
    `claim 1 ${ip} ${CLUSTER} 1 1 1 2 60000 2000 e0`,
  ].join("\n"),
);
const together = fc
  .array(wellFormed, { minLength: 1, maxLength: 6 })
  .map((requests) => [`together 1 ${requests.length}`, ...requests].join("\n"));
const meant = fc.oneof(
  { weight: 4, arbitrary: wellFormed },
  { weight: 1, arbitrary: service },
  { weight: 1, arbitrary: together },
);
const line = fc.oneof(
  { weight: 1, arbitrary: meant },
  {
    weight: 12,
    arbitrary: fc
      .tuple(op, word, fc.array(word, { maxLength: 12 }))
      .map(([first, id, words]) => [first, id, ...words].join(" ")),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
);

/** What the guard says to so many lines: nothing to an empty one, nor to the first of a batch. */
function answersTo(lines: readonly string[]): number {
  let [answers, inBatch] = [0, 0];
  for (const text of lines.map((each) => each.replaceAll("\0", ""))) {
    const isBlank = /^ *$/.test(text);
    const count =
      inBatch > 0 ? undefined : /^ *together +[\w.-]+ +([1-9]|1[0-6]) *$/.exec(text)?.[1];
    inBatch = count === undefined ? Math.max(0, inBatch - 1) : Number(count);
    if (!isBlank && count === undefined) answers += 1;
  }
  return answers;
}

/** Whatever a program was to read stands in the log, too: what the guard changes is only there. */
function stubsIn(folder: string, log: string): void {
  for (const name of ["nft", "ip", "ss", "arping", "unshare", "renice", "sleep"]) {
    const code = `#!/bin/sh\n{ echo "${name} $*"; case " $* " in *" - "*) cat ;; esac; } >>${log}\n`;
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

interface Seen {
  readonly answers: readonly string[];
  /** What the programs were asked, and given to read. */
  readonly asked: string;
  readonly isCanaryThere: boolean;
}

async function seenOf(guard: string, sent: readonly string[]): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), "gt-fuzz-"));
  try {
    const at = (name: string): string => join(folder, name);
    for (const name of ["bin", "etc", "conf", "conf/e0"]) mkdirSync(at(name), { mode: 0o755 });
    stubsIn(at("bin"), at("log"));
    writeFileSync(at("conf/e0/arp_announce"), "2\n");
    writeFileSync(at("etc/guard.list"), `${VIP} e0\n`, { mode: 0o644 });
    const script = guard
      .replace(/^PATH=.*$/m, `PATH=${at("bin")}:/usr/bin:/bin`)
      .replace(/^LIST=.*$/m, `LIST=${at("etc/guard.list")}`)
      .replaceAll("/proc/sys/net/ipv4/conf", at("conf"))
      .replace(/^cd \/ .*$/m, `cd ${folder} || exit 70`);
    writeFileSync(at("guard"), script, { mode: 0o755 });
    const [greeting, ...answers] = await feed(at("guard"), folder, sent);
    expect(greeting).toBe("guard 1 installed");
    const asked = readFileSync(at("log"), "utf8");
    return { answers, asked, isCanaryThere: existsSync(at("CANARY")) };
  } finally {
    // What announces an address outlives the guard.
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
}

function addressesIn(asked: string): readonly string[] {
  return [...new Set(asked.match(/\d+\.\d+\.\d+\.\d+/g))];
}

describe.skipIf(!isRoot())("request lines of any kind", { timeout: FUZZ_LIMIT_MS }, () => {
  test("run nothing, touch no other address, and are answered", async () => {
    const sent = sampled(line, LINES).flatMap((text) => text.split("\n"));
    const { answers, asked, isCanaryThere } = await seenOf(GUARD_SCRIPT, sent);

    for (const answer of answers) expect(answer).toMatch(/^(ok|err) [A-Za-z0-9._-]+( |$)/);
    expect(answers.length).toBe(answersTo(sent));
    expect(isCanaryThere).toBe(false);
    for (const set of ["token", "permit", "lease4", "vip4"])
      expect(asked).toContain(`element inet redis_mmm ${set} { ${VIP} `);
    expect(asked).toContain(`addr replace ${VIP}/32 dev e0 `);
    expect(addressesIn(asked)).toEqual([VIP]);
    expect(asked).not.toMatch(/\b(dev|-I) (?!e0\b)/);
  });

  /** Otherwise the test above would look where nothing can be seen. */
  test.skipIf(!isLong).each([
    ["marks", "add element $T token { $vip . $epoch }"],
    ["permits", "create element $T permit { $vip . $term . $version . $permit timeout ${ttl}ms }"],
    ["claims", "create element $T lease4 { $vip timeout ${lease_ms}ms }"],
    ["puts an address on by", "addr replace $vip/32 dev $interface valid_lft"],
    ["releases", "delete element $T lease4 { $vip }"],
    ["changes together", "$changes$change", "$changes${change%%$vip*}STRANGER${change#*$vip}"],
  ])(
    "show a guard that %s another address",
    async (_, own, other = own.replace("$vip", "STRANGER")) => {
      expect(GUARD_SCRIPT).toContain(own);
      const guard = GUARD_SCRIPT.replaceAll(own, () => other.replace("STRANGER", STRANGER));
      const sent = sampled(meant, FEW_LINES).flatMap((text) => text.split("\n"));
      const { asked } = await seenOf(guard, sent);
      expect(addressesIn(asked).toSorted()).toEqual([VIP, STRANGER]);
    },
  );
});
