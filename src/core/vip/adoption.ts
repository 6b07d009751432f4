/**
 * First start. Nothing is touched before every host's register was read: each may serve the VIP
 * until it is known not to. Then a sole master with linked replicas is adopted as it stands. If the
 * VIP is anywhere else, or in two places, a person decides.
 */
import { inherited, lackOf, lineageOf, unvouched } from "../groups/bequest.ts";
import { isLinkedTo } from "../health/facts.ts";
import { bestInfo } from "../health/votes.ts";
import type { NodeInfo } from "../health/types.ts";
import type { Ip, NodeName } from "../ids.ts";
import type { GroupPart, Node, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { foreignRegister } from "./strangers.ts";
import { troubleWith } from "./desk.ts";
import { heldBy } from "./epochs.ts";
import type { RegisterView } from "./types.ts";

/** What a host showed longer ago may have been changed since, by hand or by what ran here before. */
const READ_LATELY_MS = 2000;

/** Longer than a restart takes, as a rule. */
const GONE_AFTER_MS = 10_000;

type Finding =
  | { readonly kind: "wait"; readonly text: string }
  | { readonly kind: "adopt"; readonly master: Node; readonly info: NodeInfo };

export function adopt(turn: Turn, group: GroupPart): void {
  if (group.master !== null || turn.isChanging(group.name)) return;
  const id = `${group.name}: adoption`;
  const finding = examine(turn, group);
  // Registers are read within the first second or so: only what lasts is worth an alarm.
  const waited = turn.lasting(group.name, "adoption", finding.kind === "wait");
  turn.alarm(id, finding.kind === "wait" && waited > 3000 ? finding.text : null);
  if (finding.kind === "adopt") commitAdoption(turn, group, finding.master, finding.info);
}

function examine(turn: Turn, group: GroupPart): Finding {
  const unread = unreadHolder(turn, group);
  if (unread !== null) return { kind: "wait", text: unread };
  const foreign = foreignCluster(turn, group);
  if (foreign !== null) return { kind: "wait", text: foreign };
  const left = unvouched(group, turn.state.committed?.cluster.adopted ?? []);
  if (left !== null)
    return {
      kind: "wait",
      text: `the state of cluster ${left} was imported; if its monitors are gone for good, go on where it ended: mmm adopt ${left}`,
    };
  const masters = mastersOf(turn, group);
  const [master] = masters;
  if (master === undefined)
    return {
      kind: "wait",
      text: "no node of the group is a master yet; make one with REPLICAOF NO ONE",
    };
  if (masters.length > 1) {
    const names = masters.map((node) => node.name).join(", ");
    return {
      kind: "wait",
      text: `${names} are all masters; make the others replicas of the right one with REPLICAOF`,
    };
  }
  return examineMaster(turn, group, master);
}

/** One that went away while another is there is not it any more; one alone may be about to come back, or to be replaced. */
function mastersOf(turn: Turn, group: GroupPart): readonly Node[] {
  const { evidence } = turn.local(group.name);
  const masters = group.nodes.filter((node) => infoOf(turn, group, node.name)?.role === "master");
  const here = masters.filter(
    ({ name }) => (bestInfo(evidence, name, turn.now)?.ageMs ?? Infinity) < GONE_AFTER_MS,
  );
  return here.length > 0 ? here : masters;
}

function examineMaster(turn: Turn, group: GroupPart, master: Node): Finding {
  const info = infoOf(turn, group, master.name);
  if (info === null || info.loading)
    return { kind: "wait", text: `${master.name} is still loading its data` };
  const linked = group.nodes.some((node) => {
    const seen = infoOf(turn, group, node.name);
    return seen?.role === "replica" && isLinkedTo(seen, master);
  });
  if (!linked && group.nodes.length > 1) {
    return {
      kind: "wait",
      text: `no node replicates from ${master.name} yet; point one there with REPLICAOF ${master.address} ${master.port}`,
    };
  }
  const seen = group.nodes.map(({ name }) => [name, infoOf(turn, group, name)] as const);
  const lack = lackOf(group, master.name, info, Object.fromEntries(seen));
  if (lack !== null) return { kind: "wait", text: lack };
  for (const vip of group.vips) {
    const places = whereIs(turn, group, vip.ip);
    const stray = vip.role === "writer" ? places.find((name) => name !== master.name) : undefined;
    if (places.length > 1)
      return {
        kind: "wait",
        text: `${vip.ip} is on ${places.join(" and ")}; remove it from all but one`,
      };
    if (stray !== undefined)
      return {
        kind: "wait",
        text: `${vip.ip} is on ${stray}, but the master is ${master.name}; remove it there`,
      };
  }
  return { kind: "adopt", master, info };
}

function unreadHolder(turn: Turn, group: GroupPart): string | null {
  for (const vip of group.vips) {
    for (const name of vip.holders) {
      const desk = turn.desk(group.name, vip.ip, name);
      if (desk.view !== null && turn.now - desk.viewAskedAt <= READ_LATELY_MS) continue;
      const why = troubleWith(desk, group.backend) ?? "not asked yet";
      return `the register of ${vip.ip} on ${name} could not be read (${why}); if that host is off, say so: mmm adopt --empty ${name}`;
    }
  }
  return null;
}

function foreignCluster(turn: Turn, group: GroupPart): string | null {
  for (const vip of group.vips) {
    for (const { name } of group.nodes) {
      const foreign = foreignRegister(turn, vip, name, viewOf(turn, group, vip.ip, name));
      if (foreign !== null) return foreign;
    }
  }
  return null;
}

/** Hosts where the address is present, in whatever form. */
function whereIs(turn: Turn, group: GroupPart, ip: Ip): readonly NodeName[] {
  return group.nodes
    .map((node) => node.name)
    .filter((name) => (viewOf(turn, group, ip, name)?.addresses.length ?? 0) > 0);
}

function viewOf(turn: Turn, group: GroupPart, ip: Ip, node: NodeName): RegisterView | null {
  return turn.desk(group.name, ip, node).view;
}

function infoOf(turn: Turn, group: GroupPart, node: NodeName): NodeInfo | null {
  return bestInfo(turn.local(group.name).evidence, node, turn.now)?.info ?? null;
}

function commitAdoption(turn: Turn, group: GroupPart, master: Node, info: NodeInfo): void {
  const backend = backendOf(turn, group);
  if (backend === null) return;
  const readers = group.vips.filter((vip) => vip.role === "reader");
  const known = { by: turn.state.name, wall: turn.at.wall };
  turn.change(group.name, (part, stamp) =>
    inherited(
      {
        ...part,
        backend,
        master: master.name,
        lineage: lineageOf(part, info),
        vips: part.vips.map((vip) => {
          const places = whereIs(turn, group, vip.ip);
          const readSet = readSetOf(turn, group, vip);
          // One that was not read, for it is off, would have to be proven empty before another may serve.
          const able = Object.keys(readSet);
          const spread = able[(readers.findIndex(({ ip }) => ip === vip.ip) + 1) % able.length];
          const holder = vip.role === "writer" ? master.name : (places[0] ?? spread ?? master.name);
          return heldBy({ ...vip, readSet, holders: [holder] }, stamp, holder);
        }),
      },
      { ...known, stamp },
    ),
  );
}

/** The hosts whose register was read: nobody but the place where it was found can serve the VIP. */
function readSetOf(turn: Turn, group: GroupPart, vip: Vip): Vip["readSet"] {
  const read = group.nodes.filter((node) => viewOf(turn, group, vip.ip, node.name) !== null);
  return Object.fromEntries(read.map((node) => [node.name, "in" as const]));
}

/** `auto` takes what every host can do; asking for nft where a host lacks it is an error that a person mends. */
function backendOf(turn: Turn, group: GroupPart): "nft" | "off" | null {
  const wanted = group.settings.leaseBackend;
  if (wanted === "off") return "off";
  const lacking = group.nodes.filter((node) =>
    group.vips.some((vip) => viewOf(turn, group, vip.ip, node.name)?.gate === "none"),
  );
  const names = lacking.map((node) => node.name).join(", ");
  const text = `lease_backend = nft, but the guard cannot run as root with nftables on ${names}; run scripts/setup-host there, or write lease_backend = off`;
  turn.alarm(`${group.name}: backend`, wanted === "nft" && lacking.length > 0 ? text : null);
  if (lacking.length === 0) return "nft";
  return wanted === "nft" ? null : "off";
}
