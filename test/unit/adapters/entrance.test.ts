/** How connections come to gRPC: over a real socket of the loopback address. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { Server } from "@grpc/grpc-js";
import { test } from "vitest";
import { Crowd } from "../../../src/adapters/crowd.ts";
import { Entrance } from "../../../src/adapters/entrance.ts";
import { eventually } from "../../helpers/eventually.ts";

test("whoever still waits to be let in has to come again, too, when all others have to", async () => {
  const server = new Server();
  const entrance = new Entrance(server, new Crowd({ most: 10, perSecond: 10 }));
  const net = createServer((socket) => {
    entrance.letIn(socket);
    entrance.drain(10);
  }).listen(0, "127.0.0.1");
  await once(net, "listening");
  const { port } = net.address() as { readonly port: number };
  const client = connect(port, "127.0.0.1").on("error", () => undefined);
  await eventually(() => client.closed, Boolean, { what: "the connection is closed" });
  net.close();
  server.forceShutdown();
});
