import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeOutcome,
  decodeRequest,
  encodeOutcome,
  encodeRequest,
  type Request,
} from "../../../../src/adapters/control/codec.ts";
import type { OperateEvent__Output } from "../../../../src/adapters/gen/mmm/v1/OperateEvent.ts";
import type { OperateRequest__Output } from "../../../../src/adapters/gen/mmm/v1/OperateRequest.ts";
import { ControlService } from "../../../../src/adapters/grpc.ts";
import type { Command, CommandOutcome } from "../../../../src/core/messages.ts";

const wire = ControlService.service.Operate;

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const kind = <K extends string>(value: K) => fc.constant(value);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: kind("switchover"), group: name, to: maybe(name) }),
  fc.record({ kind: kind("failover"), group: name, to: maybe(name), acceptDataLoss: fc.boolean() }),
  fc.record({ kind: kind("set-online"), group: name, node: name }),
  fc.record({ kind: kind("set-offline"), group: name, node: name }),
  fc.record({
    kind: kind("set-mode"),
    group: name,
    mode: fc.constantFrom("active", "manual", "passive"),
  }),
  fc.record({
    kind: kind("adopt"),
    group: name,
    cluster: maybe(fc.stringMatching(/^[0-9a-f]{8}$/)),
    empty: maybe(name),
  }),
  fc.record({ kind: kind("reload"), group: name, proposal: fc.string() }),
);

const request: fc.Arbitrary<Request> = fc.record({
  requestId: fc.uuid(),
  by: fc.string({ maxLength: 40 }),
  forwarded: fc.boolean(),
  command,
});

const outcome: fc.Arbitrary<CommandOutcome> = fc.oneof(
  fc.record({ kind: fc.constantFrom("ok", "refused", "failed", "unknown"), message: fc.string() }),
  fc.record({ kind: kind("not-leader"), leader: maybe(name) }),
);

describe("the codec of commands", () => {
  it("gives back every command as it was sent", () => {
    fc.assert(
      fc.property(request, (sent) => {
        const bytes = wire.requestSerialize(encodeRequest(sent));
        expect(decodeRequest(wire.requestDeserialize(bytes) as OperateRequest__Output)).toEqual(
          sent,
        );
      }),
    );
  });

  it("gives back every outcome as it was sent", () => {
    fc.assert(
      fc.property(outcome, (sent) => {
        const bytes = wire.responseSerialize({ outcome: encodeOutcome(sent) });
        const read = wire.responseDeserialize(bytes) as OperateEvent__Output;
        expect(decodeOutcome(read.outcome!)).toEqual(sent);
      }),
    );
  });

  it("takes an outcome of a kind from the future for unknown", () => {
    const bytes = wire.responseSerialize({ outcome: { kind: 77 as never, message: "?" } });
    const read = wire.responseDeserialize(bytes) as OperateEvent__Output;
    expect(decodeOutcome(read.outcome!)).toEqual({ kind: "unknown", message: "?" });
  });

  it.each([
    [
      "without an id",
      { requestId: "", setOnline: { group: "g", node: "n" } },
      "request_id: not a name",
    ],
    ["without a command", { requestId: "r" }, "command: none that this version knows"],
    ["without a group", { requestId: "r", switchover: {} }, "group: not a name"],
    [
      "with a mode of no kind",
      { requestId: "r", setMode: { group: "g" } },
      "mode: unknown value MODE_UNSPECIFIED",
    ],
    [
      "with a cluster that is none",
      { requestId: "r", adopt: { group: "g", cluster: "x" } },
      "cluster: not a cluster id",
    ],
  ])("refuses a request %s", (_what, sent, reason) => {
    const read = wire.requestDeserialize(wire.requestSerialize(sent)) as OperateRequest__Output;
    expect(() => decodeRequest(read)).toThrow(reason);
  });
});
