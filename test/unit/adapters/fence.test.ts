import { readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { expect, test, vi } from "vitest";
import { ShellFencer } from "../../../src/adapters/fence.ts";
import type { Target } from "../../../src/core/io.ts";
import { eventually } from "../../helpers/eventually.ts";

const target: Target = {
  group: "main",
  node: "db1",
  address: "10.0.0.1",
  port: 6379,
  sshUser: "mmm",
  sshPort: 22,
  sshHostKey: null,
};

function fence(command: string, deadlineMs = 5_000) {
  return new ShellFencer().run(target, command, deadlineMs);
}

test("the command learns which node and address to fence, and its exit code is the answer", async () => {
  expect(await fence('echo "$MMM_NODE $MMM_ADDRESS"')).toEqual({
    kind: "fence",
    exitCode: 0,
    text: "db1 10.0.0.1",
  });
  expect(await fence("echo no such outlet >&2; exit 3")).toEqual({
    kind: "fence",
    exitCode: 3,
    text: "no such outlet",
  });
  expect(await fence("no-such-program-here")).toMatchObject({ exitCode: 127 });
});

test("a command, which may hold a token, is not in the list of processes, nor told to what it starts", async () => {
  const { text } = await fence("tr '\\0' ' ' </proc/$$/cmdline; echo; env; set; : geheim");
  expect(text).toContain("/bin/sh -c");
  expect(text).not.toContain("geheim");
});

test("a command cannot speak to systemd in the name of this monitor", async () => {
  const names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];
  try {
    for (const name of names) vi.stubEnv(name, "1");
    vi.stubEnv("MMM_TEST_KEPT", "yes");
    const { text } = await fence(`env | grep -E '^(${names.join("|")}|MMM_TEST_KEPT)='`);
    expect(text).toBe("MMM_TEST_KEPT=yes");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("a command that does not end in time is killed with all that it started, and is no success", async () => {
  const began = performance.now();
  const outcome = await fence("sleep 61 & echo $!; echo trying; wait", 300);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(outcome).toMatchObject({ exitCode: null });
  expect(outcome.text).toMatch(/^killed after 300 ms; \d+\ntrying$/);
  const child = Number(/\d+\n/.exec(outcome.text)?.[0]);
  await eventually(
    () => isRunning(child),
    (running) => !running,
  );
});

test("a command that kills itself is no success", async () => {
  expect(await fence("kill -KILL $$")).toMatchObject({ exitCode: null, text: "ended by SIGKILL;" });
});

test("much output is cut, and a daemon left behind does not hold up the answer", async () => {
  const outcome = await fence("sleep 2 & yes | head -c 1000000");
  expect(outcome.exitCode).toBe(0);
  expect(outcome.text.length).toBeLessThanOrEqual(2_000);
});

test.runIf(process.getuid?.() === 0)("a monitor's raised priority is its own", async () => {
  const before = getPriority();
  setPriority(-5);
  try {
    const outcome = await fence('until [ "$(nice)" = 0 ]; do :; done; echo ordinary');
    expect(outcome).toMatchObject({ exitCode: 0, text: "ordinary" });
  } finally {
    setPriority(before);
  }
});

/** Not everywhere may root do that. */
function mayBeSpared(): boolean {
  try {
    writeFileSync("/proc/self/oom_score_adj", "-1");
    return true;
  } catch {
    return false;
  }
}

test("that the kernel spares a monitor is not for what it runs", async ({ skip }) => {
  const before = readFileSync("/proc/self/oom_score_adj", "utf8");
  if (!mayBeSpared()) return skip("nothing may be spared here");
  try {
    expect(await fence("cat /proc/self/oom_score_adj")).toMatchObject({ text: "0" });
  } finally {
    writeFileSync("/proc/self/oom_score_adj", before);
  }
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
