/** With programs in the place of ping that do as they are told: what is heard, what hangs, and that all end. */
import { appendFileSync, chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { SelfCheck } from "../../../../src/adapters/ping/self-check.ts";
import type { OwnNetwork } from "../../../../src/core/health/own-network.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { type TempDir, tempDir } from "../../../helpers/temp-dir.ts";

const ANSWER = "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.05 ms\n";
const SILENCE = "no answer yet for icmp_seq=2\n";

const running: SelfCheck[] = [];
const folders: TempDir[] = [];
afterEach(async () => {
  for (const check of running.splice(0)) check.stop();
  for (const folder of folders.splice(0)) await folder.remove();
});

interface Checking {
  readonly check: SelfCheck;
  readonly said: readonly OwnNetwork[];
  readonly print: (text: string) => void;
}

/** @param body of a shell script, called as ping would be; `$OUT` is a file that it may follow */
async function checking(body: string, targets = ["10.0.0.1"]): Promise<Checking> {
  const folder = await tempDir();
  folders.push(folder);
  const [out, program] = [join(folder.path, "out"), join(folder.path, "ping")];
  writeFileSync(out, ANSWER);
  writeFileSync(program, `#!/bin/sh\nOUT=${out}\n${body}\n`);
  chmodSync(program, 0o755);
  return { ...started(program, targets), print: (text: string) => appendFileSync(out, text) };
}

function started(program: string, targets: readonly string[]) {
  const said: OwnNetwork[] = [];
  const check = new SelfCheck({
    targets,
    intervalMs: 100,
    downAfterMs: () => 600,
    now: () => performance.now(),
    onChange: (network) => said.push(network),
    program,
  });
  running.push(check);
  check.start();
  return { check, said };
}

const FOLLOW = "exec tail -n +1 -s 0.02 -f $OUT";

async function becomes(said: readonly OwnNetwork[], wanted: OwnNetwork["is"]): Promise<OwnNetwork> {
  const found = await eventually(
    () => said.at(-1),
    (one) => one?.is === wanted,
    { what: `the network is ${wanted}` },
  );
  return found ?? { is: null, problem: null };
}

it("follows what ping says, from up to down and back", async () => {
  const { said, print } = await checking(FOLLOW);
  await becomes(said, "up");
  const lines = setInterval(() => print(SILENCE), 50);
  const down = await becomes(said, "down").finally(() => clearInterval(lines));
  expect(down.problem).toBe("no answer from 10.0.0.1");
  print(ANSWER);
  await becomes(said, "up");
});

it("does not know what a ping says that hangs, and starts another one", async () => {
  const { check, said } = await checking(FOLLOW);
  await becomes(said, "up");
  const [before] = check.pids;
  await becomes(said, "unknown");
  // The file begins with an answer, which a new one reads.
  await becomes(said, "up");
  expect(check.pids[0]).not.toBe(before);
  expect(said.map(({ is }) => is)).toEqual(["unknown", "up", "unknown", "up"]);
});

it("says why ping cannot ask, and does not take that for silence", async () => {
  const { check, said } = await checking(
    "echo 'ping: socket: Operation not permitted' >&2; exit 2",
  );
  const told = await eventually(
    () => said.at(-1)?.problem,
    (problem) => problem !== null && problem !== undefined,
  );
  expect(told).toBe("10.0.0.1: ping: socket: Operation not permitted");
  expect(said.map(({ is }) => is)).not.toContain("down");
  expect(check.report()).toMatchObject([{ state: "unknown" }]);
});

it("asks each address, and leaves no process behind", async () => {
  const { check } = await checking(FOLLOW, ["10.0.0.1", "fe80::1%eth0"]);
  await eventually(
    () => check.report(),
    (all) => all.length === 2 && all.every(({ state }) => state === "answers"),
  );
  const pids = check.pids.map(Number);
  check.stop();
  await eventually(
    () => pids.filter((pid) => existsSync(`/proc/${pid}`)),
    (left) => left.length === 0,
  );
});

it("without a program it does not know", async () => {
  const { said } = started("/nonexistent/ping", ["10.0.0.1"]);
  const told = await eventually(
    () => said.at(-1)?.problem ?? "",
    (problem) => problem !== "",
  );
  expect(told).toContain("ENOENT");
  expect(said.at(-1)?.is).toBe("unknown");
});
