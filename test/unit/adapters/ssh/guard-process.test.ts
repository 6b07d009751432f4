import { Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { expect, test } from "vitest";
import type { Asked } from "../../../../src/adapters/ssh/guard-link.ts";
import { GuardProcess } from "../../../../src/adapters/ssh/guard-process.ts";

/** A host that answers each request with "ok", and keeps what was written to it. */
class Channel extends Duplex {
  readonly stderr = new PassThrough();
  readonly written: string[] = [];
  readonly #greeting: string;

  constructor(greeting = "version=1 mode=installed missing=-") {
    super();
    this.#greeting = greeting;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk.toString());
    for (const line of chunk.toString().trim().split("\n")) {
      const [op, id] = line.split(" ");
      if (op !== "together") this.push(`ok ${id}${op === "hello" ? ` ${this.#greeting}` : ""}\n`);
    }
    done();
  }
}

async function started(channel: Channel): Promise<GuardProcess> {
  const guard = new GuardProcess(channel as unknown as ClientChannel, "installed");
  channel.push("guard 1 installed\n");
  await guard.start(null, 2_000);
  channel.written.length = 0;
  return guard;
}

function permit(vip: string): Asked {
  const epoch = { term: 1, version: 2 };
  const request = { op: "permit", vip, cluster: "00c0ffee", epoch, permit: 9, ttlMs: 400 } as const;
  return { request, deadlineMs: 2_000 };
}

test("a guard that greets before anybody waits for it is heard all the same", async () => {
  const channel = new Channel();
  const guard = new GuardProcess(channel as unknown as ClientChannel, "installed");
  channel.push("guard 1 installed\n");
  await new Promise((resolve) => setImmediate(resolve));
  await expect(guard.start(null, 2_000)).resolves.toBeUndefined();
});

test("a guard that says so is sent several requests at once, and each is answered", async () => {
  const channel = new Channel("version=1 mode=installed missing=- together=16");
  const guard = await started(channel);
  expect(guard.mostTogether).toBe(16);
  const answers = guard.ask([permit("10.0.0.1"), permit("10.0.0.2")]);
  expect(await Promise.all(answers)).toEqual([
    { kind: "ok", view: null },
    { kind: "ok", view: null },
  ]);
  expect(channel.written).toHaveLength(1);
  expect(channel.written[0]?.split("\n").map((line) => line.split(" ")[0])).toEqual([
    "together",
    "permit",
    "permit",
    "",
  ]);
  expect(channel.written[0]).toMatch(/^together \S+ 2\n/);
});

test("an older guard is asked one thing at a time", async () => {
  const channel = new Channel();
  const guard = await started(channel);
  expect(guard.mostTogether).toBe(1);
  await Promise.all(guard.ask([permit("10.0.0.1")]));
  expect(channel.written[0]).toMatch(/^permit /);
});

test("a request that no guard can read is refused here, and the others are sent", async () => {
  const channel = new Channel("version=1 mode=installed missing=- together=16");
  const guard = await started(channel);
  const answers = await Promise.all(guard.ask([permit("not a VIP"), permit("10.0.0.2")]));
  expect(answers.map(({ kind }) => kind)).toEqual(["refused", "ok"]);
  expect(channel.written[0]).toMatch(/^permit \S+ 10\.0\.0\.2 /);
});
