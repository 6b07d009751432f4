/** Somebody answers in the place of a Redis, and means no good. Over real sockets of the loopback address. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Connection } from "../../../../src/adapters/redis/connection.ts";
import { Deadline } from "../../../../src/adapters/redis/deadline.ts";
import { ProbeConnection } from "../../../../src/adapters/redis/probe-connection.ts";

let server: Server | null = null;
afterEach(() => server?.close());

async function connected(
  kind: typeof Connection | typeof ProbeConnection,
  answer: (socket: Socket) => void,
): Promise<Connection | ProbeConnection> {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const opening = await kind.open({ host: "127.0.0.1", port }, new Deadline(5_000));
  if (opening.kind === "failed") throw new Error(opening.failure.text);
  return opening.connection;
}

function pour(socket: Socket): void {
  const some = Buffer.alloc(1024 * 1024, "x");
  const more = () => {
    while (!socket.destroyed && socket.write(some));
  };
  socket.on("drain", more);
  more();
}

describe.each([
  ["for actions", Connection],
  ["for probes", ProbeConnection],
])("an answer that is none, on a connection %s", (_for, kind) => {
  it.each([
    ["a nesting without end", "*1\r\n".repeat(100_000)],
    ["a list that is too long to be", "*99999999999\r\n"],
    ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["nothing but ends of lines", "\r\n\r\n"],
  ])("%s ends the connection, and nothing else", async (_what, text) => {
    const connection = await connected(kind, (socket) => socket.write(text));
    const [reply] = await connection.ask([["PING"]]);
    expect(reply?.kind).not.toBe("value");
    await expect.poll(() => connection.isOpen).toBe(false);
  });

  it("behind one that was asked for ends the connection, lest it be taken for the next", async () => {
    const connection = await connected(kind, (socket) =>
      socket.write("+PONG\r\n+OK\r\n".repeat(1_000)),
    );
    expect(await connection.ask([["PING"]])).toEqual([{ kind: "value", value: "PONG" }]);
    await expect.poll(() => connection.isOpen).toBe(false);
  });

  it.each([
    ["of one word", "$536870912\r\n"],
    ["of many lines", "*1000000\r\n$1000000000\r\n"],
  ])("%s without end does not fill the memory", async (_what, text) => {
    const before = process.memoryUsage().rss;
    const connection = await connected(kind, (socket) => {
      socket.write(text);
      pour(socket);
    });
    const [reply] = await connection.ask([["INFO", "server"]]);
    expect(reply).toMatchObject({ kind: "lost", failure: { kind: "garbled" } });
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(300);
  });
});
