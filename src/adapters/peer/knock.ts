/** Whether a host says that nobody listens at a port: gRPC would first wait before it connects again. */
import { connect } from "node:net";

const LIMIT_MS = 400;

/** false: somebody listens, or the host says nothing in time. */
export function isRefused(ip: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host: ip, port, timeout: LIMIT_MS });
    const end = (refused: boolean): void => {
      socket.destroy();
      settle(refused);
    };
    socket.once("connect", () => end(false));
    socket.once("timeout", () => end(false));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
  });
}
