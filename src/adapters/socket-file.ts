/** Sockets in the file system: their files outlive the processes that listened. */
import { connect } from "node:net";
import { systemCode } from "../errors.ts";

/** Nobody listens, or the file is gone. */
const NOBODY: readonly (string | null)[] = ["ECONNREFUSED", "ENOENT"];

/**
 * Whether a process listens there still. Only what proves that none does says no: one that may not be asked
 * (EACCES) is somebody's, and so is one whose queue is full (EAGAIN), for it is busy, or stopped, and alive.
 */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      settle(true);
    });
    socket.once("error", (error) => settle(!NOBODY.includes(systemCode(error))));
  });
}
