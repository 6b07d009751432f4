import { Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { expect, test } from "vitest";
import { GuardProcess } from "../../../../src/adapters/ssh/guard-process.ts";

/** A host that answers each request with "ok". */
class Channel extends Duplex {
  readonly stderr = new PassThrough();

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const [, id] = chunk.toString().trim().split(" ");
    this.push(`ok ${id} version=1 mode=installed missing=-\n`);
    done();
  }
}

test("a guard that greets before anybody waits for it is heard all the same", async () => {
  const channel = new Channel();
  const guard = new GuardProcess(channel as unknown as ClientChannel, "installed");
  channel.push("guard 1 installed\n");
  await new Promise((resolve) => setImmediate(resolve));
  await expect(guard.start(null, 2_000)).resolves.toBeUndefined();
});
