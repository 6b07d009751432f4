import { rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groupParts } from "../../../../src/adapters/config/genesis.ts";
import { readConfig } from "../../../../src/adapters/config/load.ts";
import { OwnFile } from "../../../../src/adapters/config/own-file.ts";
import type { Committed, GroupPart } from "../../../../src/core/state.ts";
import { tempDir } from "../../../helpers/temp-dir.ts";

const TEXT = `master_ip = 10.0.0.100
slave_ip = 10.0.0.101
cluster_interface = eth1
[db1]
address = 10.0.0.1
[db2]
address = 10.0.0.2
`;

async function aFile() {
  const dir = await tempDir();
  const path = join(dir.path, "redis-mmm.conf");
  let changedAt = 1_000;
  const write = (text: string) => {
    writeFileSync(path, text, { mode: 0o600 });
    changedAt += 1;
    utimesSync(path, changedAt, changedAt);
  };
  write(TEXT);
  const groups = Object.values(groupParts(readConfig(path))) as unknown as readonly GroupPart[];
  const file = new OwnFile(path);
  const differs = () => file.differsFrom({ groups } as unknown as Committed);
  return { path, write, differs, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

describe("a monitor's own file", () => {
  it("differs in nothing from what was agreed on by it", async () => {
    await using file = await aFile();
    expect(file.differs()).toBe("");
  });

  it("is read again when it has changed, and its keys are told", async () => {
    await using file = await aFile();
    expect(file.differs()).toBe("");
    const text = TEXT.replace("10.0.0.101", "10.0.0.102").replace("[db2]", "[db9]");
    file.write(`down_after = 4s\nvip_lease = 3s\n${text}`);
    expect(file.differs()).toBe("slave_ip, down_after, vip_lease, [db9] added, [db2] removed");
    file.write(TEXT);
    expect(file.differs()).toBe("");
  });

  it("says nothing of the mode, which people set as they go along", async () => {
    await using file = await aFile();
    file.write(`mode = passive\n${TEXT}`);
    expect(file.differs()).toBe("");
  });

  it("that cannot be looked at any more says why, and harms nobody", async () => {
    await using file = await aFile();
    expect(file.differs()).toBe("");
    rmSync(file.path);
    // As where its directory is closed to this user, but for root, too.
    symlinkSync(file.path, file.path);
    expect(file.differs()).toMatch(/^it cannot be used: .*ELOOP/);
    rmSync(file.path);
    file.write(TEXT);
    expect(file.differs()).toBe("");
  });

  it("that cannot be used says why", async () => {
    await using file = await aFile();
    file.write("what?\n");
    expect(file.differs()).toMatch(/^it cannot be used: /);
  });
});
