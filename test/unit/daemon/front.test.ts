/** The thread of the read-only doors, as far as it concerns the monitor that it must not end. */
import { expect, it, vi } from "vitest";
import { Front } from "../../../src/daemon/front.ts";
import type { Doors } from "../../../src/front/protocol.ts";

const threads = vi.hoisted(() => ({ asked: 0 }));

vi.mock("node:worker_threads", () => ({
  Worker: class {
    constructor() {
      threads.asked += 1;
      // As where the host has no process left to give.
      throw Object.assign(new Error("no thread"), { code: "ERR_WORKER_INIT_FAILED" });
    }
  },
}));

it("that cannot be made is told of, and tried again", () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const log = { write: (_level: string, event: string) => told.push(event), event: () => {} };
  const front = new Front({ doors: {} as Doors, snapshot: () => ({}) as never, log });
  front.start();
  vi.advanceTimersByTime(11_000);
  front.stop();
  expect(threads.asked).toBe(3);
  expect(told).toEqual(["front.fault", "front.fault", "front.fault"]);
  vi.useRealTimers();
});
