/**
 * What is not as it should be, in sentences: what the monitors warn of themselves, and what shows
 * in the data. The worst comes first, and what to do comes last.
 */
import type {
  ClusterStatus,
  GroupStatus,
  NodeStatus,
  Status,
  Warning,
} from "../../core/status-types.ts";
import { showAge } from "./quantities.ts";
import { voteReasons } from "./votes.ts";

const RANK: Readonly<Record<Warning["level"], number>> = { critical: 0, warning: 1, hint: 2 };

export function findings(status: Status): readonly Warning[] {
  const { cluster, groups } = status;
  const all = [
    ...aboutMonitors(cluster),
    ...groups.flatMap((group) => aboutGroup(group, cluster)),
    ...status.warnings,
  ];
  const texts = all.map(({ text }) => text);
  return all
    .filter(({ text }, at) => texts.indexOf(text) === at)
    .toSorted((a, b) => RANK[a.level] - RANK[b.level]);
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

function aboutMonitors(cluster: ClusterStatus): readonly Warning[] {
  const { monitors, leader, has_quorum, id, term } = cluster;
  if (id === null) {
    return [
      critical(
        `the monitors have not founded a cluster yet: for that, every configured monitor must be there, and empty (${monitors.length} known here)`,
      ),
    ];
  }
  const found: Warning[] = [];
  if (!has_quorum)
    found.push(
      critical(
        "no majority of the monitors answers: there is no automatic failover; a VIP stays where it is while one monitor reaches every node",
      ),
    );
  else if (leader === null)
    found.push(critical(`no monitor leads: an election is under way (term ${term})`));
  for (const { name, reachable, last_seen_ms, problem } of monitors) {
    if (problem !== null) found.push(warning(`${name} is not counted: ${problem}`));
    else if (!reachable)
      found.push(
        warning(
          `${name} is not reachable${last_seen_ms === null ? "" : `, last seen ${showAge(last_seen_ms)} ago`}`,
        ),
      );
  }
  return [...found, ...aboutSize(monitors.length)];
}

function aboutSize(count: number): readonly Warning[] {
  if (count === 1)
    return [
      hint(
        "a cluster of one does not protect from the loss of its monitor, nor from that monitor's own network trouble: run three",
      ),
    ];
  if (count % 2 === 0)
    return [
      hint(`${count} monitors survive no more losses than ${count - 1} do: run ${count + 1}`),
    ];
  return [];
}

function aboutGroup(group: GroupStatus, cluster: ClusterStatus): readonly Warning[] {
  const found = [
    ...aboutVerdict(group),
    ...aboutVips(group),
    ...group.alarms.map(({ text }) => critical(text)),
    ...group.nodes.flatMap((node) => aboutNode(node, cluster)),
    ...aboutSuccessor(group),
  ];
  const sick = group.nodes.find(({ state }) => state !== "ONLINE");
  return sick === undefined ? found : [...found, hint(`mmm info ${sick.name}   |   mmm explain`)];
}

const GRAVE: ReadonlySet<string> = new Set(["master-down", "no-master", "two-masters"]);

function aboutVerdict({
  name,
  verdict,
  verdict_text,
  mode,
  operation,
}: GroupStatus): readonly Warning[] {
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
  if (mode !== "active")
    found.push(
      warning(`${name} is in mode ${mode}: no automatic failover until "mmm mode active"`),
    );
  return found;
}

function aboutVips(group: GroupStatus): readonly Warning[] {
  const found: Warning[] = [];
  if (group.lease_backend === "off" && group.writer !== null) {
    found.push(
      critical(
        `${group.name} has no lease (lease_backend off): a host that cannot be reached keeps ${group.writer.ip}, and two hosts may serve it. Nothing but a fence_command makes a failover from such a host safe`,
      ),
    );
  }
  for (const { ip, holder, lease_ms, kind } of [
    ...(group.writer === null ? [] : [group.writer]),
    ...group.readers,
  ]) {
    if (holder === null)
      found.push(
        critical(
          `nobody serves ${ip}${kind === "unclaimed" ? ": the registers of the hosts have not been read yet" : ""}`,
        ),
      );
    else if (lease_ms === 0)
      found.push(critical(`the lease of ${ip} on ${holder} has lapsed: it is not served`));
  }
  const { writer, master } = group;
  if (writer !== null && writer.holder !== null && master !== null && writer.holder !== master) {
    found.push(critical(`${writer.ip} is on ${writer.holder}, but the master is ${master}`));
  }
  return found;
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
