import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { hasProgram } from "../../helpers/programs.ts";
import { feedingIntervalMs, serviceManager } from "../../../src/daemon/service-manager.ts";

/** systemd's end of the socket: prints each datagram that is no barrier. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True:
    for word in s.recvmsg(4096, 4096)[0].decode().split("\\n"):
        if word and not word.startswith("BARRIER"): print(word, flush=True)
`;

const canListen = hasProgram("python3") && hasProgram("systemd-notify");
const folder = mkdtempSync(join(tmpdir(), "mmm-notify-"));
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe("what the service manager is told", () => {
  it.runIf(canListen)("ready, alive while the loop turns, and stopping", async () => {
    const { path, words } = await listen();
    const saved = process.env["NOTIFY_SOCKET"];
    process.env["NOTIFY_SOCKET"] = path;
    ends.push(() => {
      if (saved === undefined) delete process.env["NOTIFY_SOCKET"];
      else process.env["NOTIFY_SOCKET"] = saved;
    });
    const troubles: string[] = [];
    const manager = serviceManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "300000" }, (why) =>
      troubles.push(why),
    );
    manager.ready();
    // Each is brought by a process of its own: on a busy machine one of a tenth of a second later may be first.
    const first = [await next(words), await next(words), await next(words)];
    expect(first.toSorted()).toEqual(["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    manager.stopping();
    for (let word = await next(words); word !== "STOPPING=1"; word = await next(words))
      expect(word).toBe("WATCHDOG=1");
    expect(troubles).toEqual([]);
  });

  it("nothing, if it did not ask", () => {
    const troubles: string[] = [];
    const manager = serviceManager({ WATCHDOG_USEC: "1000" }, (why) => troubles.push(why));
    manager.ready();
    manager.stopping();
    expect(troubles).toEqual([]);
  });

  it("and trouble is said once, however often it is met", async () => {
    const troubles: string[] = [];
    const heard = new Promise<void>((settle) => {
      const manager = serviceManager({ NOTIFY_SOCKET: "/nowhere" }, (why) => {
        troubles.push(why);
        settle();
      });
      const saved = process.env["PATH"];
      process.env["PATH"] = folder;
      manager.ready();
      process.env["PATH"] = saved;
    });
    await heard;
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain("systemd-notify");
  });

  it("and that no process can be made, as when memory is short, is no more than trouble", () => {
    const troubles: string[] = [];
    const manager = serviceManager({ NOTIFY_SOCKET: "/nowhere" }, (why) => troubles.push(why));
    // More than the kernel hands on to a process: Node throws that, as it does ENOMEM.
    process.env["MMM_TOO_LONG"] = "x".repeat(200_000);
    ends.push(() => delete process.env["MMM_TOO_LONG"]);
    manager.ready();
    manager.stopping();
    expect(troubles).toEqual([expect.stringContaining("E2BIG")]);
  });

  it("a third of the watchdog's time lies between two words", () => {
    expect(feedingIntervalMs("3000000")).toBe(1_000);
    expect(feedingIntervalMs(undefined)).toBeNull();
    expect(feedingIntervalMs("")).toBeNull();
    expect(feedingIntervalMs("never")).toBeNull();
  });
});

async function listen() {
  const path = join(folder, "notify");
  const child = spawn("python3", ["-c", LISTENER, path], { stdio: ["ignore", "pipe", "inherit"] });
  ends.push(() => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const words = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect(await next(words)).toBe("bound");
  return { path, words };
}

async function next(words: AsyncIterator<string>): Promise<string> {
  return String((await words.next()).value);
}
