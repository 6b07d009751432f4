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
import type { Asked, CommandOutcome } from "../../../../src/core/messages.ts";
import type { Proposal, ProposedNode } from "../../../../src/core/reload/proposal.ts";

const wire = ControlService.service.Operate;

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const kind = <K extends string>(value: K) => fc.constant(value);

const address = fc.ipV4();
const hostPort = fc.constantFrom("10.0.0.1:7400", "mon4.example:1", "[fe80::1]:65535");
const words = fc.string({ maxLength: 20 });
const number = fc.nat(1_000_000);
const port = fc.nat(65_535);

const node = fc.record(
  {
    name,
    address,
    port,
    interface: words,
    sshUser: words,
    sshPort: port,
    sshHostKey: maybe(words),
    priority: number,
  },
  { requiredKeys: ["name", "address", "port", "interface", "sshUser", "sshPort", "sshHostKey"] },
);

const proposal: fc.Arbitrary<Proposal> = fc.record({
  settings: fc.record({
    probeIntervalMs: number,
    downAfterMs: number,
    leaseMs: number,
    permitMs: number,
    clockDrift: fc.constantFrom(0, 0.02, 0.1),
    leaseBackend: fc.constantFrom("auto", "nft", "off"),
    onQuorumLoss: fc.constantFrom("failsafe", "drop"),
    onReboot: fc.constantFrom("auto", "failover", "wait"),
    restartGraceMs: number,
    busyGraceMs: number,
    maxLagBytes: number,
    cooldownMs: number,
    flapCount: number,
    flapWindowMs: number,
    fenceCommand: maybe(words),
    writeGuard: fc.boolean(),
    parallelSyncs: number,
    waitForOtherMasterMs: number,
  }),
  nodes: fc.array(node as fc.Arbitrary<ProposedNode>, { maxLength: 3 }),
  writer: maybe(address),
  readers: fc.array(address, { maxLength: 2 }),
  mode: maybe(fc.constantFrom("active", "manual", "passive", "wait")),
});

const command: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({ kind: kind("switchover"), group: name, to: maybe(name) }),
  fc.record({ kind: kind("failover"), group: name, to: maybe(name), acceptDataLoss: fc.boolean() }),
  fc.record({ kind: kind("set-online"), group: name, node: name }),
  fc.record({ kind: kind("set-offline"), group: name, node: name }),
  fc.record({
    kind: kind("pause"),
    group: name,
    forMs: maybe(number),
    reason: maybe(words),
  }),
  fc.record({ kind: kind("read-own") }),
  fc.record({ kind: kind("resume"), group: name }),
  fc.record({ kind: kind("plan-switchover"), group: name, to: maybe(name) }),
  fc.record({ kind: kind("move-reader"), group: name, ip: address, node: name }),
  fc.record({ kind: kind("acknowledge"), group: name, node: maybe(name) }),
  fc.record({
    kind: kind("set-mode"),
    group: name,
    mode: fc.constantFrom("active", "manual", "passive", "wait"),
  }),
  fc.record({
    kind: kind("adopt"),
    group: name,
    cluster: maybe(fc.stringMatching(/^[0-9a-f]{8}$/)),
    empty: maybe(name),
    acceptDataLoss: fc.boolean(),
  }),
  fc.record({ kind: kind("monitor-add"), name, address: hostPort }),
  fc.record({ kind: kind("monitor-remove"), name }),
  fc.record({ kind: kind("monitor-replace"), name, address: maybe(hostPort) }),
  fc.record({ kind: kind("reload"), group: name, proposal: maybe(proposal), dryRun: fc.boolean() }),
  fc.record({
    kind: kind("reload-file"),
    proposals: maybe(fc.dictionary(name, proposal, { maxKeys: 3, noNullPrototype: true })),
    dryRun: fc.boolean(),
  }),
  fc.record({ kind: kind("drop-group"), group: name }),
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
