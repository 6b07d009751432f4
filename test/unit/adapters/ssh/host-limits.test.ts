import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type Client, type Connection } from "ssh2";
import messages from "ssh2/lib/protocol/handlers.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect, type SshFiles } from "../../../../src/adapters/ssh/connection.ts";
import { open } from "../../../../src/adapters/ssh/exec.ts";
import { limitHost } from "../../../../src/adapters/ssh/host-limits.ts";
import type { Target } from "../../../../src/core/io.ts";
import { eventually } from "../../../helpers/eventually.ts";

/** What the host's side of ssh2 sends, below what it offers. */
interface Wire {
  channelOpenConfirm(remote: number, local: number, window: number, packet: number): void;
  channelData(channel: number, data: Buffer): void;
}
const wireOf = (connection: Connection) =>
  (connection as unknown as { readonly _protocol: Wire })._protocol;

const pair = ssh2.utils.generateKeyPairSync("ed25519");

describe("a host in the wrong hands", () => {
  let folder: string;
  let files: SshFiles;
  let server: ssh2.Server;
  let client: Client;
  let isClosed: boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mmm-host-"));
    files = { privateKeys: [join(folder, "id")], knownHosts: join(folder, "known_hosts") };
    writeFileSync(join(folder, "id"), pair.private, { mode: 0o600 });
  });
  afterEach(() => {
    client.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Logs in to a host that does what `act` makes of its connection. */
  async function logIn(act: (connection: Connection, wire: Wire) => void): Promise<void> {
    server = new ssh2.Server({ hostKeys: [pair.private] }, (connection) => {
      connection.on("error", () => undefined);
      connection.on("authentication", (context) => context.accept());
      act(connection, wireOf(connection));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    writeFileSync(files.knownHosts, `[127.0.0.1]:${port} ${pair.public}\n`);
    client = await connect(targetAt(port), files);
    isClosed = false;
    client.once("close", () => {
      isClosed = true;
    });
  }

  const closed = () => eventually(() => isClosed, Boolean, { what: "the login is given up" });

  test("is not written to when it takes packets of no bytes, which would never end", async () => {
    await logIn((connection, wire) => {
      const confirm = wire.channelOpenConfirm.bind(wire);
      wire.channelOpenConfirm = (remote, local, window) => confirm(remote, local, window, 0);
      connection.on("session", (accept) => accept().on("exec", (acceptExec) => acceptExec()));
    });
    await expect(open(client, "exec true", () => "a channel to write to")).rejects.toThrow();
    await closed();
  });

  test("is cut off when it sends more than it may before anybody can read it", async () => {
    await logIn((connection, wire) => {
      connection.on("session", (accept) => {
        // The command is never confirmed. It may send 2 MB, and as much again when half of it came.
        accept().on("exec", () => {
          for (let piece = 0; piece < 200; piece += 1) wire.channelData(0, Buffer.alloc(32_767));
        });
      });
    });
    open(client, "exec true", () => undefined).catch(() => undefined);
    await closed();
  });

  test("is read as long as it stays within what it may send", async () => {
    await logIn((connection) => {
      connection.on("session", (accept) => {
        accept().on("exec", (acceptExec) => acceptExec().end(Buffer.alloc(5 * 1024 * 1024)));
      });
    });
    let length = 0;
    await open(client, "exec true", (channel) => {
      channel.on("data", (data: Buffer) => {
        length += data.length;
      });
    });
    await eventually(
      () => length,
      (all) => all === 5 * 1024 * 1024,
    );
    expect(isClosed).toBe(false);
  });
});

function targetAt(sshPort: number): Target {
  const address = "127.0.0.1";
  return { group: "g", node: "n", address, port: 6379, sshUser: "u", sshPort, sshHostKey: null };
}

test("a host that leaves a megabyte of answers unread is given up", () => {
  const heard: string[] = [];
  const inside = {
    _protocol: { _handlers: { CHANNEL_OPEN: () => heard.push("open"), DEBUG: undefined } },
    _chanMgr: { get: () => undefined },
    _sock: { writableLength: 1024 * 1024 },
  };
  limitHost(inside as unknown as Client);
  inside._protocol._handlers.CHANNEL_OPEN();
  inside._sock.writableLength += 1;
  expect(() => inside._protocol._handlers.CHANNEL_OPEN()).toThrow("does not read");
  expect(heard).toEqual(["open"]);
});

describe("keys that a host announces", () => {
  /** What is made of the request. */
  function handed(wantsReply: boolean, key: string): readonly unknown[] {
    const name = "hostkeys-00@openssh.com";
    const head = Buffer.alloc(5);
    head.writeUInt8(80);
    head.writeUInt32BE(name.length, 1);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(key.length);
    const flag = Buffer.from([Number(wantsReply)]);
    const payload = Buffer.concat([head, Buffer.from(name), flag, length, Buffer.from(key)]);
    let got: readonly unknown[] = [];
    const take = (_: unknown, ...rest: readonly unknown[]): void => {
      got = rest;
    };
    messages[80]?.({ _handlers: { GLOBAL_REQUEST: take } }, payload);
    return got;
  }

  test("are not looked at, whatever is asked with them", () => {
    expect(handed(false, pair.public)).toEqual(["", false, null]);
    expect(handed(true, pair.public)).toEqual(["", true, null]);
  });

  test("cost nothing, however they are made to cost much", () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${"a:b\n".repeat(8_500)}`;
    const began = process.cpuUsage();
    for (let time = 0; time < 10; time += 1) handed(false, key);
    const { user } = process.cpuUsage(began);
    expect(user / 1000).toBeLessThan(1_000);
  });
});
