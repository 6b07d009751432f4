/** Sockets in the file system: their files outlive the processes that listened. */
import { connect } from "node:net";
import { systemCode } from "../errors.ts";

/** Whether a process listens there still; one that may not be asked is somebody's. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      settle(true);
    });
    socket.once("error", (error) => settle(systemCode(error) === "EACCES"));
  });
}
