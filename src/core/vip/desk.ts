/**
 * The conversation with one host's guard about one VIP: one request at a time, and what each answer
 * teaches. The desk never decides *whether* something should be asked; `driver.ts` and
 * `failsafe.ts` do.
 */
import type { Draft } from "../draft.ts";
import type { Instant, Ip, NodeName } from "../ids.ts";
import { copyOfDesk, type Desk } from "../local.ts";
import { groupIn, type GroupPart, type Node, type Vip } from "../state.ts";
import { newestStamp, sameStamp, type Stamp } from "../stamp.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";
import { isOurs } from "./epochs.ts";
import { withAuthorized, withReleased, withWitness } from "./proofs.ts";
import type { GuardRequest, GuardResult, RegisterView, Token } from "./types.ts";

/** The adapter's deadline for one request, connecting included. */
const GUARD_DEADLINE_MS = 1000;
/** After this long without an outcome the answer is taken for lost. */
const FLIGHT_LOST_MS = 1500;
const RETRY_MS = 200;
/** What is still wanted is asked again well within this. */
const REFUSAL_MS = 3000;

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
  const after = copyOfDesk(desk);
  after.flight = null;
  learn(turn, after, flight, result);
  turn.setDesk(group, vip, node, after);
  const begun = firstClaimed(desk, flight.request);
  const isRenewal = flight.request.op === "claim" && begun === null;
  if (result.kind !== "ok" || !isRenewal) turn.news.add(group);
  if (result.kind !== "ok") return;
  recordProof(turn, where, flight.request, result.view);
  if (begun !== null) tellClaim(turn, where, begun);
}

function learn(turn: Turn, desk: Draft<Desk>, flight: Flying, result: GuardResult): void {
  switch (result.kind) {
    case "ok":
      desk.heardAt = turn.now;
      desk.problem = null;
      if (isRefusalOver(desk.refusal, flight.request.op, turn.now)) desk.refusal = null;
      if (result.view === null) deduce(desk, flight);
      else see(turn, desk, flight, result.view);
      return grant(turn, desk, flight);
    case "refused":
      return learnRefusal(turn, desk, flight, result);
    case "unsent":
      desk.problem = `${result.problem}: ${result.text}`;
      desk.retryAt = turn.now + RETRY_MS;
      return;
    case "unknown":
      desk.problem = `no answer: ${result.text}`;
      desk.view = null;
      desk.permit = null;
      desk.retryAt = turn.now;
  }
}

/** A lost race is no trouble; everything else that a host refuses is, until it does it. */
function learnRefusal(
  turn: Turn,
  desk: Draft<Desk>,
  flight: Flying,
  { code, text }: GuardResult & { kind: "refused" },
): void {
  const { op } = flight.request;
  desk.heardAt = turn.now;
  desk.problem = null;
  desk.view = null;
  desk.permit = null;
  if (code !== "stale") desk.refusal = { op, text: `${code}: ${text}`, at: turn.now };
  if (code === "nogate") desk.guarded = seenBy(flight, false);
  desk.retryAt = code === "stale" && op !== "permit" ? turn.now : turn.now + RETRY_MS;
}

/**
 * It does what it refused, or nobody asks for that any more: another leads now, or the answer that it
 * was done was lost. A monitor must not speak for ever of a guard that is well.
 */
function isRefusalOver(refusal: Desk["refusal"], done: GuardRequest["op"], now: Instant): boolean {
  return refusal !== null && (refusal.op === done || now - refusal.at > REFUSAL_MS);
}

/** Why this guard does not do its work; null: it does. `backend`: what the group relies on. */
export function troubleWith(desk: Desk, backend: GroupPart["backend"]): string | null {
  if (desk.problem !== null) return desk.problem;
  if (backend === "nft" && desk.view?.gate === "none")
    return "it lost its right to run as root, or nftables";
  if (desk.refusal !== null) return `${desk.refusal.op} is refused: ${desk.refusal.text}`;
  return null;
}

function see(turn: Turn, desk: Draft<Desk>, flight: Flying, view: RegisterView): void {
  desk.view = view;
  desk.viewId = flight.id;
  desk.viewAskedAt = flight.sentAt;
  desk.viewed = turn.moment;
  // Without its rights a guard sees no table; that says nothing about the table.
  if (view.gate !== "none") desk.guarded = seenBy(flight, isGuarding(view));
  if (view.token?.kind !== "instance" || desk.instance?.id === view.token.id) return;
  desk.instance = { id: view.token.id, under: newestStamp(turn.state.newest?.stamp ?? null) };
  desk.permit = null;
}

function seenBy({ id, sentAt }: Flying, is: boolean): NonNullable<Desk["guarded"]> {
  return { is, id, askedAt: sentAt };
}

function isGuarding(view: RegisterView): boolean {
  return view.gate === "present" && view.gated;
}

/**
 * What is known now that a request was carried out of which the guard only said "ok". Without this
 * the last view would go on showing what was just changed.
 */
function deduce(desk: Draft<Desk>, flight: Flying): void {
  if (desk.view === null) return;
  desk.view = changedView(desk.view, flight.request);
  desk.guarded = seenBy(flight, isGuarding(desk.view));
}

function changedView(view: RegisterView, request: GuardRequest): RegisterView {
  switch (request.op) {
    case "mark": {
      const { cluster, epoch, gate } = request;
      return changed(view, {
        token: { kind: "epoch", cluster, epoch },
        gated: view.gated || gate,
      });
    }
    case "claim":
      return changed(view, { gated: true, leaseMs: request.leaseMs });
    case "release": {
      const { cluster, epoch } = request;
      const token: Token = { kind: "epoch", cluster, epoch };
      return changed(view, { token, gated: view.gate !== "none", leaseMs: 0, addresses: [] });
    }
    case "show":
    case "install":
    case "permit":
      return view;
  }
}

function changed(view: RegisterView, change: Partial<RegisterView>): RegisterView {
  const copy: Draft<RegisterView> = {
    gate: view.gate,
    gated: view.gated,
    token: view.token,
    permits: view.permits,
    leaseMs: view.leaseMs,
    addresses: view.addresses,
    boot: view.boot,
    lacks: view.lacks,
  };
  return Object.assign(copy, change);
}

/** The permit that a successful request left on the host. */
function grant(turn: Turn, desk: Draft<Desk>, { request, sentAt }: Flying): void {
  const permitted = (id: number, epoch: Stamp): Desk["permit"] => {
    return { id, epoch, sentAt, proven: turn.moment, provenId: turn.state.nextId };
  };
  if (request.op === "mark")
    desk.permit = request.permit && permitted(request.permit.id, request.epoch);
  if (request.op === "permit") desk.permit = permitted(request.permit, request.epoch);
  if (request.op !== "claim") return;
  desk.permit = permitted(request.next, request.epoch);
  desk.claimed = { epoch: request.epoch, sentAt, knownAt: turn.now };
  desk.shunned = null;
}

/**
 * The epoch that this request claims for the first time; null: none.
 * @param before as the desk was when it was sent
 */
function firstClaimed({ claimed }: Desk, request: GuardRequest): Stamp | null {
  if (request.op !== "claim") return null;
  return claimed !== null && sameStamp(claimed.epoch, request.epoch) ? null : request.epoch;
}

/** By the leader that agreed on the epoch; whoever else keeps the lease alive has another word for it. */
function tellClaim(
  turn: Turn,
  { group, vip, node }: { readonly group: string; readonly vip: Ip; readonly node: NodeName },
  epoch: Stamp,
): void {
  if (turn.established && isOurs(turn, epoch))
    turn.report({ kind: "vip.claimed", group, vip, node, epoch });
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
  const part = groupIn(turn.state.committed, group);
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
