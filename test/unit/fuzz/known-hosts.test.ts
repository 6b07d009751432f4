/**
 * OpenSSH's known_hosts against what its lines are known to mean: each pattern comes from a list that says
 * whether it is meant for the host, so that nothing here has to take one apart.
 */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeHostKey } from "../../../src/adapters/ssh/host-key.ts";
import {
  checkHostKey,
  type KeyVerdict,
  parseKnownHosts,
} from "../../../src/adapters/ssh/known-hosts.ts";
import { changed, FUZZ_LIMIT_MS, textOf, tryAll } from "../../helpers/fuzz.ts";

const HOST = "10.0.0.1";
const [KEY, ANOTHER_KEY] = [keyOf(7), keyOf(8)];
const SALT = "c2FsdA==";

function keyOf(filling: number): Buffer {
  const type = Buffer.from("ssh-ed25519");
  return Buffer.concat([Buffer.from([0, 0, 0, type.length]), type, Buffer.alloc(36, filling)]);
}

function hashed(host: string): string {
  const salt = Buffer.from(SALT, "base64");
  return `|1|${SALT}|${createHmac("sha1", salt).update(host).digest("base64")}`;
}

const MEANT = [HOST, "10.0.0.*", "10.0.0.?", "*", "1*1", "1?.*.0.1", "**.1", hashed(HOST)];
const NOT_MEANT = [
  "10.0.0.2",
  "10.0.0.1?",
  "10.0.0.1*2",
  "10.0.0",
  "0.0.1",
  "?",
  "*.2",
  `[${HOST}]:2222`,
  `[${HOST}]:22`,
  "db1",
  hashed("10.0.0.2"),
  `|1|${SALT}|`,
];

interface Pattern {
  readonly text: string;
  readonly isMeant: boolean;
  readonly isNegated: boolean;
}

interface Line {
  readonly marker: "" | "@revoked" | "@cert-authority" | "@of-a-later-ssh";
  readonly patterns: readonly Pattern[];
  readonly key: Buffer;
}

const names = fc.oneof(
  fc.constantFrom(...MEANT).map((text) => ({ text, isMeant: true })),
  fc.constantFrom(...NOT_MEANT).map((text) => ({ text, isMeant: false })),
);
const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(names, fc.constantFrom(false, false, true))
  .map(([name, isNegated]) => ({ ...name, isNegated }));
const line: fc.Arbitrary<Line> = fc.record({
  marker: fc.constantFrom("", "", "", "@revoked", "@cert-authority", "@of-a-later-ssh"),
  patterns: fc.array(pattern, { minLength: 1, maxLength: 4 }),
  key: fc.constantFrom(KEY, ANOTHER_KEY),
});
const lines = fc.array(line, { minLength: 1, maxLength: 3 });

function textOfLine({ marker, patterns, key }: Line): string {
  const list = patterns.map(({ text, isNegated }) => (isNegated ? "!" : "") + text).join(",");
  const words = [list, "ssh-ed25519", key.toString("base64"), "a comment"];
  return (marker === "" ? words : [marker, ...words]).join(" ");
}

function meant({ patterns }: Line): boolean {
  const those = patterns.filter(({ isMeant }) => isMeant);
  return those.length > 0 && those.every(({ isNegated }) => !isNegated);
}

function verdictOf(all: readonly Line[]): KeyVerdict {
  const own = all.filter(meant);
  const has = (marker: string, key: Buffer): boolean =>
    own.some((each) => each.marker === marker && each.key === key);
  if (has("@revoked", KEY)) return "revoked";
  if (has("", KEY)) return "known";
  return has("", ANOTHER_KEY) ? "changed" : "unknown";
}

describe("known_hosts", { timeout: FUZZ_LIMIT_MS }, () => {
  it("trusts nobody by accident, and whoever it names", () => {
    const seen = new Map<KeyVerdict, number>();
    tryAll(
      lines,
      (all) => {
        const verdict = verdictOf(all);
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        const text = all.map(textOfLine).join("\n");
        expect(checkHostKey(parseKnownHosts(text), HOST, KEY), text).toBe(verdict);
      },
      { runs: 1_000 },
    );
    for (const verdict of ["known", "unknown", "changed", "revoked"] as const)
      expect(seen.get(verdict), verdict).toBeGreaterThan(50);
  });

  it("of any bytes trusts no key but of a line without a marker", () => {
    const encoded = KEY.toString("base64");
    const file = [`${HOST} ssh-ed25519 ${encoded}`, `@cert-authority * ssh-ed25519 ${encoded}`];
    const more = [`@revoked * ssh-ed25519 AAAA`, `!${HOST},10.0.0.* ssh-rsa ${encoded}`];
    const words = ["@revoked ", "@cert-authority ", "|1|", "|", "*", "?", "!", ",", "[", "]"];
    const rest = [":22", " ", "\n", HOST, "ssh-ed25519 ", encoded];
    const check = (text: string): void => {
      if (checkHostKey(parseKnownHosts(text), HOST, KEY) !== "known") return;
      const witness = text
        .split("\n")
        .find((each) => /^\s*[^\s@#]/.test(each) && each.includes(encoded));
      expect(witness, text).toBeDefined();
    };
    tryAll(textOf(...words, ...rest), check, { runs: 100 });
    tryAll(changed([file.join("\n"), [...file.slice(1), ...more].join("\n")]), check, {
      runs: 100,
    });
  });

  it("with many stars in a name is read in time", () => {
    const known = parseKnownHosts(`${"*a".repeat(50)}b ssh-ed25519 AAAA\n`);
    expect(checkHostKey(known, "a".repeat(250), KEY)).toBe("unknown");
  });

  it("does not decide about a key of any bytes otherwise than with a sentence that can be printed", () => {
    const host = { address: "10.0.0.1", sshPort: 22, sshHostKey: null };
    tryAll(
      fc.uint8Array({ maxLength: 80 }),
      (bytes) => {
        const decision = judgeHostKey(host, Buffer.from(bytes), "known_hosts", []);
        expect(decision.kind === "refused" ? decision.text : "").toMatch(/^[\x20-\x7e]+$/);
      },
      { runs: 100 },
    );
  });
});
