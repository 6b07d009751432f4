/**
 * The conversation with one host's guard about one VIP: one request at a time, and what each answer
 * teaches. The desk never decides *whether* something should be asked; `driver.ts` and
 * `failsafe.ts` do.
 */
import type { Instant, Ip, NodeName } from "../ids.ts";
import type { Desk } from "../local.ts";
import type { GroupPart, Node, Vip } from "../state.ts";
import { newestStamp, type Stamp } from "../stamp.ts";
import { targetOf } from "../target.ts";
import { isOurs, type Turn } from "../turn.ts";
import { withAuthorized, withReleased, withWitness } from "./proofs.ts";
import type { GuardRequest, GuardResult, RegisterView, Token } from "./types.ts";

/** The adapter's deadline for one request, connecting included. */
const GUARD_DEADLINE_MS = 1000;
/** After this long without an outcome the answer is taken for lost. */
const FLIGHT_LOST_MS = 1500;
const RETRY_MS = 200;

type Flying = NonNullable<Desk["flight"]>;

export interface Place {
  readonly group: string;
  readonly vip: Vip;
  readonly node: Node;
}

export function isIdle(desk: Desk, now: Instant): boolean {
  if (desk.flight !== null && now - desk.flight.sentAt < FLIGHT_LOST_MS) return false;
  return now >= desk.retryAt;
}

/**
 * Sends a request. A mark that authorizes the host voids every proof about it before it leaves; so
 * does a claim, for hosts without a register are never marked.
 */
export function ask(turn: Turn, place: Place, request: GuardRequest): void {
  const { group, vip, node } = place;
  if ((request.op === "mark" || request.op === "claim") && vip.node === node.name) {
    turn.setCampaign(
      group,
      vip.ip,
      withAuthorized(turn.campaign(group, vip.ip), request.epoch, node.name),
    );
  }
  const id = turn.fly({ kind: "guard", group, vip: vip.ip, node: node.name });
  turn.setDesk(group, vip.ip, node.name, { flight: { id, request, sentAt: turn.now } });
  turn.emit({
    kind: "guard",
    id,
    target: targetOf(group, node),
    request,
    deadlineMs: GUARD_DEADLINE_MS,
  });
}

/** Takes in an answer. An answer to a request that was given up proves nothing but that the host lives. */
export function answered(
  turn: Turn,
  where: { readonly group: string; readonly vip: Ip; readonly node: NodeName; readonly id: number },
  result: GuardResult,
): void {
  const { group, vip, node } = where;
  const desk = turn.desk(group, vip, node);
  const flight = desk.flight;
  if (flight === null || flight.id !== where.id) return;
  turn.setDesk(group, vip, node, { ...learn(turn, desk, flight, result), flight: null });
  if (result.kind !== "ok" || flight.request.op !== "claim") turn.press();
  if (result.kind === "ok") recordProof(turn, where, flight.request, result.view);
}

function learn(turn: Turn, desk: Desk, flight: Flying, result: GuardResult): Partial<Desk> {
  const now = turn.now;
  switch (result.kind) {
    case "ok":
      return {
        heardAt: now,
        problem: null,
        ...(desk.refusal?.op === flight.request.op ? { refusal: null } : {}),
        ...(result.view === null
          ? deduced(desk.view, flight.request)
          : seen(turn, desk, result.view, flight)),
        ...granted(turn, flight),
      };
    case "refused":
      return {
        heardAt: now,
        problem: null,
        ...refusalOf(flight.request.op, result),
        view: null,
        ...(result.code === "nogate" ? { guarded: false } : {}),
        permit: null,
        retryAt: result.code === "stale" && flight.request.op !== "permit" ? now : now + RETRY_MS,
      };
    case "unsent":
      return { problem: `${result.problem}: ${result.text}`, retryAt: now + RETRY_MS };
    case "unknown":
      return { problem: `no answer: ${result.text}`, view: null, permit: null, retryAt: now };
  }
}

/** A lost race is no trouble; everything else that a host refuses is, until it does it. */
function refusalOf(
  op: GuardRequest["op"],
  result: GuardResult & { kind: "refused" },
): Partial<Desk> {
  if (result.code === "stale") return {};
  return { refusal: { op, text: `${result.code}: ${result.text}` } };
}

/** Why this guard does not do its work; null: it does. `backend`: what the group relies on. */
export function troubleWith(desk: Desk, backend: GroupPart["backend"]): string | null {
  if (desk.problem !== null) return desk.problem;
  if (backend === "nft" && desk.view?.gate === "none")
    return "it lost its right to run as root, or nftables";
  if (desk.refusal !== null) return `${desk.refusal.op} is refused: ${desk.refusal.text}`;
  return null;
}

function seen(turn: Turn, desk: Desk, view: RegisterView, flight: Flying): Partial<Desk> {
  // Without its rights a guard sees no table; that says nothing about the table.
  const guarded = view.gate === "none" ? desk.guarded : isGuarding(view);
  const patch: Partial<Desk> = { view, guarded, viewId: flight.id, viewAskedAt: flight.sentAt };
  if (view.token?.kind !== "instance" || desk.instance?.id === view.token.id) return patch;
  const under = newestStamp(turn.state.newest?.stamp ?? null);
  return { ...patch, instance: { id: view.token.id, under }, permit: null };
}

function isGuarding(view: RegisterView): boolean {
  return view.gate === "present" && view.gated;
}

/**
 * What is known now that a request was carried out of which the guard only said "ok". Without this
 * the last view would go on showing what was just changed.
 */
function deduced(before: RegisterView | null, request: GuardRequest): Partial<Desk> {
  if (before === null) return {};
  const view = changedView(before, request);
  return { view, guarded: isGuarding(view) };
}

function changedView(view: RegisterView, request: GuardRequest): RegisterView {
  switch (request.op) {
    case "mark": {
      const { cluster, epoch, gate } = request;
      return { ...view, token: { kind: "epoch", cluster, epoch }, gated: view.gated || gate };
    }
    case "claim":
      return { ...view, gated: true, leaseMs: request.leaseMs };
    case "release": {
      const { cluster, epoch } = request;
      const token: Token = { kind: "epoch", cluster, epoch };
      return { ...view, token, gated: view.gate !== "none", leaseMs: 0, addresses: [] };
    }
    case "show":
    case "install":
    case "permit":
      return view;
  }
}

/** The permit that a successful request left on the host. */
function granted(turn: Turn, flight: Flying): Partial<Desk> {
  const { request, sentAt } = flight;
  const proven = { sentAt, proven: turn.moment, provenId: turn.state.nextId };
  switch (request.op) {
    case "mark":
      return {
        permit: request.permit && { id: request.permit.id, epoch: request.epoch, ...proven },
      };
    case "permit":
      return { permit: { id: request.permit, epoch: request.epoch, ...proven } };
    case "claim":
      return {
        permit: { id: request.next, epoch: request.epoch, ...proven },
        claimed: { epoch: request.epoch, sentAt },
      };
    case "show":
    case "install":
    case "release":
      return {};
  }
}

function recordProof(
  turn: Turn,
  where: { readonly group: string; readonly vip: Ip; readonly node: NodeName },
  request: GuardRequest,
  view: RegisterView | null,
): void {
  const { group, vip: ip, node } = where;
  const vip = committedVip(turn, group, ip);
  if (vip === undefined || !isOurs(turn, vip.epoch) || isUnguarded(turn, group, view)) return;
  // Rule 9: what an earlier leadership asked for proves nothing to this one.
  if (request.op === "release" && isOurs(turn, request.epoch)) {
    const before = turn.campaign(group, ip);
    turn.setCampaign(group, ip, withReleased(before, request.epoch, node));
    if (before.released[node] === undefined) {
      turn.report({ kind: "vip.released", group, vip: ip, node, epoch: request.epoch });
    }
  }
  const shown = heldEpoch(turn, request, view);
  if (shown !== null && vip.readSet[node] === "in") {
    turn.setCampaign(group, ip, withWitness(turn.campaign(group, ip), shown, node, turn.now));
  }
}

/** A host whose guard lost its rights removes an address, but proves nothing of a lease. */
function isUnguarded(turn: Turn, group: string, view: RegisterView | null): boolean {
  const part = turn.state.committed?.groups.find(({ name }) => name === group);
  return part?.backend === "nft" && view?.gate === "none";
}

/** The epoch of this cluster that the register held, by this answer. */
function heldEpoch(turn: Turn, request: GuardRequest, view: RegisterView | null): Stamp | null {
  if ("epoch" in request) return request.epoch;
  const token = view?.token;
  const ours = turn.state.committed?.cluster.clusterId;
  return token?.kind === "epoch" && token.cluster === ours ? token.epoch : null;
}

function committedVip(turn: Turn, group: string, ip: Ip): Vip | undefined {
  return turn.state.committed?.groups
    .find((part) => part.name === group)
    ?.vips.find((vip) => vip.ip === ip);
}
