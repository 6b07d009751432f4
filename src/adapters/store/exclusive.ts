/**
 * One monitor per data directory: two would vote twice with one voice.
 *
 * The kernel keeps both locks, and lets go of them whatever ends the process. An abstract socket
 * named after the directory excludes everybody of the same network namespace without a race; a
 * socket in the directory itself also meets a monitor that runs in another one.
 */
import { statSync, unlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { isAnswered } from "../socket-file.ts";
import { MmmError, systemCode } from "../../errors.ts";

const SOCKET = "lock";
/** Longer paths do not fit a socket's address. */
const LONGEST_PATH = 100;

export interface Exclusive {
  release(): void;
}

/** @throws MmmError ALREADY_RUNNING */
export async function takeDataDir(dataDir: string): Promise<Exclusive> {
  const { dev, ino } = statSync(dataDir);
  const abstract = await bind(`\0redis-mmm-${dev}-${ino}`);
  if (abstract === null) throw taken(dataDir);
  const path = join(dataDir, SOCKET);
  const inDirectory = Buffer.byteLength(path) > LONGEST_PATH ? abstract : await bindFile(path);
  if (inDirectory === null) {
    abstract.close();
    throw taken(dataDir);
  }
  return {
    release: () => {
      inDirectory.close();
      abstract.close();
    },
  };
}

/** null: it is bound already. */
function bind(path: string): Promise<Server | null> {
  return new Promise((settle, fail) => {
    const server = createServer((socket) => socket.end());
    server.unref();
    server.once("error", (error) => {
      if (systemCode(error) === "EADDRINUSE") settle(null);
      else fail(error);
    });
    server.listen(path, () => settle(server));
  });
}

async function bindFile(path: string): Promise<Server | null> {
  const first = await bind(path);
  if (first !== null || (await isAnswered(path))) return first;
  // Left behind by a process that is gone.
  unlinkSync(path);
  return await bind(path);
}

function taken(dataDir: string): MmmError {
  return new MmmError("ALREADY_RUNNING", {
    what: `cannot use the data directory ${dataDir}`,
    why: "another mmm-mon is using it",
    todo: "end that one, or give this one its own --data-dir",
  });
}
