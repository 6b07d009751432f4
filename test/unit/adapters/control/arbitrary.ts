/** Arbitrary commands and outcomes, within what their types and the register of names allow. */
import fc from "fast-check";
import type { Request } from "../../../../src/adapters/control/codec.ts";
import type { Asked, CommandOutcome } from "../../../../src/core/messages.ts";
import type { Proposal, ProposedNode } from "../../../../src/core/reload/proposal.ts";

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

const askedHook = fc.record({
  command: words,
  timeoutMs: number,
  onFailure: fc.constantFrom("go-on", "stop"),
});

export const proposal: fc.Arbitrary<Proposal> = fc.record({
  settings: fc.record(
    {
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
      preFailover: askedHook,
      preSwitchover: askedHook,
      prefer: fc.record({ node: name, afterMs: number }),
    },
    {
      requiredKeys: [
        "probeIntervalMs",
        "downAfterMs",
        "leaseMs",
        "permitMs",
        "clockDrift",
        "leaseBackend",
        "onQuorumLoss",
        "onReboot",
        "restartGraceMs",
        "busyGraceMs",
        "maxLagBytes",
        "cooldownMs",
        "flapCount",
        "flapWindowMs",
        "fenceCommand",
        "writeGuard",
        "parallelSyncs",
        "waitForOtherMasterMs",
      ],
    },
  ),
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

export const request: fc.Arbitrary<Request> = fc.record({
  requestId: fc.uuid(),
  by: fc.string({ maxLength: 40 }),
  forwarded: fc.boolean(),
  command,
});

export const outcome: fc.Arbitrary<CommandOutcome> = fc.oneof(
  fc.record({ kind: fc.constantFrom("ok", "refused", "failed", "unknown"), message: fc.string() }),
  fc.record({ kind: kind("not-leader"), leader: maybe(name) }),
);
