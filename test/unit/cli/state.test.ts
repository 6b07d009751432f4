/** `mmm state export|import` on this host's files, and what keeps an import from doing harm. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takeDataDir } from "../../../src/adapters/store/exclusive.ts";
import { StateFile } from "../../../src/adapters/store/state-file.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";
import { fullDurable } from "../fuzz/state.ts";
import { aStatus } from "./fixtures.ts";
import { anAnswer, mmm } from "./world.ts";

const NODES = ["1", "2", "3"].map((n) => `[db${n}]\naddress = 10.0.0.${n}\n`).join("");
const MONITORS = ["1", "2", "3"].map((n) => `[monitor:mon${n}]\naddress = 10.0.0.1${n}\n`).join("");

/** A lost monitor's directory is `new`; the state of one that is left is in `old`, and exported to `file`. */
async function aLoss(nodes = NODES) {
  const dir = await tempDir();
  const path = (name: string) => join(dir.path, name);
  for (const name of ["old", "new"]) mkdirSync(path(name));
  await using store = new StateFile(path("old"));
  await store.save(fullDurable());
  const top = `data_dir = ${path("new")}\nmaster_ip = 10.0.0.70\ncluster_interface = eth0\ntls = off\n`;
  writeFileSync(path("mmm.conf"), top + nodes + MONITORS, { mode: 0o640 });
  const exported = await mmm(`state export ${path("file")} --data-dir ${path("old")}`);
  expect(exported).toMatchObject({ code: 0, out: "" });
  return { dir, path, importing: `state import ${path("file")} --config ${path("mmm.conf")}` };
}

const isEmpty = (dir: TempDir) => !existsSync(join(dir.path, "new", "import.json"));

it("an export says what it is, and is not written over another file", async () => {
  const { dir, path } = await aLoss();
  await using _ = dir;
  const again = `state export ${path("file")} --data-dir ${path("old")}`;
  expect(await mmm(again)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/ it exists\n.*--force/),
  });
  const forced = await mmm(`${again} --force`);
  expect(forced.err).toMatch(/file: what mon1 knows, term 5, epoch 10\n.*highest term/);
  const printed = await mmm(`state export --data-dir ${path("old")}`);
  expect(JSON.parse(printed.out)).toMatchObject({ format: "redis-mmm-state", monitor: "mon1" });
  const nothing = await mmm(`state export --data-dir ${path("new")}`);
  expect(nothing).toMatchObject({ code: 3 });
  expect(nothing.err).toMatch(/there is no state in/);
});

it("an import puts it into the empty directory, and says what is next", async () => {
  const { dir, path, importing } = await aLoss();
  await using _ = dir;
  const { code, out } = await mmm(importing, { monitors: {} });
  expect({ code, out }).toMatchObject({ code: 0 });
  expect(out).toMatch(/^OK: .*import\.json: cluster 0000abcd at term 5, epoch 10, exported /);
  expect(out).toMatch(/1\. import the same file on every monitor \(mon1, mon2, mon3\)/);
  expect(out).toMatch(/3\. mmm adopt 0000abcd: refused while a lease/);
  expect(out).toMatch(/WARNING main: a failover from db1 to db2, in phase fence was under way/);
  const put = readFileSync(path("new/import.json"), "utf8");
  expect(put).toBe(readFileSync(path("file"), "utf8"));
  expect(await mmm(importing, { monitors: {} })).toMatchObject({ code: 7 });
});

it("a directory that is not there, or is none, is told of; nothing is made", async () => {
  const { dir, importing } = await aLoss();
  await using _ = dir;
  rmSync(join(dir.path, "new"), { recursive: true });
  const missing = await mmm(importing, { monitors: {} });
  expect(missing.code).toBe(3);
  expect(missing.err).toMatch(/^error: cannot use the data directory .*new\n.*ENOENT/);
  expect(missing.err).not.toContain("    at ");
  expect(existsSync(join(dir.path, "new"))).toBe(false);
  writeFileSync(join(dir.path, "new"), "");
  expect((await mmm(importing, { monitors: {} })).err).toMatch(/cannot use the data directory/);
});

it("nothing is imported while a monitor of that cluster answers, whoever is configured now", async () => {
  const { dir, importing } = await aLoss();
  await using _ = dir;
  const status = aStatus({ cluster: { id: "0000abcd" } });
  const monitors = { "mon2:7400": { status: () => anAnswer({ status }) } };
  const { code, err } = await mmm(importing, { monitors });
  expect(code).toBe(7);
  expect(err).toMatch(/it is alive, and may keep its virtual IPs alive: mon1 still runs for it/);
  expect(isEmpty(dir)).toBe(true);
  const answered_by = { name: "mon3", age_ms: 0 };
  const another = aStatus({ cluster: { id: "0000abcd" }, status: { answered_by } });
  const both = { ...monitors, "mon3:7400": { status: () => anAnswer({ status: another }) } };
  expect((await mmm(importing, { monitors: both })).err).toMatch(/mon1, mon3 still run for it/);
});

it("nothing is imported beside a running monitor, or for other nodes, or without a yes", async () => {
  const { dir, path, importing } = await aLoss();
  await using _ = dir;
  const running = await takeDataDir(path("new"));
  expect((await mmm(importing, { monitors: {} })).err).toMatch(/another mmm-mon is using it/);
  running.release();
  const no = await mmm(importing, { monitors: {}, interactive: true, answer: "n" });
  expect(no.code).toBe(7);
  expect(no.err).toMatch(/a majority of the monitors of cluster 0000abcd is lost for good/);
  expect(isEmpty(dir)).toBe(true);
  const others = await aLoss(NODES.replace("10.0.0.2", "10.0.0.9").replace("[db3]", "[db4]"));
  await using __ = others.dir;
  const { code, err } = await mmm(others.importing, { monitors: {} });
  expect(code).toBe(7);
  expect(err).toMatch(/group main: db2 was 10\.0\.0\.2:6379, and is 10\.0\.0\.9:6379 in the file/);
  expect(err).toMatch(/db4 was no node/);
});

it.each([
  ["state", /state needs export\|import|state does not know/],
  ["state import", /state import needs a FILE/],
  ["state forget x", /state does not know "forget"/],
])("%s is told how it is used", async (line, text) => {
  const { code, err } = await mmm(line);
  expect(code).toBe(2);
  expect(err).toMatch(text);
});
