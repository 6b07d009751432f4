import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../../src/adapters/config/load.ts";
import { mmm } from "./world.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-init-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (name = "mmm.conf") => join(dir, name);
const WHOLE =
  "--vip 10.0.0.70 --interface eth1 --node 10.0.0.1 --node 10.0.0.2 --node back=10.0.0.3:6380 --monitor 10.0.0.11 --monitor m2=mon2.example:7401 --monitor 10.0.0.13";

const THREE = "--monitor 10.0.0.11 --monitor 10.0.0.12 --monitor 10.0.0.13 --tls off";

describe("mmm init", () => {
  it("writes a file that mmm config check accepts, and says what is next", async () => {
    const ran = await mmm(`init ${at()} ${WHOLE} --tls off`);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain(`OK: wrote ${at()}\nnext: copy ${at()} to every monitor`);
    expect(ran.out).toContain(
      "--user mmm-guard --key id_ed25519.pub --vip 10.0.0.70 --interface eth1",
    );
    expect(await mmm(`config check ${at()}`)).toMatchObject({ code: 0, err: "" });
    expect(statSync(at()).mode & 0o777).toBe(0o640);
    const { groups, monitors } = readConfig(at());
    expect(groups[0]).toMatchObject({ writer: "10.0.0.70", readers: [] });
    expect(
      groups[0]?.nodes.map(({ name, address, port, interface: on }) => [name, address, port, on]),
    ).toEqual([
      ["db1", "10.0.0.1", 6379, "eth1"],
      ["db2", "10.0.0.2", 6379, "eth1"],
      ["back", "10.0.0.3", 6380, "eth1"],
    ]);
    expect(monitors).toEqual([
      { name: "mon1", address: "10.0.0.11", port: 7400 },
      { name: "m2", address: "mon2.example", port: 7401 },
      { name: "mon3", address: "10.0.0.13", port: 7400 },
    ]);
  });

  it("is accepted in every form that it can take", async () => {
    const forms = [
      "--node 10.0.0.1",
      "--node 10.0.0.1 --tls off --ssh-user mmm",
      "--reader-vip 10.0.0.71,10.0.0.72 --interface eth1 --node 10.0.0.1",
      `${WHOLE}`,
    ];
    for (const [n, form] of forms.entries()) {
      expect(await mmm(`init ${at(`${n}`)} ${form}`)).toMatchObject({ code: 0 });
      expect(await mmm(`config check ${at(`${n}`)}`)).toMatchObject({ code: 0, err: "" });
    }
  });

  it("says vip = off where no address is named", async () => {
    const ran = await mmm(`init ${at()} --node 10.0.0.1 --node 10.0.0.2 ${THREE}`);
    expect(readFileSync(at(), "utf8")).toMatch(/^vip = off$/m);
    expect(ran.err).not.toContain("master_ip");
    const readers = "--reader-vip 10.0.0.71 --interface eth1";
    await mmm(`init ${at("r")} --node 10.0.0.1 --node 10.0.0.2 ${readers}`);
    expect(readFileSync(at("r"), "utf8")).not.toMatch(/vip = off/);
    const checked = await mmm(`config check ${at()}`);
    expect(checked.out).toContain("there is no VIP, so nothing ends the service of an old master");
  });

  it("warns of one monitor, and of two, and not of three", async () => {
    const init = async (name: string, monitors: string) =>
      (await mmm(`init ${at(name)} --node 10.0.0.1 --node 10.0.0.2 ${monitors}`)).err;
    expect(await init("1", "--tls off --monitor 10.0.0.11")).toContain(
      "WARNING: one monitor: while it is",
    );
    expect(await init("2", "--tls off --monitor 10.0.0.11 --monitor 10.0.0.12")).toContain(
      "WARNING: two monitors: a majority of two is two, so while either",
    );
    expect(await init("3", THREE)).toBe("");
  });

  it("names the certificates where they will be, and does not yet ask for them", async () => {
    const ran = await mmm(`init ${at()} ${WHOLE}`);
    expect(readFileSync(at(), "utf8")).toContain("; tls_cert = /etc/redis-mmm/monitor.pem");
    expect(ran.out).toContain("mmm tls issue mmm-keys --monitor mon1 --monitor m2 --monitor mon3");
    expect(ran.err).toContain("WARNING: monitors talk in the clear");
  });

  it("never overwrites, unless it is told to", async () => {
    writeFileSync(at(), "mine");
    const ran = await mmm(`init ${at()} ${WHOLE}`);
    expect(ran.code).toBe(7);
    expect(ran.err).toContain(`${at()} exists; nothing was written`);
    expect(readFileSync(at(), "utf8")).toBe("mine");
    expect((await mmm(`init ${at()} ${WHOLE} --force`)).code).toBe(0);
    expect(readFileSync(at(), "utf8")).toContain("master_ip = 10.0.0.70");
  });

  const WRONG: readonly (readonly [line: string, error: string])[] = [
    ["", "init needs --node for each Redis"],
    ["--vip 10.0.0.70 --node 10.0.0.1", "init needs --interface"],
    ["--node db1", '--node: "db1" is not an IPv4 address'],
    ["--node 10.0.0.1:99999", '--node: "99999" is not a whole number'],
    ["--node a.b=10.0.0.1", '--node: "a.b" is not a name'],
    ["--node 10.0.0.1 --monitor 10.0.0.300", '--monitor: "10.0.0.300" is neither'],
    ["--node 10.0.0.1 --tls maybe", '--tls: "maybe" is not one of its values'],
    ["--node 10.0.0.1 --node 10.0.0.1", "10.0.0.1:6379 is already the address of db1"],
    ["--vip 10.0.0.1 --interface eth1 --node 10.0.0.1", "already the address of node db1"],
  ];
  it.each(WRONG)("refuses %j", async (line, error) => {
    const ran = await mmm(`init ${at()} ${line}`);
    expect([2, 3]).toContain(ran.code);
    expect(ran.err).toContain(error);
    expect(() => statSync(at())).toThrow("ENOENT");
  });

  it("asks a person for what no flag says, and again until it can be used", async () => {
    const answers = ["10.0.0.70", "eth1", "nonsense", "10.0.0.1", "10.0.0.2", "", "10.0.0.11", ""];
    const ran = await mmm(`init ${at()} --tls off`, { interactive: true, answers });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain('"nonsense" is not an IPv4 address');
    expect(ran.asked).toHaveLength(answers.length);
    expect(readConfig(at()).groups[0]?.nodes).toHaveLength(2);
  });

  it("writes nothing when nobody answers", async () => {
    const ran = await mmm(`init ${at()}`, { interactive: true, answers: [] });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("nothing was written");
  });

  it("says what to do where it cannot write", async () => {
    const ran = await mmm(`init ${at("no/such/dir.conf")} ${WHOLE}`);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("cannot write");
  });
});

describe("mmm init --group", () => {
  const main = (more = "") =>
    writeFileSync(
      at(),
      `include = groups.d/*.conf\n${more}cluster_interface = eth1\n[db1]\naddress = 10.0.0.1\n[monitor:m1]\naddress = 10.0.1.1\n`,
      { mode: 0o640 },
    );
  const add = (line: string) => mmm(`init --config ${at()} --group ${line}`);

  it("adds a file to those that are included, with what is not said for all", async () => {
    main("tls = off\n");
    const ran = await add("orders --vip 10.0.0.80 --node 10.0.0.1:6380 --node db7=10.0.0.2:6380");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain(`OK: wrote ${at("groups.d/orders.conf")}\nnext: copy`);
    expect(ran.out).toContain("--vip 10.0.0.80 --interface eth1");
    expect(await mmm(`config check ${at()}`)).toMatchObject({ code: 0 });
    const [, orders] = readConfig(at()).groups;
    expect(orders).toMatchObject({ name: "orders", writer: "10.0.0.80" });
    expect(orders?.nodes.map(({ name, port }) => [name, port])).toEqual([
      ["db1", 6380],
      ["db7", 6380],
    ]);
    expect((await add("orders --node 10.0.0.3")).err).toContain("exists; nothing was written");
    expect((await add("orders --node 10.0.0.3 --force")).code).toBe(0);
  });

  it("writes nothing that the other files forbid", async () => {
    main();
    const ran = await add("orders --vip 10.0.0.1 --node 10.0.0.1");
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/orders.conf:\d+:\d+: .*10.0.0.1:6379 is already the address of/);
    expect(ran.err).toContain("a virtual address must belong to nobody");
    expect(() => statSync(at("groups.d"))).toThrow("ENOENT");
  });

  it.each([
    ["main --node 10.0.0.3", 7, "there is a group main already"],
    ["a.b --node 10.0.0.3", 2, '"a.b" is not a name'],
    ["x --node 10.0.0.3 --monitor 10.0.0.9", 2, "--monitor is of all groups"],
    ["x --node 10.0.0.3 --tls off", 2, "--tls is of all groups"],
    ["x", 2, "init needs --node for each Redis"],
  ])("says what is wrong with %s", async (line, code, error) => {
    main();
    const ran = await add(line);
    expect(ran.err).toContain(error);
    expect(ran.code).toBe(code);
  });

  it("says which line a configuration lacks that includes no files, or others", async () => {
    writeFileSync(at(), "[db1]\naddress = 10.0.0.1\n", { mode: 0o640 });
    expect((await add("x --node 10.0.0.3")).err).toContain("include = /etc/redis-mmm.d/*.conf");
    writeFileSync(at(), "include = a-*.conf\n", { mode: 0o640 });
    expect((await add("x --node 10.0.0.3")).err).toContain("does not mean");
    expect((await add("a-x --node 10.0.0.3")).code).toBe(0);
    expect((await mmm(`init --config ${at("none")} --group x --node 10.0.0.3`)).code).toBe(3);
  });
});
