import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hostKeyAlgorithms,
  judgeHostKey,
  readKnownHosts,
} from "../../../../src/adapters/ssh/host-key.ts";
import {
  checkHostKey,
  fingerprint,
  hostLabel,
  parseKnownHosts,
} from "../../../../src/adapters/ssh/known-hosts.ts";

let folder: string;
let ours: string;
let other: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
  ours = newKey("ours");
  other = newKey("other");
});
afterAll(() => rmSync(folder, { recursive: true }));

function newKey(name: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, name)]);
  return readFileSync(join(folder, `${name}.pub`), "utf8").trim();
}

function wire(key: string): Buffer {
  return Buffer.from(key.split(" ")[1] ?? "", "base64");
}

function verdict(text: string, host: string, port: number, key = ours): string {
  return checkHostKey(parseKnownHosts(text), hostLabel(host, port), wire(key));
}

/** What OpenSSH finds for the host, as the number of lines. */
function opensshFinds(text: string, label: string): boolean {
  const file = join(folder, "known_hosts");
  writeFileSync(file, text);
  try {
    return execFileSync("ssh-keygen", ["-F", label, "-f", file], { encoding: "utf8" }) !== "";
  } catch {
    return false;
  }
}

describe("known_hosts", () => {
  const lines: readonly (readonly [string, string, number])[] = [
    ["10.0.0.1", "10.0.0.1", 22],
    ["10.0.0.1", "10.0.0.11", 22],
    ["10.0.0.1", "10.0.0.1", 2222],
    ["[10.0.0.1]:2222", "10.0.0.1", 2222],
    ["[10.0.0.1]:2222", "10.0.0.1", 22],
    ["db1,10.0.0.1", "10.0.0.1", 22],
    ["10.0.0.*", "10.0.0.7", 22],
    ["10.0.0.?", "10.0.0.7", 22],
    ["10.0.0.?", "10.0.0.77", 22],
    ["10.0.0.*,!10.0.0.7", "10.0.0.7", 22],
    ["!10.0.0.7,10.0.0.*", "10.0.0.8", 22],
    ["[*]:2222", "10.0.0.7", 2222],
    ["10x0x0x1", "10.0.0.1", 22],
    ["# 10.0.0.1", "10.0.0.1", 22],
  ];
  test.each(lines)("%j and %s port %i are matched as OpenSSH does", (names, host, port) => {
    const text = `${names} ${ours}\n`;
    const expected = opensshFinds(text, hostLabel(host, port)) ? "known" : "unknown";
    expect(verdict(text, host, port)).toBe(expected);
  });

  test("hashed names are found", () => {
    const file = join(folder, "hashed");
    writeFileSync(file, `10.0.0.1 ${ours}\n[10.0.0.2]:2222 ${ours}\n`);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("10.0.0");
    expect(verdict(text, "10.0.0.1", 22)).toBe("known");
    expect(verdict(text, "10.0.0.2", 2222)).toBe("known");
    expect(verdict(text, "10.0.0.3", 22)).toBe("unknown");
  });

  test("a host with another key has changed", () => {
    expect(verdict(`10.0.0.1 ${other}\n`, "10.0.0.1", 22)).toBe("changed");
  });

  test("a host may have several keys", () => {
    expect(verdict(`10.0.0.1 ${other}\n10.0.0.1 ${ours}\n`, "10.0.0.1", 22)).toBe("known");
  });

  test("a revoked key is refused, even if another line trusts it", () => {
    expect(verdict(`10.0.0.1 ${ours}\n@revoked * ${ours}\n`, "10.0.0.1", 22)).toBe("revoked");
  });

  test("lines of certificate authorities, unknown markers and broken lines trust nobody", () => {
    const text = `@cert-authority * ${ours}\n@strange * ${ours}\n10.0.0.1\n10.0.0.1 ssh-ed25519\n|1|x ${ours}\n`;
    expect(verdict(text, "10.0.0.1", 22)).toBe("unknown");
  });
});

describe("a host's key", () => {
  const host = { address: "10.0.0.1", sshPort: 2222, sshHostKey: null };

  test("that is unknown is refused with the command that adds it and its fingerprint", () => {
    const print = execFileSync("ssh-keygen", ["-lf", join(folder, "ours.pub")], {
      encoding: "utf8",
    }).split(" ")[1];
    expect(fingerprint(wire(ours))).toBe(print);
    expect(judgeHostKey(host, wire(ours), "/etc/mmm/known_hosts", [])).toEqual({
      kind: "refused",
      problem: "host-key-unknown",
      text: `host key of 10.0.0.1 port 2222 is not known: ssh-ed25519 ${print}; compare it on the host, then run: ssh-keyscan -p 2222 10.0.0.1 >> /etc/mmm/known_hosts`,
    });
  });

  test("that is pinned needs no file, and no file can replace it", () => {
    const pinned = { ...host, sshHostKey: fingerprint(wire(ours)) };
    const file = parseKnownHosts(`[10.0.0.1]:2222 ${other}\n`);
    expect(judgeHostKey(pinned, wire(ours), "f", file).kind).toBe("trusted");
    expect(judgeHostKey(pinned, wire(other), "f", file)).toMatchObject({
      problem: "host-key-changed",
    });
  });

  test("is asked for in a type that is known", () => {
    const known = parseKnownHosts("[10.0.0.1]:2222 ssh-rsa AAAA\n");
    expect(hostKeyAlgorithms(host, known).slice(0, 3)).toEqual([
      "rsa-sha2-512",
      "rsa-sha2-256",
      "ssh-ed25519",
    ]);
  });

  test("is unknown without a file, and nothing is trusted if it cannot be read", async () => {
    expect(await readKnownHosts(join(folder, "none"))).toEqual([]);
    await expect(readKnownHosts(folder)).rejects.toThrow("EISDIR");
  });
});
