import { describe, expect, it } from "vitest";
import { resolve } from "../../../../src/adapters/peer/channel.ts";

type Ask = NonNullable<Parameters<typeof resolve>[1]>;

describe("the name of a peer", () => {
  it("is not looked up when it is an address", async () => {
    const ask = (() => Promise.reject(new Error("asked"))) as unknown as Ask;
    expect(await resolve({ host: "10.0.0.1", port: 1 }, ask)).toBe("10.0.0.1");
    expect(await resolve({ host: "fe80::1", port: 1 }, ask)).toBe("fe80::1");
  });

  it("is looked up beside one other at most, so that a dead name server leaves threads for the disk", async () => {
    const answers: (() => void)[] = [];
    const ask = (() =>
      new Promise((settle) =>
        answers.push(() => settle({ address: "10.0.0.9", family: 4 })),
      )) as unknown as Ask;
    const all = Array.from({ length: 8 }, (_, n) =>
      resolve({ host: `mon${n}.example`, port: 1 }, ask),
    );
    await Promise.resolve();
    await Promise.resolve();
    expect(answers.length).toBe(2);
    let done = 0;
    for (const one of all) void one.then(() => (done += 1));
    while (done < 8) {
      answers.shift()?.();
      await new Promise((later) => setImmediate(later));
      expect(answers.length).toBeLessThanOrEqual(2);
    }
    expect(await Promise.all(all)).toEqual(Array.from({ length: 8 }, () => "10.0.0.9"));
  });
});
