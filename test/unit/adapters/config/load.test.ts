import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../../src/adapters/config/load.ts";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { Secret } from "../../../../src/adapters/config/secret.ts";
import type { Overrides } from "../../../../src/adapters/config/types.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-config-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o640): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const NODES = "[db1]\naddress = 10.0.0.1\n[db2]\naddress = 10.0.0.2\n";

describe("a configuration file", () => {
  it("that does not exist is a problem with advice", () => {
    expect(() => loadConfig(join(dir, "none.conf"))).toThrow(
      `${dir}/none.conf: there is no such file; copy the sample redis-mmm.conf there, or name another with --config`,
    );
    expect(() => loadConfig(dir)).toThrow(`${dir}: is a directory, not a file`);
  });

  it("without secrets may be read by anybody", () => {
    expect(loadConfig(write("a.conf", NODES, 0o644)).groups[0]?.nodes).toHaveLength(2);
  });

  it("with a password must not be readable by others", () => {
    const path = write("a.conf", `redis_password = geheim\n${NODES}`, 0o644);
    expect(() => loadConfig(path)).toThrow(
      `${path}: holds a redis_password and anybody may read it: chmod o-r ${path}, or use redis_password_file`,
    );
    chmodSync(path, 0o640);
    expect(loadConfig(path).local.redisPassword?.reveal()).toBe("geheim");
  });

  it("that anybody may change is refused, together with its other problems", () => {
    const path = write("a.conf", `port = x\n${NODES}`, 0o646);
    expect(() => loadConfig(path)).toThrow(
      `${path}:1:8: port: "x" is not a whole number from 1 to 65535\n${path}: anybody may change this file, and it names commands that are run: chmod o-w ${path}`,
    );
  });
});

describe("a secret", () => {
  it("may be a credential of systemd", () => {
    write("redis", "from systemd\n", 0o400);
    const top = "redis_password_file = $CREDENTIALS_DIRECTORY/redis";
    const path = write("a.conf", `${top}\n${NODES}`);
    expect(() => loadConfig(path)).toThrow(
      "$CREDENTIALS_DIRECTORY/redis: this process was given no credentials; name them in its unit: LoadCredential=",
    );
    const text = readFileSync(path, "utf8");
    const environment = { home: dir, credentials: dir, exists: () => false, included: () => [] };
    const { local } = parseConfig(text, path, environment);
    expect(local.redisPasswordFile).toBe(join(dir, "redis"));
  });

  it("may stand in the environment, which no command that is run inherits then", () => {
    process.env["MMM_TEST_SECRET"] = "from outside";
    const top = "redis_password_file = env:MMM_TEST_SECRET";
    const path = write("a.conf", `${top}\n${NODES}`);
    expect(loadConfig(path).local.redisPassword?.reveal()).toBe("from outside");
    expect(process.env["MMM_TEST_SECRET"]).toBeUndefined();
    // As a reload finds it.
    expect(loadConfig(path).local.redisPassword?.reveal()).toBe("from outside");
    const other = write("b.conf", `redis_password_file = env:MMM_NOT_SET\n${NODES}`);
    expect(() => loadConfig(other)).toThrow(
      "env:MMM_NOT_SET: should hold a password, and is not set",
    );
  });

  it("of a key is that of the shared key only, unless the node's own has one", () => {
    const shared = write("shared", "of all\n", 0o400);
    const own = write("own", "of db3\n", 0o400);
    const nodes = `${NODES}ssh_key = /other\n[db3]\naddress = 10.0.0.3\nssh_key = /third\nssh_key_passphrase_file = ${own}\n`;
    const path = write("a.conf", `ssh_key = /k\nssh_key_passphrase_file = ${shared}\n${nodes}`);
    const { logins } = loadConfig(path).local;
    const told = ["db1", "db2", "db3"].map((name) =>
      logins[`main/${name}`]?.sshPassphrase?.reveal(),
    );
    expect(told).toEqual(["of all", undefined, "of db3"]);
    chmodSync(own, 0o644);
    expect(() => loadConfig(path)).toThrow(`${own}: holds a passphrase and is open to anybody`);
  });
});

describe("a password file", () => {
  it("holds the password in its first line", () => {
    const secret = write("pw", "geh eim#1\nrest\n");
    const config = loadConfig(write("a.conf", `redis_password_file = ${secret}\n${NODES}`));
    expect(config.local.redisPassword?.reveal()).toBe("geh eim#1");
    expect(config.local.logins["main/db2"]?.redisPassword?.reveal()).toBe("geh eim#1");
  });

  it("is not opened for mmm", () => {
    const config = readConfig(write("a.conf", `redis_password_file = ${dir}/none\n${NODES}`));
    expect(config.local.redisPassword).toBeNull();
  });

  it("must exist, hold something, and be closed to others", () => {
    const load = (path: string) => () =>
      loadConfig(write("a.conf", `redis_password_file = ${path}\n${NODES}`));
    expect(load(`${dir}/none`)).toThrow(`${dir}/none: there is no such file`);
    expect(load(write("empty", "\n"))).toThrow(`${dir}/empty: holds no password in its first line`);
    expect(load(write("open", "x\n", 0o644))).toThrow(
      `${dir}/open: holds a password and is open to anybody: chmod o-rw ${dir}/open`,
    );
  });
});

describe("a secret", () => {
  it("does not show itself", () => {
    const secret = new Secret("geheim");
    const shown = `${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret })} ${Object.values(secret).join()}`;
    expect(shown).not.toContain("geheim");
    expect(secret.reveal()).toBe("geheim");
  });
});

describe("flags", () => {
  const load = (overrides: Overrides, monitors = "") =>
    loadConfig(write("a.conf", `data_dir = /a\n${NODES}${monitors}`), overrides);

  it("win over the file", () => {
    const { local } = load({
      name: "mon1",
      listen: "10.0.0.11:7400",
      dataDir: "/b",
      log: "/l",
      pid: "/p",
      verbose: true,
    });
    expect(local).toMatchObject({
      name: "mon1",
      listen: { host: "10.0.0.11", port: 7400 },
      dataDir: "/b",
      log: "/l",
      pid: "/p",
      verbose: true,
    });
  });

  it("add monitors, and give known ones another address", () => {
    const { monitors } = load(
      { peers: ["mon1=10.0.0.99:7400", "10.0.0.12:7400", "[fd00::13]:7400"] },
      "[monitor:mon1]\naddress = 10.0.0.11\n[monitor:mon2]\naddress = 10.0.0.12\n",
    );
    expect(monitors).toEqual([
      { name: "mon2", address: "10.0.0.12", port: 7400 },
      { name: "mon1", address: "10.0.0.99", port: 7400 },
      { name: null, address: "fd00::13", port: 7400 },
    ]);
  });

  it("are checked, all at once", () => {
    expect(() =>
      load({ name: "mon 1", listen: "7400", peers: ["x y=10.0.0.1:1", "10.0.0.1"] }),
    ).toThrow(
      [
        `--name: "mon 1" is not a name: letters, digits, - and _`,
        `--listen: "7400" is not HOST:PORT; write it like 192.168.10.11:7400`,
        `--peer: "x y" is not a name: letters, digits, - and _`,
        `--peer: "10.0.0.1" is not HOST:PORT; write it like 192.168.10.11:7400`,
      ].join("\n"),
    );
  });
});
