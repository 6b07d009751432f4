import { describe, expect, it } from "vitest";
import type { Effect, Input, Target } from "../../../src/core/io.ts";
import { Performer, type World } from "../../../src/daemon/perform.ts";
import type { WorldEffect } from "../../../src/daemon/runtime.ts";
import { eventually } from "../../helpers/eventually.ts";
import { healthMessage } from "../../helpers/health-message.ts";

const target: Target = {
  group: "main",
  node: "db1",
  address: "192.0.2.1",
  port: 6379,
  sshUser: "mmm",
  sshPort: 22,
  sshHostKey: null,
};

function world(changes: Partial<World>): { world: World; lines: string[] } {
  const lines: string[] = [];
  const fail = () => Promise.reject(new Error("a fault of the adapter"));
  return {
    lines,
    world: {
      peers: { send: () => {}, meet: () => {} },
      prober: { probe: fail },
      redis: { run: fail },
      guards: { request: fail },
      fencer: { run: fail },
      hooks: { run: fail },
      vips: { check: fail },
      reply: () => {},
      report: () => {},
      log: {
        write: (level, event, text) => void lines.push(`${level} ${event} ${text}`),
        event: () => {},
      },
      ...changes,
    },
  };
}

const asked: readonly WorldEffect[] = [
  { kind: "probe", id: 1, target, depth: "full", deadlineMs: 5 },
  { kind: "guard", id: 2, target, request: { op: "show", vip: "192.0.2.70" }, deadlineMs: 5 },
  {
    kind: "redis",
    id: 3,
    target,
    connection: { term: 1, seq: 1 },
    action: { kind: "promote" },
    deadlineMs: 5,
  },
  { kind: "fence", id: 4, target, command: "true", deadlineMs: 5 },
  { kind: "vip-check", id: 5, target, vip: "192.0.2.70", deadlineMs: 5 },
];

describe("performing effects", () => {
  it("brings each outcome back under the number of its effect", async () => {
    const inputs: Input[] = [];
    const { world: ports } = world({
      prober: { probe: async (_target, _depth, ms) => ({ kind: "refused", text: `${ms}` }) },
    });
    new Performer(ports, (input) => inputs.push(input)).perform(asked[0]!);
    await eventually(
      () => inputs,
      (all) => all.length === 1,
    );
    expect(inputs).toEqual([
      {
        kind: "finished",
        id: 1,
        result: { kind: "probe", result: { kind: "refused", text: "5" } },
      },
    ]);
  });

  it("turns a fault of an adapter into the outcome that claims least, and tells it", async () => {
    const inputs: Input[] = [];
    const { world: ports, lines } = world({});
    const performer = new Performer(ports, (input) => inputs.push(input));
    for (const effect of asked) performer.perform(effect);
    await eventually(
      () => inputs,
      (all) => all.length === asked.length,
    );
    const outcomes = inputs.map((input) => (input.kind === "finished" ? input.result : null));
    const text = "internal: a fault of the adapter";
    expect(outcomes).toEqual([
      { kind: "probe", result: { kind: "garbled", text } },
      { kind: "guard", result: { kind: "unknown", text } },
      { kind: "redis", result: { kind: "unknown", text } },
      { kind: "fence", exitCode: null, text },
      { kind: "vip-check", runId: null, text },
    ]);
    expect(lines).toContain("error adapter.fault redis: a fault of the adapter");
  });

  it("survives a sender that fails", () => {
    const { world: ports, lines } = world({
      peers: {
        meet: () => {},
        send: () => {
          throw new Error("cannot be encoded");
        },
      },
    });
    const effect: Effect = {
      kind: "send",
      to: "mon2",
      message: healthMessage(),
    };
    const performer = new Performer(ports, () => {});
    // A fault that comes again with each effect is told once.
    for (let time = 0; time < 100; time += 1) performer.perform(effect);
    expect(lines).toEqual(["error adapter.fault send: cannot be encoded"]);
  });
});
