/**
 * One monitor per data directory: two would vote twice with one voice.
 *
 * The kernel keeps both locks, and lets go of them whatever ends the process. An abstract socket
 * named after the directory excludes everybody of the same network namespace without a race; a
 * socket in the directory itself also meets a monitor that runs in another one.
 */
import { randomBytes, randomInt } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAnswered } from "../socket-file.ts";
import { messageOf, MmmError, systemCode } from "../../errors.ts";

const SOCKET = "lock";
/** Longer paths do not fit a socket's address. */
const LONGEST_PATH = 107;
/** Of those who come at the same time each may find the other, and then both try again. */
const ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 60;

export interface Exclusive {
  release(): void;
}

/** @throws MmmError ALREADY_RUNNING, DATA_DIR */
export async function takeDataDir(dataDir: string): Promise<Exclusive> {
  try {
    return await take(dataDir);
  } catch (error) {
    throw error instanceof MmmError ? error : unusable(dataDir, error);
  }
}

/** It is not there, is no directory, or this process may not use it. */
export function unusable(dataDir: string, error: unknown): MmmError {
  return new MmmError("DATA_DIR", {
    what: `cannot use the data directory ${dataDir}`,
    why: messageOf(error),
    todo: "make it, for the user that the monitor runs as, and run this as that user or as root; or choose another --data-dir",
    cause: error,
  });
}

async function take(dataDir: string): Promise<Exclusive> {
  const { dev, ino } = statSync(dataDir);
  const abstract = await bind(`\0redis-mmm-${dev}-${ino}`);
  if (abstract === null) throw taken(dataDir);
  const inDirectory = await takeInside(dataDir).catch((error: unknown) => {
    abstract.close();
    throw error;
  });
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

/** Against those of other network namespaces; exported for its test. null: one of them has it. */
export async function takeInside(dataDir: string): Promise<Server | null> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await comeAndLook(dataDir);
    if (server !== null || attempt === ATTEMPTS) return server;
    await pause(randomInt(LONGEST_PAUSE_MS));
  }
}

/**
 * Everybody has a socket of their own name there *before* they look for others, so that of two at least one finds the
 * other. One name for all would have to be taken from the dead, and could be taken from whoever took it just before.
 */
async function comeAndLook(dataDir: string): Promise<Server | null> {
  const own = `${SOCKET}.${randomBytes(3).toString("hex")}`;
  const path = join(dataDir, own);
  if (Buffer.byteLength(path) > LONGEST_PATH) return createServer();
  const server = await bind(path);
  if (server === null) return null;
  const names = readdirSync(dataDir).filter((name) => name.split(".")[0] === SOCKET);
  const others = names.filter((name) => name !== own).map((name) => join(dataDir, name));
  const answered = await Promise.all(others.map(isAnswered));
  // Whoever holds the directory may have taken ours for a dead one, before it was listened to.
  if (others.length === names.length || answered.includes(true)) {
    server.close();
    return null;
  }
  for (const dead of others) rmSync(dead, { force: true });
  return server;
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

function taken(dataDir: string): MmmError {
  return new MmmError("ALREADY_RUNNING", {
    what: `cannot use the data directory ${dataDir}`,
    why: "another mmm-mon is using it",
    todo: "end that one, or give this one its own --data-dir",
  });
}
