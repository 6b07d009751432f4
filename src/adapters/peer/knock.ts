/** Whether a host says that nobody listens at a port: gRPC would first wait before it connects again. */
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const LIMIT_MS = 400;
/** A process that is killed may lose its connections a moment before its port. */
const AGAIN_MS = 50;

type Answer = "refused" | "accepted" | "none";

/** false: somebody listens, or the host says nothing in time. */
export async function isRefused(ip: string, port: number): Promise<boolean> {
  const first = await knock(ip, port);
  if (first !== "accepted") return first === "refused";
  await pause(AGAIN_MS);
  return (await knock(ip, port)) === "refused";
}

function knock(ip: string, port: number): Promise<Answer> {
  return new Promise((settle) => {
    const socket = connect({ host: ip, port, timeout: LIMIT_MS });
    const end = (answer: Answer): void => {
      socket.destroy();
      settle(answer);
    };
    socket.once("connect", () => end("accepted"));
    // After a sleep of this process timers come first, and the answer may be here.
    socket.once("timeout", () => setImmediate(end, "none"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) =>
      end(code === "ECONNREFUSED" ? "refused" : "none"),
    );
  });
}
