import { describe, expect, it } from "vitest";
import type { NodeLogin } from "../../../src/adapters/config/types.ts";
import { Logins, type LoginSource } from "../../../src/daemon/logins.ts";

const login = (sshKey: string): NodeLogin => ({
  redisUser: null,
  redisPassword: null,
  redisPasswordFile: null,
  redisTls: { kind: "off" },
  redisCertificate: null,
  sshKey,
  sshPassphrase: null,
  sshPassphraseFile: null,
});

function source(...nodes: readonly string[]): LoginSource {
  const logins = Object.fromEntries(nodes.map((key) => [key, login(`/of ${key}`)]));
  return { ...login("/for all"), logins };
}

function logins(files: { now: LoginSource | Error; reads: number }) {
  const lines: string[] = [];
  const read = (): LoginSource => {
    files.reads += 1;
    if (files.now instanceof Error) throw files.now;
    return files.now;
  };
  const log = {
    event: () => {},
    write: (_level: string, _name: string, text: string) => void lines.push(text),
  };
  return { lines, logins: new Logins(source("main/db1"), read, log) };
}

const MAIN = { group: "main", node: "db1" };
const NEW = { group: "orders", node: "db1" };

describe("how a monitor logs in", () => {
  it("is read again when a node is agreed on of which its files said nothing, once", () => {
    const files = { now: source("main/db1", "orders/db1"), reads: 0 };
    const { logins: known, lines } = logins(files);
    expect(known.to(NEW).sshKey).toBe("/for all");
    known.cover([MAIN, NEW]);
    known.cover([MAIN, NEW]);
    expect(known.to(NEW).sshKey).toBe("/of orders/db1");
    expect([files.reads, lines]).toEqual([1, []]);
  });

  it("is as for all nodes where no file says more, which is told once", () => {
    const files = { now: source("main/db1"), reads: 0 };
    const { logins: known, lines } = logins(files);
    for (let commit = 0; commit < 3; commit += 1) known.cover([MAIN, NEW]);
    expect(files.reads).toBe(1);
    expect(lines).toEqual([expect.stringContaining("say nothing of orders/db1")]);
  });

  it("stays as it was when the files cannot be used", () => {
    const files = { now: new Error("no such file"), reads: 0 };
    const { logins: known, lines } = logins(files);
    known.cover([MAIN, NEW]);
    expect(known.to(MAIN).sshKey).toBe("/of main/db1");
    expect(lines[0]).toBe("keys and passwords stay as they were: no such file");
  });
});
