import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../../src/adapters/config/load.ts";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { ConfigErrors, formatProblem } from "../../../../src/adapters/config/problems.ts";
import { proposalsOf } from "../../../../src/adapters/config/proposal.ts";
import type { Config } from "../../../../src/adapters/config/types.ts";
import { tempDir } from "../../../helpers/temp-dir.ts";

const INCLUDE = "include = d/*.conf\ntls = off\n";
const NODES = "[db1]\naddress = 10.0.0.1\n[db2]\naddress = 10.0.0.2\n";
const MAIN = `master_ip = 10.0.0.70\ncluster_interface = eth1\n${NODES}`;

type Files = Readonly<Record<string, string>>;

function parse(main: string, files: Files): Config {
  const included = () => Object.entries(files).map(([file, text]) => ({ file, text }));
  return parseConfig(main, "f", { home: "/home/ann", exists: () => false, included });
}

function problems(main: string, files: Files): readonly string[] {
  try {
    parse(main, files);
    return [];
  } catch (error) {
    if (error instanceof ConfigErrors) return error.problems.map(formatProblem);
    throw error;
  }
}

describe("an included file", () => {
  it("is a group that is named as the file, and may share hosts with others", () => {
    const config = parse(`${INCLUDE}${MAIN}`, {
      "/d/orders.conf": `master_ip = 10.0.0.80\nport = 6380\n${NODES}`,
      "/d/sessions.conf": `master_ip = 10.0.0.90\nport = 6381\n${NODES}`,
    });
    const told = config.groups.map(({ name, writer, nodes }) => [name, writer, nodes[1]?.port]);
    expect(told).toEqual([
      ["main", "10.0.0.70", 6379],
      ["orders", "10.0.0.80", 6380],
      ["sessions", "10.0.0.90", 6381],
    ]);
    expect(Object.keys(proposalsOf(config))).toEqual(["main", "orders", "sessions"]);
    expect(Object.keys(config.local.logins)).toContain("orders/db1");
  });

  it("leaves to the file that includes it what it does not say, but never an address", () => {
    const shared = "down_after = 5s\nssh_user = mmm\nredis_password = geheim\nmode = manual\n";
    const config = parse(`${INCLUDE}${shared}${MAIN}`, {
      "/d/orders.conf": `ssh_user = other\nport = 1\nredis_password_file = /pw\n${NODES}`,
    });
    const [main, orders] = config.groups;
    expect(orders).toMatchObject({
      writer: null,
      readers: [],
      mode: "manual",
      settings: { downAfterMs: 5000 },
      nodes: [{ sshUser: "other", interface: "eth1" }, {}],
    });
    expect(main).toMatchObject({ nodes: [{ sshUser: "mmm" }, {}] });
    const { redisPassword, redisPasswordFile } = config.local.logins["orders/db1"] ?? {};
    expect([redisPassword, redisPasswordFile]).toEqual([null, "/pw"]);
    expect(config.local.logins["main/db1"]?.redisPassword?.reveal()).toBe("geheim");
    const entry = { file: "/d/orders.conf", section: "", key: "down_after", value: "5s" };
    expect(config.entries).toContainEqual({ ...entry, from: "shared" });
  });

  it("may be all that has a group, in a file of monitors", () => {
    const main = `${INCLUDE}cluster_interface = eth1\n[monitor:m1]\naddress = 10.0.0.11\n`;
    const config = parse(main, { "/d/a.conf": `master_ip = 10.0.0.80\n${NODES}` });
    expect(config.groups.map(({ name }) => name)).toEqual(["a"]);
    expect(config.monitors).toHaveLength(1);
  });

  it("that is nowhere is told of: the groups may come later", () => {
    const config = parse(INCLUDE, {});
    expect(config.groups).toEqual([]);
    expect(config.warnings).toEqual(["include: no file matches d/*.conf"]);
  });

  it("is named in each of its warnings", () => {
    const { warnings } = parse(`${INCLUDE}${MAIN}`, { "/d/a.conf": `port = 1\n${NODES}` });
    expect(warnings).toContain(
      "group a: there is no master_ip: clients have to find the master by themselves; if that is meant, write vip = off",
    );
  });
});

describe("problems of included files", () => {
  const orders = (text: string) => problems(`${INCLUDE}${MAIN}`, { "/d/orders.conf": text });

  it("have their place in them", () => {
    expect(
      orders(`master_ip = 10.0.0.80\nport = x\nprot = 7\n[db9]\naddress = 10.0.0.9\n`),
    ).toEqual([
      '/d/orders.conf:2:8: port: "x" is not a whole number from 1 to 65535',
      '/d/orders.conf:3:1: prot: unknown key; did you mean "port"?',
    ]);
  });

  it("are keys and sections of the monitors", () => {
    const text = `port = 1\ndata_dir = /x\ninclude = y\n${NODES}[monitor:m1]\naddress = 10.0.0.11\n`;
    expect(orders(text)).toEqual([
      "/d/orders.conf:2:1: data_dir: is of the monitor and not of a group; it belongs in f",
      "/d/orders.conf:3:1: include: is of the monitor and not of a group; it belongs in f",
      "/d/orders.conf:8:1: [monitor:m1] monitors watch over all groups: name them in f",
    ]);
  });

  it("are virtual addresses that another group has, or another node", () => {
    expect(orders(`master_ip = 10.0.0.70\nslave_ip = 10.0.0.2\nport = 1\n${NODES}`)).toEqual([
      "/d/orders.conf:1:13: master_ip: 10.0.0.70 is already the address of master_ip of group main (f); a virtual address must belong to nobody",
      "/d/orders.conf:2:12: slave_ip: 10.0.0.2 is already the address of node db2; a virtual address must belong to nobody",
    ]);
  });

  it("are a Redis that another group has", () => {
    expect(orders("[a]\naddress = 10.0.0.2\n[b]\naddress = 10.0.0.3\n")).toEqual([
      "/d/orders.conf:2:11: [a] address: 10.0.0.2:6379 is already the address of db2 of group main (f)",
    ]);
  });

  it("are a name that is none, or that is taken", () => {
    const named = (file: string) => problems(`${INCLUDE}${MAIN}`, { [file]: `port = 1\n${NODES}` });
    expect(named("/d/a b.conf")[0]).toMatch(/^\/d\/a b\.conf: a group is named as its file/);
    expect(named("/d/main.conf")[0]).toMatch(/main is the group of the file that includes/);
  });

  it("and a file without nodes is one", () => {
    expect(orders("master_ip = 10.0.0.80\n")[0]).toContain("/d/orders.conf: has no node");
  });
});

describe("include", () => {
  it("finds files by a pattern beside the file that has it, and reads them as strictly", async () => {
    await using dir = await tempDir();
    mkdirSync(join(dir.path, "d"));
    const write = (name: string, text: string, mode = 0o640) => {
      writeFileSync(join(dir.path, name), text);
      chmodSync(join(dir.path, name), mode);
      return join(dir.path, name);
    };
    write("d/b.conf", `master_ip = 10.0.0.80\nport = 1\n${NODES}`);
    write("d/a.conf", `master_ip = 10.0.0.81\nport = 2\n${NODES}`);
    write("d/a.conf.bak", "nonsense");
    write("d/.hidden.conf", "nonsense");
    const main = write("mmm.conf", `${INCLUDE}${MAIN}`);
    expect(readConfig(main).groups.map(({ name }) => name)).toEqual(["main", "a", "b"]);
    const open = write("d/a.conf", `redis_password = x\nport = 2\n${NODES}`, 0o646);
    expect(() => readConfig(main)).toThrow(
      `${open}: anybody may change this file, and it names commands that are run: chmod o-w ${open}\n${open}: holds a redis_password and anybody may read it`,
    );
  });

  it.skipIf(process.getuid?.() !== 0)(
    "takes no file that somebody else may have put there: it names commands that are run",
    async () => {
      await using dir = await tempDir();
      const [folder, own] = [join(dir.path, "d"), join(dir.path, "d/b.conf")];
      mkdirSync(folder);
      const main = join(dir.path, "mmm.conf");
      writeFileSync(main, `${INCLUDE}${MAIN}`, { mode: 0o640 });
      writeFileSync(own, `master_ip = 10.0.0.80\nport = 1\n${NODES}`, { mode: 0o640 });
      chownSync(own, 12_345, 12_345);
      expect(() => readConfig(main)).toThrow(
        `${own}: belongs neither to root nor to whom ${main} belongs, and it names commands`,
      );
      chownSync(main, 12_345, 12_345);
      expect(readConfig(main).groups).toHaveLength(2);
      chmodSync(folder, 0o777);
      expect(() => readConfig(main)).toThrow(
        `${folder}: anybody may put a file there, and it would be included: chmod o-w ${folder}`,
      );
    },
  );

  it("is missed where its folder cannot be looked into: without it the group would seem to be gone", async () => {
    await using dir = await tempDir();
    const [folder, main] = [join(dir.path, "d"), join(dir.path, "mmm.conf")];
    writeFileSync(main, `${INCLUDE}${MAIN}`, { mode: 0o640 });
    expect(readConfig(main).groups).toHaveLength(1);
    // Root may look into all but these.
    symlinkSync(folder, folder);
    expect(() => readConfig(main)).toThrow(`${folder}: ELOOP`);
    rmSync(folder);
    writeFileSync(folder, "");
    expect(() => readConfig(main)).toThrow(`${folder}: ENOTDIR`);
  });
});
