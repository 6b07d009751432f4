import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeOutcome,
  decodeRequest,
  encodeOutcome,
  encodeRequest,
} from "../../../../src/adapters/control/codec.ts";
import type { OperateEvent__Output } from "../../../../src/adapters/gen/mmm/v1/OperateEvent.ts";
import type { OperateRequest__Output } from "../../../../src/adapters/gen/mmm/v1/OperateRequest.ts";
import { ControlService } from "../../../../src/adapters/grpc.ts";
import { outcome, request } from "./arbitrary.ts";

const wire = ControlService.service.Operate;

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
    [
      "with a proposal that is no JSON",
      { requestId: "r", reload: { group: "g", proposal: "{" } },
      "proposal: ",
    ],
    [
      "with a proposal that lacks a setting",
      { requestId: "r", reload: { group: "g", proposal: '{"settings":{"probeIntervalMs":100}}' } },
      "proposal.settings.downAfterMs: no number",
    ],
    [
      "with a monitor that is nowhere",
      { requestId: "r", addMonitor: { name: "mon4", address: "10.0.0.1" } },
      "address: not HOST:PORT",
    ],
    [
      "with a monitor without a name",
      { requestId: "r", removeMonitor: { name: "" } },
      "name: not the name of a monitor",
    ],
  ])("refuses a request %s", (_what, sent, reason) => {
    const read = wire.requestDeserialize(wire.requestSerialize(sent)) as OperateRequest__Output;
    expect(() => decodeRequest(read)).toThrow(reason);
  });
});
