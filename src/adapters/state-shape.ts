/**
 * Whether a part of the replicated state is what this version reads in it. A part comes from another
 * monitor or from disk, and a core that met something else in its place would end with a fault, again
 * after each restart: so it is refused at the door, with the path of what is wrong.
 *
 * Types are checked and not the sets of known words, for a newer monitor of the same schema may know
 * one more; fields that are not known are kept. A node, a VIP, a member without what they are known by
 * would be worse than none.
 */
import type { Durable, JsonValue, Part, Parts, Slot } from "../core/consensus/types.ts";
import type { Pause } from "../core/pause.ts";
import type { GroupSettings, AskedHook } from "../core/settings.ts";
import type { Stamp } from "../core/stamp.ts";
import {
  type Bequest,
  CLUSTER_PART,
  type ClusterPart,
  type GroupPart,
  groupPartName,
  type LeaseTimes,
  type Lineage,
  type Member,
  type Node,
  type Operation,
  type PastOperation,
  type PreferenceRecord,
  type Rejoining,
  type Vip,
  type VoteRecord,
} from "../core/state.ts";
import {
  address,
  fieldsOf,
  flag,
  listOf,
  named,
  number,
  objectOf,
  orNull,
  type Read,
  recordOf,
  whole,
  words,
} from "./json-reads.ts";
import { clusterId, Malformed, mark } from "./peer/fields.ts";
import { SETTINGS_READS } from "./settings-reads.ts";

const aMark: Read<number> = (value, path) => mark(number(value, path), path);
const stamp = objectOf<Stamp>({ term: aMark, version: aMark });
const aCluster: Read<string> = (value, path) => clusterId(words(value, path), path);

/** A word of which this version knows some. */
function word<T extends string>(): Read<T> {
  return words as Read<T>;
}

const member = objectOf<Member>({ name: named, storageId: named, address: words });

const cluster = objectOf<ClusterPart>({
  schema: whole,
  clusterId: aCluster,
  members: listOf(member),
  adopted: listOf(aCluster),
  requests: listOf(objectOf<ClusterPart["requests"][number]>({ id: words, message: words })),
});

const askedHook = objectOf<AskedHook>({ command: words, timeoutMs: whole, onFailure: word() });

const settings = objectOf<GroupSettings>(
  {
    ...SETTINGS_READS,
    leaseBackend: word(),
    onQuorumLoss: word(),
    onReboot: word(),
    preFailover: askedHook,
    preSwitchover: askedHook,
  },
  ["parallelSyncs", "preFailover", "preSwitchover", "prefer", "waitForOtherMasterMs"],
);

const node = objectOf<Node>(
  {
    name: named,
    address,
    port: whole,
    interface: words,
    sshUser: words,
    sshPort: whole,
    sshHostKey: orNull(words),
    priority: whole,
    admin: word(),
    outages: listOf(number),
    failedOverAt: number,
  },
  ["priority", "failedOverAt"],
);

const lineage = objectOf<Lineage>({
  chain: listOf(objectOf<Lineage["chain"][number]>({ replId: words, forkOffset: number })),
  highWater: number,
});

const vip = objectOf<Vip>(
  {
    ip: address,
    role: word(),
    kind: word(),
    node: orNull(named),
    claimable: flag,
    epoch: stamp,
    readSet: recordOf(word<"in" | "joining">()),
    holders: listOf(named),
    gated: listOf(named),
    leaseMs: whole,
    permitMs: whole,
    former: objectOf<LeaseTimes>({ leaseMs: whole, permitMs: whole }),
    leaving: flag as Read<true>,
  },
  ["former", "leaving"],
);

/** For people alone: what is no number to JSON (an age without a bound) has come to be null there. */
const forPeople = orNull(number) as Read<number>;
const vote = objectOf<VoteRecord>({ vote: words, reason: orNull(words), ageMs: forPeople });
const phases = listOf(objectOf<Operation["phases"][number]>({ name: words, ms: forPeople }));

const operation = objectOf<Operation>({
  id: stamp,
  kind: word(),
  cause: word(),
  from: named,
  to: orNull(named),
  phase: word(),
  leader: words,
  term: whole,
  attempt: whole,
  reason: words,
  by: words,
  acceptDataLoss: flag,
  requestId: orNull(words),
  votes: recordOf(vote),
  runIds: recordOf(words),
  saved: recordOf(objectOf<Operation["saved"][string]>({ minReplicas: words })),
  excluded: listOf(named),
  forkOffset: orNull(number),
  highWater: orNull(number),
  fencing: orNull(word<"released">()),
  startedAt: number,
  phaseStartedAt: number,
  phases,
});

const past = objectOf<PastOperation>({
  epoch: stamp,
  kind: word(),
  from: orNull(named),
  to: orNull(named),
  result: word(),
  reason: words,
  by: words,
  requestId: orNull(words),
  votes: recordOf(vote),
  fencing: orNull(word<"released">()),
  startedAt: number,
  durationMs: forPeople,
  phases,
  lostBytes: orNull(number),
});

const rejoining = objectOf<Rejoining>({ since: stamp, minReplicas: orNull(words), left: words }, [
  "left",
]);

const pause = objectOf<Pause>({
  by: words,
  reason: orNull(words),
  since: number,
  forMs: orNull(number),
  leftMs: orNull(number),
  counted: stamp,
});

const preference = objectOf<PreferenceRecord>(
  {
    node: named,
    tries: listOf(number),
    aside: objectOf<NonNullable<PreferenceRecord["aside"]>>({ by: words, to: named }),
    failure: words,
  },
  ["aside", "failure"],
);

const bequest = objectOf<Bequest>({ cluster: aCluster, stamp, lineage });

const group = objectOf<GroupPart>(
  {
    name: named,
    settings,
    nodes: listOf(node),
    master: orNull(named),
    lineage,
    mode: word(),
    pause,
    leaving: flag,
    backend: orNull(word<"nft">()),
    vips: listOf(vip),
    operation: orNull(operation),
    rejoining: recordOf(rejoining),
    blocked: recordOf(words),
    inSync: recordOf(words),
    promoted: recordOf(words),
    past: listOf(past),
    bequest,
    preference,
  },
  ["pause", "leaving", "blocked", "inSync", "promoted", "bequest", "preference"],
);

/** @throws Malformed */
export function checkPart(part: string, value: Part, path: string): void {
  const json: JsonValue = value;
  if (part === CLUSTER_PART) {
    const { members } = cluster(json, path);
    if (members.length === 0) throw new Malformed(`${path}.members`, "nobody");
    return;
  }
  const { name } = group(json, path);
  if (groupPartName(name) !== part) throw new Malformed(`${path}.name`, `is not that of ${part}`);
}

const slot = objectOf<Slot>({ stamp, parts: checkedParts, changed: recordOf(stamp) });

const durable = objectOf<Durable>({
  name: named,
  storageId: named,
  term: aMark,
  votedFor: orNull(named),
  slot: orNull(slot),
  acknowledged: recordOf(objectOf<Durable["acknowledged"][string]>({ term: aMark, slot: stamp })),
});

function checkedParts(value: JsonValue | undefined, path: string): Parts {
  const parts = fieldsOf(value, path) as Parts;
  for (const [part, one] of Object.entries(parts)) checkPart(part, one, `${path}.${part}`);
  checkWhole(parts, path);
  return parts;
}

/** What a monitor keeps on disk. @throws Malformed */
export function checkDurable(value: JsonValue): Durable {
  durable(value, "state");
  return value as unknown as Durable;
}

/** A whole state says whose it is. @throws Malformed */
export function checkWhole(parts: Readonly<Record<string, Part>>, path: string): void {
  if (!Object.hasOwn(parts, CLUSTER_PART)) throw new Malformed(path, `lacks ${CLUSTER_PART}`);
}
