import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../src/adapters/peer/knock.ts";

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

describe("a knock", () => {
  it("finds who listens, and where nobody does", async () => {
    const { server, port } = await listening();
    expect(await isRefused("127.0.0.1", port)).toBe(false);
    server.close();
    expect(await isRefused("127.0.0.1", port)).toBe(true);
  });

  it("hears the answer that came while this process stood still", async () => {
    const { server, port } = await listening();
    server.close();
    await once(server, "close");
    const isGone = isRefused("127.0.0.1", port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    expect(await isGone).toBe(true);
  });

  it("is not deceived by a port that goes a moment after the connections", async () => {
    const { server, port } = await listening();
    server.once("connection", () => server.close());
    expect(await isRefused("127.0.0.1", port)).toBe(true);
  });
});
