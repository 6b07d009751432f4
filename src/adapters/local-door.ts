/**
 * The door for the command line of this host: a socket in the file system. Whoever may open it may
 * act; that is its owner, its group, and whom the directories around it let through.
 */
import { once } from "node:events";
import { lstatSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import { Server } from "@grpc/grpc-js";
import { type CrowdLimits, keepCrowdOut } from "./crowd.ts";
import { Entrance } from "./entrance.ts";
import { isAnswered } from "./socket-file.ts";
import { addServices, type Services, SERVER_OPTIONS } from "./services.ts";

/** Of what a new file may grant: nothing to others, nothing to execute. */
const UMASK = 0o117;

/** All of this host together. */
const FROM_HERE: CrowdLimits = { most: 64, perSecond: 100 };

export class LocalDoor {
  readonly #server = new Server(SERVER_OPTIONS);
  readonly #net = createServer();

  constructor(services: Services) {
    addServices(this.#server, services, () => ({ kind: "local" }));
    const entrance = new Entrance(this.#server, keepCrowdOut(this.#net, FROM_HERE));
    this.#net.on("connection", (socket) => {
      if (!socket.destroyed) entrance.letIn(socket);
    });
  }

  /** Rejects with the system's error, also while another monitor answers there. */
  async listen(path: string): Promise<void> {
    // Left behind by a process that is gone. What is no socket is somebody's file, and stays.
    if (isSocket(path) && !(await isAnswered(path))) unlinkSync(path);
    // The file is made within the call: at no time has it other permissions.
    const before = process.umask(UMASK);
    try {
      this.#net.listen(path);
    } finally {
      process.umask(before);
    }
    await once(this.#net, "listening");
  }

  /** Removes the socket. */
  async close(graceMs: number): Promise<void> {
    this.#net.close();
    await shutDown(this.#server, graceMs);
  }
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

/** Lets calls end, for a while. */
export async function shutDown(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((settle) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      settle();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      settle();
    });
  });
}
