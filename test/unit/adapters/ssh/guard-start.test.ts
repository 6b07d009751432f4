import { Duplex, PassThrough } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { describe, expect, test } from "vitest";
import { startGuard } from "../../../../src/adapters/ssh/guard-start.ts";

/** Takes what is written, and says nothing. */
class Channel extends Duplex {
  readonly stderr = new PassThrough();

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  exit(code: number): void {
    this.emit("exit", code);
    this.destroy();
  }
}

type Confirm = (error: undefined, channel: ClientChannel) => void;

/** A login on which each command is confirmed with the channel that `act` makes for it; null: never. */
function loginWith(act: (command: string) => Channel | null): Client {
  const exec = (command: string, confirm: Confirm): void => {
    const channel = act(command);
    if (channel !== null) confirm(undefined, channel as unknown as ClientChannel);
  };
  return { exec } as unknown as Client;
}

const START = { wanted: "auto", user: "u", script: "", guardSeen: false } as const;

describe("a host that takes the login, and then", () => {
  test.each<[string, (command: string) => Channel | null, RegExp]>([
    ["does not begin to look for a guard", () => null, /looking for .*within 20 ms/],
    ["does not end to look for one", () => new Channel(), /looking for .*within 20 ms/],
    [
      "does not begin to start one",
      (command) => (command.startsWith("test -e") ? endsWith(1) : null),
      /guard.*within 20 ms/,
    ],
  ])("%s is given up", async (_, act, why) => {
    const starting = startGuard(loginWith(act), START, 20);
    await expect(starting).rejects.toMatchObject({
      problem: "timeout",
      message: expect.stringMatching(why),
    });
  });
});

function endsWith(code: number): Channel {
  const channel = new Channel();
  queueMicrotask(() => channel.exit(code));
  return channel;
}
