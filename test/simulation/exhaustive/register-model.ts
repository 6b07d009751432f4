/**
 * One move of a VIP from db1 to db2, in every order of what may happen to it: the shipped code of the
 * leader who moves it (`driver.ts`, `gate.ts`, `proofs.ts`, `desk.ts`), and of a monitor on its own,
 * who knows of no move and keeps db1 alive (`failsafe.ts`).
 *
 * A request may arrive late, or never; so may its answer, or its sender gives it up. Time passes in
 * steps; a guard's request is one transaction; all clocks run alike; the leader always finds its
 * majority, and is not replaced. The leader commits the move, and allows the claim when the code says
 * that every other possible holder is proven empty. The monitor on its own may restart once.
 *
 * Instants are kept relative to now, and numbers of requests and permits by their order only.
 */
import { createMonitor } from "../../../src/core/monitor.ts";
import type { ConsensusState, Leadership } from "../../../src/core/consensus/types.ts";
import {
  type Campaign,
  type Desk,
  EMPTY_CAMPAIGN,
  EMPTY_DESK,
  type MonitorState,
} from "../../../src/core/local.ts";
import type { Committed, GroupPart, Vip } from "../../../src/core/state.ts";
import { Turn } from "../../../src/core/turn.ts";
import { answered } from "../../../src/core/vip/desk.ts";
import { driveVip } from "../../../src/core/vip/driver.ts";
import { claimable, movedTo } from "../../../src/core/vip/epochs.ts";
import { keepAlive } from "../../../src/core/vip/failsafe.ts";
import { unprovenHolders } from "../../../src/core/vip/proofs.ts";
import { holdsEpoch } from "../../../src/core/vip/stand.ts";
import type { GuardRequest, GuardResult, RegisterView } from "../../../src/core/vip/types.ts";
import { proofContext } from "../../../src/core/vip/upkeep.ts";
import { GROUP, groupPart, WRITER } from "../world/plan.ts";
import { Register } from "../world/register.ts";
import type { Model, Next } from "./explore.ts";

const CLUSTER = "00c0ffee";
const NODES = ["db1", "db2"];
const STEP_MS = 200;
const SETTINGS = { leaseMs: 200, permitMs: 600, clockDrift: 0 };
const OLDEST_MS = 1_000;
const HELD = { term: 2, version: 5 };
const MOVED = { term: 3, version: 9 };
const AT = { now: 0, wall: 0, entropy: 1 };

export interface MoveLimits {
  /** Requests that are given up before they arrive. */
  readonly losses: number;
  /** Of the keeper. */
  readonly restarts: number;
}

type Who = "keeper" | "leader";

interface Mind {
  readonly desks: Readonly<Record<string, Desk>>;
  readonly campaign: Campaign;
  readonly nextId: number;
}

interface Letter {
  readonly who: Who;
  readonly node: string;
  readonly id: number;
  readonly request: GuardRequest;
  /** null: it has not arrived yet. */
  readonly result: GuardResult | null;
  /** Its sender waits for it no more. */
  readonly isGivenUp: boolean;
}

interface HostState {
  readonly token: Register["token"];
  readonly permits: Register["permits"];
  readonly leaseUntil: number;
}

export interface MoveState {
  readonly minds: Readonly<Record<Who, Mind>>;
  readonly hosts: Readonly<Record<string, HostState>>;
  readonly vip: Vip;
  readonly letters: readonly Letter[];
  readonly permits: number;
  readonly restarts: number;
  readonly losses: number;
}

const FOUNDED = groupPart({ monitors: 3, nodes: 2, readers: 0, settings: SETTINGS });
const FIRST_VIP: Vip = {
  ...(FOUNDED.vips[0] as Vip),
  kind: "hold",
  node: "db1",
  epoch: HELD,
  holders: ["db1"],
  gated: NODES,
};

function groupWith(vip: Vip): GroupPart {
  return { ...FOUNDED, backend: "nft", master: "db1", vips: [vip] };
}

function committedWith(vip: Vip): Committed {
  const cluster = { schema: 1, clusterId: CLUSTER, members: [], adopted: [], requests: [] };
  return { stamp: vip.epoch, cluster, groups: [groupWith(vip)] };
}

const BLANK = createMonitor(
  {
    name: "mon",
    durable: { name: "mon", storageId: "s", term: 2, votedFor: null, slot: null, acknowledged: {} },
    plan: { peers: 2, ownAddress: "mon", groups: {} },
  },
  AT,
);
const LEADERSHIP: Leadership = {
  start: { term: 3, version: 1 },
  round: 1,
  sentAt: {},
  ackRound: {},
  ackVersion: {},
  nextHeartbeatAt: 0,
  since: 0,
  answeredRound: 1,
  answeredAt: 0,
  seenAtRound: {},
  wholeFrom: 0,
  underWay: {},
};
const LEADING: ConsensusState = {
  ...BLANK.consensus,
  role: "leader",
  durable: { ...BLANK.consensus.durable, term: 3 },
  commit: MOVED,
  leadership: LEADERSHIP,
};

/** A turn whose random numbers are counted, so that states can be compared. */
class CountingTurn extends Turn {
  count: number;

  constructor(state: MonitorState, count: number) {
    super(state, AT);
    this.count = count;
  }

  override random(): number {
    this.count += 1;
    return 800_000_000 + this.count;
  }
}

function turnOf(state: MoveState, who: Who): CountingTurn {
  const { desks, campaign, nextId } = state.minds[who];
  const local = {
    watches: {},
    evidence: {},
    masterDeniedUntil: -Infinity,
    desks: { [WRITER]: desks },
    campaigns: { [WRITER]: campaign },
    errands: {},
    verdict: { kind: "undecided" as const, text: "" },
    since: {},
    pauseSeen: null,
    checks: {},
    probePlan: null,
    reviewAt: -Infinity,
  };
  const committed = committedWith(state.vip);
  const known =
    who === "leader"
      ? {
          consensus: LEADING,
          committed,
          newest: committed,
          leading: { since: -OLDEST_MS, fromId: 0 },
        }
      : { committed: null, newest: committedWith(FIRST_VIP), leading: null };
  const whole: MonitorState = { ...BLANK, ...known, groups: { [GROUP]: local }, nextId };
  return new CountingTurn(whole, state.permits);
}

/** What a turn leaves behind; a permit's round is over by the next turn, for the majority answers. */
function after(state: MoveState, who: Who, turn: CountingTurn): MoveState {
  const local = turn.state.groups[GROUP];
  const desks = Object.fromEntries(
    Object.entries(local?.desks[WRITER] ?? {}).map(([node, desk]) => [node, withoutRounds(desk)]),
  );
  const campaign = local?.campaigns[WRITER] ?? EMPTY_CAMPAIGN;
  const mind: Mind = { desks, campaign, nextId: turn.state.nextId };
  const sent = turn.effects.flatMap((effect): Letter[] =>
    effect.kind === "guard"
      ? [
          {
            who,
            node: effect.target.node,
            id: effect.id,
            request: effect.request,
            result: null,
            isGivenUp: false,
          },
        ]
      : [],
  );
  return {
    ...state,
    minds: { ...state.minds, [who]: mind },
    letters: [...state.letters, ...sent],
    permits: turn.count,
  };
}

function withoutRounds(desk: Desk): Desk {
  if (desk.permit === null) return desk;
  return {
    ...desk,
    permit: { ...desk.permit, proven: { term: desk.permit.proven.term, round: 0 } },
  };
}

// ——— what may happen ———

/** Whoever learns something looks at once what to do about it, as in each turn of the shipped monitor. */
function nextWithin(losses: number, restarts: number) {
  return (state: MoveState): readonly Next<MoveState>[] => {
    const all: Next<MoveState>[] = [
      { what: () => `${STEP_MS} ms pass`, state: acts(acts(later(state), "keeper"), "leader") },
      ...decides(state),
    ];
    if (state.restarts < restarts)
      all.push({ what: () => "the keeper restarts", state: restarted(state) });
    for (const letter of state.letters) all.push(...travels(state, letter, losses));
    return all;
  };
}

function acts(state: MoveState, who: Who): MoveState {
  const turn = turnOf(state, who);
  if (who === "leader") driveVip(turn, groupWith(state.vip), state.vip, { mayRelease: () => true });
  else keepAlive(turn, committedWith(FIRST_VIP), -Infinity, null);
  return after(state, who, turn);
}

function decides(state: MoveState): readonly Next<MoveState>[] {
  const { vip } = state;
  if (vip.kind === "hold") {
    const moved = movedTo(vip, MOVED, "db2", { unproven: ["db1"], silent: [] });
    return [
      { what: () => "the move is committed", state: acts({ ...state, vip: moved }, "leader") },
    ];
  }
  const turn = turnOf(state, "leader");
  const context = proofContext(turn, groupWith(vip), vip);
  const marked = holdsEpoch(turn, vip, turn.desk(GROUP, WRITER, "db2"));
  if (vip.claimable || !marked || unprovenHolders(context, "db2").length > 0) return [];
  const allowed = acts({ ...state, vip: claimable(vip) }, "leader");
  return [{ what: () => "the claim is committed", state: allowed }];
}

function restarted(state: MoveState): MoveState {
  const { nextId } = state.minds.keeper;
  const mind: Mind = { desks: {}, campaign: EMPTY_CAMPAIGN, nextId };
  const letters = state.letters.map((letter) =>
    letter.who === "keeper" ? { ...letter, isGivenUp: true } : letter,
  );
  const minds = { ...state.minds, keeper: mind };
  return acts({ ...state, minds, letters, restarts: state.restarts + 1 }, "keeper");
}

function travels(state: MoveState, letter: Letter, losses: number): readonly Next<MoveState>[] {
  const { who, node, request, result } = letter;
  const name = `${request.op} of the ${who} at ${node}`;
  const rest = { ...state, letters: state.letters.filter((other) => other !== letter) };
  if (result !== null)
    return [{ what: () => `${name} is answered`, state: told(rest, letter, result) }];
  const found = [{ what: () => `${name} is carried out`, state: carriedOut(rest, letter) }];
  if (letter.isGivenUp || state.losses >= losses) return found;
  const late = { ...letter, isGivenUp: true };
  const lost = { ...rest, losses: state.losses + 1, letters: [...rest.letters, late] };
  const unknown: GuardResult = { kind: "unknown", text: "" };
  return [...found, { what: () => `${name} is given up`, state: told(lost, letter, unknown) }];
}

function told(state: MoveState, { who, node, id }: Letter, result: GuardResult): MoveState {
  const turn = turnOf(state, who);
  answered(turn, { group: GROUP, vip: WRITER, node, id }, result);
  return acts(after(state, who, turn), who);
}

function carriedOut(state: MoveState, letter: Letter): MoveState {
  const register = new Register();
  Object.assign(register, state.hosts[letter.node], { gated: true });
  register.permits = [...register.permits];
  const result = guard(register, letter.request);
  const { token, permits, leaseUntil } = register;
  const hosts = { ...state.hosts, [letter.node]: { token, permits, leaseUntil } };
  const letters = letter.isGivenUp ? state.letters : [...state.letters, { ...letter, result }];
  return { ...state, hosts, letters };
}

const STALE: GuardResult = { kind: "refused", code: "stale", text: "" };
const DONE: GuardResult = { kind: "ok", view: null };

function guard(register: Register, request: GuardRequest): GuardResult {
  switch (request.op) {
    case "show":
    case "install":
      return { kind: "ok", view: viewOf(register) };
    case "mark": {
      const { cluster, epoch, permit } = request;
      if (register.mark(request.seen, { kind: "epoch", cluster, epoch }, true) !== null)
        return STALE;
      if (permit !== null) register.addPermit(epoch, permit.id, permit.ttlMs);
      return DONE;
    }
    case "permit":
      if (!register.holds(request.cluster, request.epoch)) return STALE;
      register.addPermit(request.epoch, request.permit, request.ttlMs);
      return DONE;
    case "claim": {
      const { cluster, epoch, permit, next: id, ttlMs, leaseMs } = request;
      if (!register.admits(cluster, epoch, permit, 0)) return STALE;
      register.claim(permit, { epoch, id, until: ttlMs }, leaseMs);
      return DONE;
    }
    case "release":
      if (!register.holds(request.cluster, request.epoch)) return STALE;
      register.release();
      register.leaseUntil = 0;
      return DONE;
  }
}

function viewOf(register: { token: Register["token"]; leaseUntil: number }): RegisterView {
  const leaseMs = Math.max(0, register.leaseUntil);
  return {
    gate: "present",
    gated: true,
    token: register.token,
    permits: [],
    leaseMs,
    addresses: [],
    boot: "",
    lacks: null,
  };
}

// ——— time ———

function earlier(instant: number): number {
  return Math.max(instant - STEP_MS, -OLDEST_MS);
}

function later(state: MoveState): MoveState {
  const hosts = Object.fromEntries(
    Object.entries(state.hosts).map(([name, { token, permits, leaseUntil }]) => {
      const left = permits.map((permit) => ({ ...permit, until: permit.until - STEP_MS }));
      const alive = left.filter(({ until }) => until > 0);
      return [name, { token, permits: alive, leaseUntil: Math.max(0, leaseUntil - STEP_MS) }];
    }),
  );
  const minds = { keeper: aged(state.minds.keeper), leader: aged(state.minds.leader) };
  return { ...state, hosts, minds };
}

function aged(mind: Mind): Mind {
  const desks = Object.fromEntries(
    Object.entries(mind.desks).map(([node, desk]) => [node, agedDesk(desk)]),
  );
  const epochs = mind.campaign.epochs.map((entry) => ({
    ...entry,
    witnesses: Object.fromEntries(
      Object.entries(entry.witnesses).map(([node, at]) => [node, earlier(at)]),
    ),
  }));
  return { ...mind, desks, campaign: { ...mind.campaign, epochs } };
}

function agedDesk(desk: Desk): Desk {
  const { flight, permit, claimed, heardAt } = desk;
  return {
    ...desk,
    viewAskedAt: earlier(desk.viewAskedAt),
    retryAt: earlier(desk.retryAt),
    flight: flight && { ...flight, sentAt: earlier(flight.sentAt) },
    permit: permit && { ...permit, sentAt: earlier(permit.sentAt) },
    claimed: claimed && {
      ...claimed,
      sentAt: earlier(claimed.sentAt),
      knownAt: earlier(claimed.knownAt),
    },
    heardAt: heardAt === null ? null : earlier(heardAt),
  };
}

// ——— the model ———

/** Requests are numbered by their order, permits by their first appearance. */
function key(state: MoveState): string {
  const { permits: _, letters, ...rest } = state;
  const ordered = letters.toSorted((a, b) => a.id - b.id || (a.result === null ? -1 : 1));
  const text = JSON.stringify([rest, ordered]);
  const ids = [...new Set(text.match(/\b5\d{8}\b/g) ?? [])].sort();
  const names = new Map(ids.map((id, at) => [id, `#${at}`]));
  return text.replace(/\b[58]\d{8}\b/g, (number) => {
    const name = names.get(number) ?? `p${names.size}`;
    names.set(number, name);
    return name;
  });
}

function firstDesk(token: Register["token"], leaseUntil: number): Desk {
  const view = viewOf({ token, leaseUntil });
  return {
    ...EMPTY_DESK,
    view,
    viewId: 1,
    viewAskedAt: 0,
    guarded: { is: true, id: 1, askedAt: 0 },
    heardAt: 0,
    retryAt: 0,
  };
}

export function moveModel({ losses, restarts }: MoveLimits): Model<MoveState> {
  const token = { kind: "epoch", cluster: CLUSTER, epoch: HELD } as const;
  const hosts = {
    db1: { token, permits: [], leaseUntil: SETTINGS.leaseMs },
    db2: { token, permits: [], leaseUntil: 0 },
  };
  const desks = {
    db1: firstDesk(token, SETTINGS.leaseMs),
    db2: firstDesk(token, 0),
  };
  const mind = (nextId: number): Mind => ({ desks, campaign: EMPTY_CAMPAIGN, nextId });
  const minds = { keeper: mind(500_000_001), leader: mind(510_000_001) };
  return {
    initial: { minds, hosts, vip: FIRST_VIP, letters: [], permits: 0, restarts: 0, losses: 0 },
    next: nextWithin(losses, restarts),
    key,
    broken: ({ hosts: now }) =>
      Object.values(now).every(({ leaseUntil }) => leaseUntil > 0)
        ? `db1 and db2 serve ${WRITER}`
        : null,
  };
}
