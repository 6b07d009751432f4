/** Whether somebody listens at a socket: a process that takes nothing from its queue is there all the same. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAnswered } from "../../../src/adapters/socket-file.ts";
import { takeInside } from "../../../src/adapters/store/exclusive.ts";
import { systemCode } from "../../../src/errors.ts";
import { AnsweringMonitor } from "../../helpers/answering-monitor.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

/** Listens, and does nothing more for ever. */
const BUSY = `require("net").createServer().listen({ path: process.argv[1], backlog: 1 }, () => {
  require("fs").writeSync(1, "listening");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
})`;

/** Undefined as long as it finds room in the queue. */
async function knock(path: string, kept: Socket[]): Promise<string | null | undefined> {
  const socket = connect(path);
  kept.push(socket);
  const event = await new Promise<Error | undefined>((settle) => {
    socket.once("connect", () => settle(undefined)).once("error", settle);
  });
  return event && systemCode(event);
}

class BusyListener implements Disposable {
  readonly #child: ChildProcess;
  readonly #kept: Socket[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async at(path: string): Promise<BusyListener> {
    const child = spawn(process.execPath, ["-e", BUSY, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const listener = new BusyListener(child);
    await once(child.stdout!, "data");
    let code: string | null | undefined;
    while (code === undefined) code = await knock(path, listener.#kept);
    expect(code).toBe("EAGAIN");
    return listener;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#kept) socket.destroy();
    this.#child.kill("SIGKILL");
  }
}

describe("a process that listens, with a full queue", () => {
  it("is there", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "s");
    using _busy = await BusyListener.at(path);
    expect(await isAnswered(path)).toBe(true);
  });

  it("keeps its data directory", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "lock.0a1b2c");
    using _busy = await BusyListener.at(path);
    expect(await takeInside(dir.path)).toBeNull();
    expect(existsSync(path)).toBe(true);
  });

  it("keeps the socket of its host", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "mmm.sock");
    using _busy = await BusyListener.at(path);
    await using second = await AnsweringMonitor.open(null);
    await expect(second.server.listenLocally(path)).rejects.toThrow("EADDRINUSE");
  });
});

describe("nobody", () => {
  it("is where no file is", async () => {
    await using dir = await tempDir();
    expect(await isAnswered(join(dir.path, "none"))).toBe(false);
  });
});
