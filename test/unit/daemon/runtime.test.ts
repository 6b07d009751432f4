import { describe, expect, it } from "vitest";
import type { Effect, Finished, Input } from "../../../src/core/io.ts";
import { Runtime } from "../../../src/daemon/runtime.ts";
import { eventually } from "../../helpers/eventually.ts";
import { durable, fakeCore, type FakeState, heard, realClock, type Script } from "./fake-core.ts";
import { healthMessage } from "../../helpers/health-message.ts";

interface Bench {
  readonly runtime: Runtime<FakeState>;
  readonly done: string[];
  readonly faults: unknown[];
}

function bench(
  script: Script,
  options: { readonly save?: (term: number) => Promise<void>; readonly wakeInMs?: number } = {},
): Bench {
  const done: string[] = [];
  const faults: unknown[] = [];
  const runtime = new Runtime<FakeState>({
    core: fakeCore(script, options.wakeInMs),
    state: { seen: [] },
    clock: realClock,
    store: {
      save: async ({ term }) => {
        done.push(`save ${term}`);
        await options.save?.(term);
        done.push(`saved ${term}`);
      },
    },
    perform: (effect) => void done.push(effect.kind),
    onTurn: ({ seen }) => void done.push(`turn ${seen.length}`),
    onFault: (error) => void faults.push(error),
  });
  return { runtime, done, faults };
}

const send: Effect = {
  kind: "send",
  to: "mon2",
  message: healthMessage(),
};
const reply: Effect = { kind: "reply", requestId: "r", outcome: { kind: "ok", message: "" } };
const persist = (term: number): Effect => ({
  kind: "persist",
  durable: durable(term),
  isUrgent: true,
});
const lazily = (term: number): Effect => ({
  kind: "persist",
  durable: durable(term),
  isUrgent: false,
});
const tick: Input = { kind: "tick" };
const pong = (id: number): Finished => ({
  kind: "finished",
  id,
  result: { kind: "probe", result: { kind: "pong", latencyMs: 1 } },
});
const claimed = (id: number): Finished => ({
  kind: "finished",
  id,
  result: { kind: "redis", result: { kind: "ok" } },
});

describe("the runtime", () => {
  it("starts nothing that follows a write before that is on disk, and takes in nothing", async () => {
    let finish = () => {};
    const gate = new Promise<void>((open) => (finish = open));
    const { runtime, done } = bench(() => [send, persist(4), reply, send], { save: () => gate });
    runtime.push(tick);
    await eventually(
      () => done,
      (all) => all.includes("save 4"),
    );
    runtime.push(tick);
    expect(done).toEqual(["send", "save 4"]);
    finish();
    await eventually(
      () => done,
      (all) => all.includes("turn 1"),
    );
    expect(done.slice(0, 6)).toEqual(["send", "save 4", "saved 4", "reply", "send", "turn 1"]);
    runtime.stop();
  });

  it("takes one input at a time, in the order in which they came", async () => {
    let finish = () => {};
    const gate = new Promise<void>((open) => (finish = open));
    const { runtime, done } = bench(
      (input) => (input.kind === "tick" ? [persist(1), send] : [reply]),
      { save: () => gate },
    );
    runtime.push(tick);
    runtime.push(heard(1));
    runtime.push(heard(2));
    await eventually(
      () => done,
      (all) => all.length > 0,
    );
    expect(done).toEqual(["save 1"]);
    finish();
    await eventually(
      () => done,
      (all) => all.includes("turn 3"),
    );
    expect(done).toEqual([
      "save 1",
      "saved 1",
      "send",
      "turn 1",
      "reply",
      "turn 2",
      "reply",
      "turn 3",
    ]);
    expect(runtime.state.seen.map(({ kind }) => kind)).toEqual(["tick", "message", "message"]);
    runtime.stop();
  });

  it("takes in at once the outcomes that wait behind each other, and nothing else", async () => {
    const { runtime } = bench(() => []);
    for (const input of [pong(1), pong(2), tick, pong(3), claimed(4), claimed(5)])
      runtime.push(input);
    const { seen } = await eventually(
      () => runtime.state,
      (state) => state.seen.length >= 3,
    );
    const together = (...all: readonly Finished[]): Input => ({ kind: "all-finished", all });
    expect(seen).toEqual([
      together(pong(1), pong(2)),
      tick,
      together(pong(3), claimed(4), claimed(5)),
    ]);
    runtime.stop();
  });

  it("does not let what is more than an answer of a probe wait for others", () => {
    const { runtime } = bench(() => []);
    runtime.push(pong(1));
    expect(runtime.state.seen).toEqual([]);
    runtime.push(claimed(2));
    expect(runtime.state.seen).toHaveLength(1);
    runtime.stop();
  });

  it("writes what is not urgent when nothing else is to be done, the newest of it only", async () => {
    let messages = 0;
    const { runtime, done } = bench((input) =>
      input.kind === "message" ? [lazily((messages += 1)), send] : [],
    );
    runtime.push(heard(1));
    runtime.push(heard(2));
    await eventually(
      () => done,
      (all) => all.includes("saved 2"),
    );
    const others = done.filter((what) => !what.startsWith("turn"));
    expect(others).toEqual(["send", "send", "save 2", "saved 2"]);
    runtime.stop();
  });

  it("lets an urgent write take along what is not", async () => {
    const { runtime, done } = bench((input) =>
      input.kind === "tick" ? [lazily(1), persist(2), send, lazily(3)] : [reply],
    );
    runtime.push(tick);
    runtime.push(heard(1));
    await eventually(
      () => done,
      (all) => all.includes("turn 2"),
    );
    expect(done).toEqual(["save 3", "saved 3", "send", "turn 1", "reply", "turn 2"]);
    runtime.stop();
  });

  it("ends, and starts nothing more, when the disk fails", async () => {
    const broken = new Error("fsync failed");
    const { runtime, done, faults } = bench(() => [persist(1), send], {
      save: () => Promise.reject(broken),
    });
    runtime.push(tick);
    runtime.push(heard(1));
    await eventually(
      () => faults,
      (all) => all.length > 0,
    );
    expect(faults).toEqual([broken]);
    expect(done).toEqual(["save 1"]);
    expect(runtime.push(tick)).toBe(false);
  });

  it("ends when the core fails", async () => {
    const { runtime, faults } = bench(() => {
      throw new Error("a fault of the program");
    });
    runtime.push(tick);
    await eventually(
      () => faults,
      (all) => all.length > 0,
    );
    expect(String(faults[0])).toBe("Error: a fault of the program");
    expect(runtime.push(tick)).toBe(false);
  });

  it("refuses messages, and only those, while its queue is long", async () => {
    const never = new Promise<void>(() => {});
    const { runtime, faults } = bench((input) => (input.kind === "tick" ? [persist(1)] : []), {
      save: () => never,
    });
    runtime.push(tick);
    let taken = 0;
    while (taken < 100_000 && runtime.push(heard(taken))) taken += 1;
    expect(taken).toBeLessThanOrEqual(4_096);
    expect(taken).toBeGreaterThan(1_000);
    expect(runtime.push({ kind: "shutdown" })).toBe(true);
    expect(faults).toEqual([]);
    runtime.stop();
  });

  it("takes an endless flood of its own doing for a fault", () => {
    const never = new Promise<void>(() => {});
    const { runtime, faults } = bench(() => [persist(1)], { save: () => never });
    for (let i = 0; i < 20_000; i += 1)
      runtime.push({ kind: "connection-lost", group: "g", node: "n" });
    expect(faults).toHaveLength(1);
  });

  it("looks after the core when it asked to be, and never sleeps for long", async () => {
    const { runtime } = bench(() => [], { wakeInMs: 5 });
    runtime.push(tick);
    await eventually(
      () => runtime.state.seen.length,
      (turns) => turns > 5,
      { withinMs: 1_000 },
    );
    runtime.stop();
    const forgetful = bench(() => [], { wakeInMs: Number.POSITIVE_INFINITY });
    forgetful.runtime.push(tick);
    await eventually(
      () => forgetful.runtime.state.seen.length,
      (turns) => turns > 1,
      { withinMs: 2_500 },
    );
    forgetful.runtime.stop();
  });

  it("lets timers and sockets have their turn during a long queue", async () => {
    const busy = () => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return [];
    };
    const { runtime } = bench(busy);
    for (let i = 0; i < 300; i += 1) runtime.push(tick);
    const turnsAtTimer = await new Promise<number>((done) => {
      setTimeout(() => done(runtime.state.seen.length), 0);
    });
    expect(turnsAtTimer).toBeLessThan(200);
    runtime.stop();
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "takes in at once what comes %i microtasks after a turn, whatever is coming to its end then",
    async (depth) => {
      const later = (left: number): void => {
        if (left === 0) runtime.push(heard(2));
        else queueMicrotask(() => later(left - 1));
      };
      const { runtime, done } = bench((_, { seen }) => {
        if (seen.length === 0) later(depth);
        return [];
      });
      runtime.push(heard(1));
      await eventually(
        () => done,
        (all) => all.includes("turn 2"),
        { withinMs: 300 },
      );
      runtime.stop();
    },
  );
});
