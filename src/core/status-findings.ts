/**
 * What is not as it should be, in sentences: what the monitors warn of (alarms, a lost majority, a
 * mode that holds them back), and what else shows in the data. The worst comes first.
 */
import { showAge } from "./ages.ts";
import type {
  ClusterStatus,
  GroupStatus,
  MonitorStatus,
  NodeStatus,
  Status,
  VipStatus,
  Warning,
} from "./status-types.ts";
import { voteReasons } from "./status-votes.ts";
import { isOfRemoved } from "./whereabouts.ts";

const RANK: Readonly<Record<Warning["level"], number>> = { critical: 0, warning: 1, hint: 2 };

export function findings(status: Status): readonly Warning[] {
  const { cluster, groups, warnings } = status;
  // One that was removed hears nobody, which says nothing of anybody.
  const seen = isOfRemoved(status)
    ? []
    : [...aboutMonitors(status), ...groups.flatMap((group) => aboutGroup(group, cluster))];
  const all = [...seen, ...warnings];
  const texts = all.map(({ text }) => text);
  return all
    .filter(({ text }, at) => texts.indexOf(text) === at)
    .toSorted((a, b) => RANK[a.level] - RANK[b.level]);
}

/** Whether `mmm status` exits with 6: whether it shows anything but hints. */
export function isDegraded(status: Status): boolean {
  return findings(status).some(({ level }) => level !== "hint");
}

function critical(text: string): Warning {
  return { level: "critical", text };
}

function warning(text: string): Warning {
  return { level: "warning", text };
}

function hint(text: string): Warning {
  return { level: "hint", text };
}

function aboutMonitors({ cluster, warnings }: Status): readonly Warning[] {
  const { monitors, leader, has_quorum, id, term } = cluster;
  // Before there is a cluster its members are only what the file names: who hinders it is told of.
  if (id === null) return monitors.filter((one) => one.problem !== null).flatMap(aboutMonitor);
  const election =
    has_quorum && leader === null
      ? [critical(`no monitor leads: an election is under way (term ${term})`)]
      : [];
  const known = warnings.map(({ text }) => text).join("\n");
  const lost = monitors.filter(({ address }) => !known.includes(address)).flatMap(aboutMonitor);
  return [...election, ...lost, ...aboutSize(monitors.length)];
}

/** Why a member is not counted, by the word for it in the agreement. */
const REFUSALS: Readonly<Record<string, string>> = {
  "foreign-cluster": "it belongs to another cluster",
  "not-a-member": "it is not a member of this cluster",
  "storage-replaced": "its data directory is not the one that it became a member with",
  "went-back": "its data directory is older than what it had: a backup was put back",
  "other-import":
    "it did not import the same state: mmm state import, one file on every monitor or on none",
  schema: "its version of redis-mmm is too far from that of the others",
};

function aboutMonitor({
  name,
  reachable,
  last_seen_ms,
  problem,
}: MonitorStatus): readonly Warning[] {
  const why = problem === null ? "" : `: ${REFUSALS[problem] ?? problem}`;
  if (reachable) return problem === null ? [] : [warning(`${name} is not counted${why}`)];
  const seen = last_seen_ms === null ? "" : `, last seen ${showAge(last_seen_ms)} ago`;
  return [warning(`${name} is not reachable${seen}${why}`)];
}

function aboutSize(count: number): readonly Warning[] {
  if (count === 0 || count % 2 !== 0) return [];
  return [hint(`${count} monitors survive no more losses than ${count - 1} do: run ${count + 1}`)];
}

function aboutGroup(group: GroupStatus, cluster: ClusterStatus): readonly Warning[] {
  const found = [
    ...aboutVerdict(group),
    ...aboutVips(group),
    ...group.nodes.flatMap((node) => aboutNode(node, cluster)),
    ...aboutSuccessor(group),
  ];
  const sick = group.nodes.find(({ state }) => state !== "ONLINE");
  return sick === undefined ? found : [...found, hint(`mmm info ${sick.name}   |   mmm explain`)];
}

const GRAVE: ReadonlySet<string> = new Set(["master-down", "no-master", "two-masters"]);

function aboutVerdict({ name, verdict, verdict_text, operation }: GroupStatus): readonly Warning[] {
  const found: Warning[] = [];
  if (operation !== null) {
    const { kind, from, to, phase, phase_ms, leader, reason } = operation;
    found.push(
      warning(
        `a ${kind} of ${name} from ${from} to ${to ?? "a successor not yet chosen"} is running: ${leader} is at "${phase}" for ${showAge(phase_ms)} (${reason})`,
      ),
    );
  }
  if (verdict !== "healthy") {
    const text = `${name}: ${verdict_text === "" ? verdict : verdict_text}`;
    found.push(GRAVE.has(verdict) ? critical(text) : warning(text));
  }
  return found;
}

function aboutVips(group: GroupStatus): readonly Warning[] {
  const { writer, readers, master } = group;
  const vips = writer === null ? readers : [writer, ...readers];
  const found = vips.flatMap((vip) => aboutVip(vip, group));
  const astray =
    writer !== null && writer.holder !== null && master !== null && writer.holder !== master;
  return astray
    ? [...found, critical(`${writer.ip} is on ${writer.holder}, but the master is ${master}`)]
    : found;
}

function aboutVip(vip: VipStatus, group: GroupStatus): readonly Warning[] {
  const { ip, holder, lease_ms, kind, leaving } = vip;
  if (leaving) return [hint(`${ip} is leaving the group, as soon as no host may serve it`)];
  const unread = kind === "unclaimed" ? ": the registers of the hosts have not been read yet" : "";
  const unseen = holder === null ? mayServeUnseen(vip, group) : [];
  if (unseen.length > 0)
    return [
      critical(
        `no host is seen to serve ${ip}, but ${unseen.join(", ")} may: nobody hears that host`,
      ),
    ];
  if (holder === null) return [critical(`${nobodyServes(vip, group)}${unread}`)];
  return lease_ms === 0
    ? [critical(`the lease of ${ip} on ${holder} has lapsed: it is not served`)]
    : [];
}

/** A lease may live longer than anybody saw: of those that may serve it only a proof says that they do not. */
function nobodyServes({ ip, kind, possible_holders }: VipStatus, group: GroupStatus): string {
  const isProven = possible_holders.length === 0 || kind === "unclaimed";
  return isProven || group.lease_backend === "off"
    ? `nobody serves ${ip}`
    : `no host is seen to serve ${ip}; only ${possible_holders.join(", ")} may`;
}

/** A guard that was heard within this tells what its host serves. */
const HEARD_MS = 3_000;

/** Without a lease that ends by itself, silence says nothing of what a host serves. */
function mayServeUnseen(
  { possible_holders }: VipStatus,
  { lease_backend, alarms, nodes }: GroupStatus,
): readonly string[] {
  if (lease_backend !== "off" && !alarms.some(({ id }) => id === "fencing")) return [];
  return possible_holders.filter((holder) => {
    const { heard_ms } = nodes.find(({ name }) => name === holder)?.guard ?? { heard_ms: null };
    return heard_ms === null || heard_ms > HEARD_MS;
  });
}

const STATES: Readonly<Record<Exclude<NodeStatus["state"], "ONLINE">, string>> = {
  ADMIN_OFFLINE: `was set offline; "mmm set_online" ends that`,
  HARD_OFFLINE: "is down",
  AWAITING_RECOVERY: `was down too often and waits for "mmm set_online"`,
  REPLICATION_DELAY: "is too far behind its master",
  REPLICATION_FAIL: "does not replicate",
};

function aboutNode(node: NodeStatus, cluster: ClusterStatus): readonly Warning[] {
  const found: Warning[] = [];
  if (node.state !== "ONLINE") {
    const votes = node.state === "HARD_OFFLINE" ? ` (${voteReasons(node, cluster)})` : "";
    found.push(warning(`${node.name} ${STATES[node.state]}${votes}`));
  }
  if (node.guard.problem !== null)
    found.push(warning(`the guard on ${node.name} is not usable: ${node.guard.problem}`));
  if (node.guard.lacks !== null)
    found.push(
      warning(
        `${node.guard.lacks} is gone from ${node.name}: nobody would tell the network that a VIP is there now; install it again`,
      ),
    );
  if (node.guard.gate === "altered")
    found.push(
      critical(
        `somebody changed the packet filter of redis-mmm on ${node.name}: its VIPs are not guarded there`,
      ),
    );
  if (node.membership !== "in")
    found.push(
      warning(
        `${node.name} is ${node.membership === "out" ? "out of" : "joining"} the set of hosts whose registers count: it cannot be promoted`,
      ),
    );
  return found;
}

function aboutSuccessor({ nodes, master }: GroupStatus): readonly Warning[] {
  const replicas = nodes.filter(({ name }) => name !== master);
  if (replicas.length === 0) return [hint("there is no replica: nothing to fail over to")];
  if (replicas.some(({ promotable }) => promotable.ok)) return [];
  const reasons = replicas.map(({ name, promotable }) => `${name}: ${promotable.why ?? "unknown"}`);
  return [warning(`no replica could be promoted now (${reasons.join("; ")})`)];
}
