/** The one call that stays open between two monitors: what is said in it, and how it ends. */
import {
  credentials,
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import type { Ack } from "../../src/adapters/gen/mmm/v1/Ack.ts";
import type { Envelope__Output } from "../../src/adapters/gen/mmm/v1/Envelope.ts";
import { PeerService } from "../../src/adapters/grpc.ts";
import { openChannel } from "../../src/adapters/peer/channel.ts";
import { encodeEnvelope } from "../../src/adapters/peer/codec.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { passing } from "../helpers/lab.ts";
import { Endpoint, health, heartbeat } from "./peer-endpoint.ts";

type Exchange = handleBidiStreamingCall<Envelope__Output, Ack>;

/** A peer that does with each call what the test says. */
async function standIn(port: number, exchange: Exchange): Promise<AsyncDisposable> {
  const server = new Server();
  server.addService(PeerService.service, { Exchange: exchange, Identify: () => {} });
  await new Promise<void>((settle, fail) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) settle();
      else fail(error);
    });
  });
  return { [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

async function talker(port: number): Promise<Endpoint> {
  const peers = [`mon2=127.0.0.1:${port}`];
  return await Endpoint.open({ name: "mon1", port: await freePort(), peers });
}

describe("the call to a peer", () => {
  it("is one for many messages, and few answers", async () => {
    const port = await freePort();
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port,
      peers: [`mon1=127.0.0.1:${await freePort()}`],
    });
    const channel = openChannel("127.0.0.1", port, credentials.createInsecure());
    const call = channel.client.Exchange();
    const acks: Ack[] = [];
    call.on("data", (ack: Ack) => acks.push(ack));
    for (let seq = 1; seq <= 100; seq += 1) {
      const self = { from: "mon1", clusterId: null, protocol: 1, version: "test", fileDiffers: "" };
      call.write(encodeEnvelope({ to: "mon2", envelope: { ...self, message: health(seq) } }));
    }
    await eventually(
      () => acks.at(-1)?.read,
      (read) => read === 100,
    );
    expect(mon2.received.length).toBe(100);
    expect(acks.length).toBeLessThanOrEqual(3);
    expect(acks[0]).toMatchObject({ name: "mon2", read: 1, refusal: "REFUSAL_UNSPECIFIED" });
    channel.close();
  });

  it("is opened anew with the next message when the peer ends it, and nothing is said twice", async () => {
    const port = await freePort();
    const heard: number[][] = [];
    await using _mon2 = await standIn(port, (call) => {
      const seqs: number[] = [];
      heard.push(seqs);
      call.on("data", ({ health: message }: Envelope__Output) => {
        seqs.push(message?.seq ?? 0);
        if (seqs.length === 2) call.end();
      });
    });
    await using mon1 = await talker(port);
    for (const seq of [1, 2, 3, 4]) {
      mon1.peers.send("mon2", health(seq));
      await eventually(
        () => heard.flat(),
        (all) => all.includes(seq),
      );
      const isEnded = () => mon1.peers.reports()[0]?.problem === "it is ending";
      if (seq === 2) await eventually(isEnded, Boolean);
    }
    expect(heard).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("is reported and then given up when the peer reads and never answers", async () => {
    const port = await freePort();
    let calls = 0;
    await using _mon2 = await standIn(port, (call) => {
      calls += 1;
      call.on("error", () => {}).resume();
    });
    await using mon1 = await talker(port);
    const say = () => {
      mon1.peers.send("mon2", heartbeat(1));
      return mon1.peers.reports()[0];
    };
    const report = await eventually(say, (one) => one?.problem === "no answer in 1500 ms");
    expect(report?.silentMs).toBeGreaterThanOrEqual(0);
    expect(calls).toBe(1);
    await eventually(
      () => [say(), calls],
      () => calls === 2,
    );
  });

  it("outlives a sleep of this process, in which the answers came", async () => {
    const port = await freePort();
    let calls = 0;
    await using _mon2 = await standIn(port, (call) => {
      calls += 1;
      let read = 0;
      call
        .on("error", () => {})
        .on("data", () => {
          read += 1;
          // The sender is asleep when this comes.
          setImmediate(() => call.write({ name: "mon2", version: "test", read }));
        });
    });
    await using mon1 = await talker(port);
    const say = () => mon1.peers.send("mon2", heartbeat(1));
    say();
    await eventually(
      () => mon1.peers.reports()[0]?.silentMs,
      (silentMs) => silentMs === null,
    );
    say();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_700);
    await passing(300);
    expect(mon1.peers.reports()[0]?.silentMs).toBeNull();
    expect(calls).toBe(1);
  });

  it("is read to its end before a monitor that ends is gone", async () => {
    const port = await freePort();
    await using mon2 = await Endpoint.open({
      name: "mon2",
      port,
      peers: [`mon1=127.0.0.1:${await freePort()}`],
    });
    const mon1 = await talker(port);
    mon1.peers.send("mon2", health(1));
    await eventually(
      () => mon2.received.length,
      (count) => count === 1,
    );
    mon1.peers.send("mon2", heartbeat(9));
    await mon1.peers.drain();
    await mon1[Symbol.asyncDispose]();
    expect(mon2.received.at(-1)?.message).toMatchObject({ message: { round: 9 } });
  });
});
