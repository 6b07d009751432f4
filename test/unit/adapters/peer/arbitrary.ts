/** Arbitrary messages of the core, within what its types and the register of names allow. */
import fc from "fast-check";
import type {
  ConsensusMessage,
  JsonValue,
  Part,
  SlotDelta,
} from "../../../../src/core/consensus/types.ts";
import type { HealthMessage, NodeInfo, NodeVote } from "../../../../src/core/health/types.ts";
import type { Envelope } from "../../../../src/core/messages.ts";
import type { Stamp } from "../../../../src/core/stamp.ts";
import { fullCluster, fullGroup } from "../../fuzz/state.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
const clusterId = fc.stringMatching(/^[0-9a-f]{8}$/);
const text = fc.string({ maxLength: 60 });
const count = fc.maxSafeNat();
const integer = fc.maxSafeInteger();
const age = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const port = fc.integer({ min: 0, max: 65_535 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** As much as a register on a host has room for. */
const mark = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const stamp: fc.Arbitrary<Stamp> = fc.record({ term: mark, version: mark });
/** As JSON would keep it: it knows no −0. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
/** What this version does not know, beside what it knows. */
const extra = fc
  .dictionary(fc.stringMatching(/^x[a-z]{0,7}$/), json, { maxKeys: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as { readonly [key: string]: JsonValue });
const part = fc
  .tuple(fc.constantFrom("cluster", "main", "orders"), extra)
  .map(([which, more]): [string, Part] =>
    which === "cluster"
      ? ["cluster", { ...fullCluster(), ...more } as unknown as Part]
      : [`group:${which}`, { ...fullGroup({ name: which }), ...more } as unknown as Part],
  );

const delta: fc.Arbitrary<SlotDelta> = fc
  .record({ base: maybe(stamp), stamp, parts: fc.array(part, { maxLength: 3 }), changed: stamp })
  .map(({ base, stamp: of, parts, changed }) => {
    const whole: Record<string, Part> = Object.fromEntries(parts);
    if (base === null) whole["cluster"] ??= fullCluster() as unknown as Part;
    const stamps = Object.keys(whole).map((key) => [key, changed] as const);
    return { base, stamp: of, parts: whole, changed: Object.fromEntries(stamps) };
  });

const sender = { storageId: fc.stringMatching(/^[0-9a-f]{16}$/), term: mark, slot: maybe(stamp) };
const asker = maybe(sender.storageId);

export const consensusMessage: fc.Arbitrary<ConsensusMessage> = fc.oneof(
  fc.record({
    ...sender,
    kind: fc.constant("hello" as const),
    clusterId: maybe(clusterId),
    schema: port,
    address: text,
    peers: port,
    bequest: maybe(fc.string({ maxLength: 40 })),
    met: fc.boolean(),
    answer: fc.boolean(),
  }),
  fc.record({ ...sender, kind: fc.constant("genesis" as const), delta }),
  fc.record({ ...sender, kind: fc.constant("pre-vote" as const), candidateTerm: mark }),
  fc.record({
    ...sender,
    kind: fc.constant("pre-vote-reply" as const),
    candidateTerm: mark,
    granted: fc.boolean(),
    asker,
  }),
  fc.record({ ...sender, kind: fc.constant("vote" as const), transfer: fc.boolean() }),
  fc.record({ ...sender, kind: fc.constant("vote-reply" as const), granted: fc.boolean(), asker }),
  fc.record({
    ...sender,
    kind: fc.constant("append" as const),
    round: count,
    version: mark,
    delta: maybe(delta),
    commit: maybe(stamp),
    note: json,
  }),
  fc.record({
    ...sender,
    kind: fc.constant("append-reply" as const),
    round: count,
    version: mark,
  }),
  fc.record({ ...sender, kind: fc.constant("timeout-now" as const) }),
  fc.record({ ...sender, kind: fc.constant("farewell" as const), delta }),
);

const info: fc.Arbitrary<NodeInfo> = fc.record({
  version: text,
  runId: text,
  uptimeS: integer,
  role: fc.constantFrom("master", "replica"),
  masterHost: maybe(text),
  masterPort: maybe(port),
  link: fc.constantFrom("up", "down", null),
  linkDownSinceS: maybe(integer),
  lastIoS: maybe(integer),
  syncing: fc.boolean(),
  loading: fc.boolean(),
  replId: text,
  replId2: maybe(text),
  secondOffset: integer,
  offset: integer,
  appliedOffset: maybe(integer),
  readOffset: maybe(integer),
  priority: integer,
  readOnly: fc.boolean(),
  aof: fc.boolean(),
  replicas: fc.array(fc.record({ host: text, port, state: text, offset: integer }), {
    maxLength: 3,
  }),
  connectedClients: integer,
  failoverState: maybe(text),
  empty: fc.boolean(),
});

const nodeVote: fc.Arbitrary<NodeVote> = fc.record({
  group: name,
  node: name,
  vote: fc.constantFrom("up", "degraded", "refused", "silent", "abstain", "unknown"),
  reason: maybe(text),
  sinceMs: age,
  lastGoodMs: maybe(age),
  latencyMs: maybe(age),
  info: maybe(info),
  infoAgeMs: maybe(age),
  grewMs: maybe(age),
  linkSeenUpFor: maybe(text),
  guard: fc.record({
    heardMs: maybe(age),
    problem: maybe(text),
    gate: fc.constantFrom("present", "absent", "altered", "unknown"),
  }),
});

export const healthMessage: fc.Arbitrary<HealthMessage> = fc.record({
  kind: fc.constant("health" as const),
  storageId: asker,
  seq: count,
  echo: count,
  votes: fc.array(nodeVote, { maxLength: 4 }),
  network: fc.constantFrom("up", "down", "unknown", null),
  strangers: fc.array(name, { maxLength: 3 }),
});

export const anEnvelope: fc.Arbitrary<Envelope> = fc.record({
  from: name,
  clusterId: maybe(clusterId),
  protocol: fc.constant(1),
  version: text,
  fileDiffers: text,
  message: fc.oneof(
    healthMessage,
    consensusMessage.map((message) => ({ kind: "consensus" as const, message })),
  ),
});
