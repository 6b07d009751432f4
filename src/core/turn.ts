/**
 * One turn of the core: the state being changed, and the effects asked for so far. It lives within
 * one call of `decide`; seen from outside, that call is a pure function: a turn changes copies of its
 * own, of the monitor's state and of each group that it touches, and nothing below them.
 */
import { Agenda, type ClusterChange, type GroupChange } from "./agenda.ts";
import { copyOfRecord, type Draft, withEntry } from "./draft.ts";
import { derive } from "./entropy.ts";
import {
  beginRound,
  hasRoomForRound,
  isEstablished,
  answeredRound,
  leaderKnownAt,
  newestSlot,
  propose,
  type Step,
} from "./consensus/consensus.ts";
import type { ConsensusState } from "./consensus/types.ts";
import { endings } from "./endings.ts";
import type { Event } from "./events.ts";
import { forgetGone, goneGroups } from "./forget.ts";
import { holdUp, letGo } from "./held-up.ts";
import type { At, GroupName, Instant, Ip, NodeName } from "./ids.ts";
import type { Effect } from "./io.ts";
import {
  type Campaign,
  copyOfDesk,
  copyOfLocal,
  copyOfState,
  type Desk,
  EMPTY_CAMPAIGN,
  EMPTY_DESK,
  EMPTY_LOCAL,
  type Flight,
  type GroupLocal,
  type Moment,
  type MonitorState,
} from "./local.ts";
import type { GroupPart, Member } from "./state.ts";
import { News } from "./news.ts";
import { seePauses } from "./sightings.ts";
import { type Stamp, sameStamp } from "./stamp.ts";
import { retyped } from "./typed-slot.ts";

export class Turn {
  readonly state: Draft<MonitorState>;
  readonly at: At;
  readonly effects: Effect[] = [];
  readonly news = new News();
  #unhurried: Effect | null = null;
  #salt = 0;
  #roundWanted = false;
  readonly #agenda = new Agenda();
  #locals: Map<GroupName, Draft<GroupLocal>> | null = null;
  #groups: Record<GroupName, GroupLocal> | null = null;

  constructor(state: MonitorState, at: At) {
    this.state = copyOfState(state);
    this.at = at;
  }

  get now(): Instant {
    return this.at.now;
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  report(event: Event): void {
    this.emit({ kind: "report", event });
  }

  /** A lasting condition: told once when it begins, and once when it ends. */
  alarm(id: string, text: string | null): void {
    const known = this.state.alarms[id];
    if (text === null) {
      if (known === undefined) return;
      const { [id]: _, ...rest } = this.state.alarms;
      this.state.alarms = rest;
      this.report({ kind: "alarm.cleared", id });
      return;
    }
    if (known === text) return;
    this.state.alarms = { ...this.state.alarms, [id]: text };
    if (known === undefined) this.report({ kind: "alarm.raised", id, text });
  }

  /** A fresh random number in 1 … 2^32 − 1. */
  random(): number {
    this.#salt += 1;
    return derive(this.at.entropy, this.#salt) || 1;
  }

  /** Registers an effect whose outcome will come back, and gives it its id. */
  fly(flight: Flight): number {
    const id = this.state.nextId;
    this.state.nextId = id + 1;
    this.state.flights = [...this.state.flights, { id, flight }];
    return id;
  }

  nextSeq(): number {
    return this.state.nextSeq++;
  }

  // ——— consensus ———

  /** Takes over what a step of consensus changed and asked for. */
  consensus(step: Step): void {
    const before = this.state.consensus;
    if (step.state === before && step.effects.length === 0) return;
    this.state.consensus = step.state;
    for (const effect of step.effects) {
      if (effect.kind === "send") {
        const { to, message } = effect;
        this.emit({ kind: "send", to, message: { kind: "consensus", message } });
      } else if (effect.kind === "persist") {
        this.#persist(effect);
      } else {
        this.emit(effect);
      }
    }
    this.refresh(step.state);
    if (this.settled) letGo(this, "proposal");
    if (answeredRound(before) !== answeredRound(step.state)) letGo(this, "round");
  }

  /** What can wait does so until the end of the turn, unless something newer is written before. */
  #persist(effect: Effect & { kind: "persist" }): void {
    this.#unhurried = effect.isUrgent ? null : effect;
    if (effect.isUrgent) this.emit(effect);
  }

  /** Leader of this term, with a committed slot of its own term: may act and propose. */
  get established(): boolean {
    return isEstablished(this.state.consensus);
  }

  get term(): number {
    return this.state.consensus.durable.term;
  }

  /** Now, counted in heartbeat rounds: finer than a clock, and never ambiguous. */
  get moment(): Moment {
    return { term: this.term, round: this.state.consensus.leadership?.round ?? 0 };
  }

  /**
   * Evidence of rule 6: whether a round of this term that was sent after `moment` was answered by a
   * majority. If none is even under way, the end of this turn sends one, unless many are; the group that asks is
   * looked at when one is answered.
   */
  provenSince(group: GroupName, moment: Moment): boolean {
    if (!this.established) return false;
    const after = moment.term === this.term ? moment.round : 0;
    if (answeredRound(this.state.consensus) > after) return true;
    holdUp(this, "round", group);
    if (this.moment.round <= after) this.#roundWanted = true;
    return false;
  }

  get leaderHeardAt(): Instant {
    return leaderKnownAt(this.state.consensus);
  }

  /** Nothing that this leader proposed is still on its way. */
  get settled(): boolean {
    const slot = newestSlot(this.state.consensus);
    return this.established && slot !== null && sameStamp(slot.stamp, this.state.consensus.commit);
  }

  /**
   * Proposes a change of a group's part. All changes of one turn make one proposal; none is taken
   * while an earlier one is under way: whoever asks `isChanging` first is looked at again after that.
   */
  change(group: GroupName, change: GroupChange): void {
    if (this.settled) this.#agenda.change(group, change);
  }

  changeCluster(change: ClusterChange): void {
    if (this.settled) this.#agenda.changeCluster(change);
  }

  changeMembers(members: readonly Member[]): void {
    if (this.settled) this.#agenda.changeMembers(members);
  }

  addGroup(group: GroupName, found: (stamp: Stamp) => GroupPart): void {
    if (this.settled) this.#agenda.add(group, found);
  }

  removeGroup(group: GroupName): void {
    if (this.settled) this.#agenda.remove(group);
  }

  /**
   * Whether this turn may still change what groups must not have in common, hosts and addresses. Once
   * a turn: two such changes would be checked against the state before both of them.
   */
  mayShape(): boolean {
    return this.settled && this.#agenda.shape();
  }

  /** Whether this turn has something to propose, which other parts of it may have told of already. */
  get isProposing(): boolean {
    return !this.#agenda.isEmpty;
  }

  /** As agreed on. */
  get groups(): readonly GroupPart[] {
    return this.state.committed?.groups ?? [];
  }

  /**
   * Whether a change of this group, or of whose votes count, was asked for in this turn, so that what
   * follows would act on old state; or a proposal is under way, and the group is looked at as soon as it is not.
   */
  isChanging(group: GroupName): boolean {
    if (this.settled && !this.#agenda.changesMembers) return this.#agenda.isAbout(group);
    holdUp(this, "proposal", group);
    return true;
  }

  /** Whether the end of this turn sends a round: of a proposal, or because somebody waits for one. */
  get sendsRound(): boolean {
    // Leadership may have been given up in this very turn.
    if (!this.established) return false;
    return !this.#agenda.isEmpty || (this.#roundWanted && hasRoomForRound(this.state.consensus));
  }

  /** At the end of a turn: the proposal, or else the round that somebody waits for; and what can wait. */
  flush(): void {
    const { at, state } = this;
    if (this.sendsRound && this.#agenda.isEmpty) this.consensus(beginRound(state.consensus, at));
    else if (this.sendsRound) this.consensus(propose(state.consensus, at, this.#agenda.update));
    if (this.#unhurried !== null) this.emit(this.#unhurried);
  }

  /** The typed views of what consensus holds. */
  refresh(consensus: ConsensusState): void {
    const newest = retyped(this.state.newest, newestSlot(consensus));
    const committed = retyped(this.state.committed, consensus.committed);
    const { newest: newestBefore, committed: committedBefore } = this.state;
    if (newest === newestBefore && committed === committedBefore) return;
    if (committed !== committedBefore) this.news.addChanges(committedBefore, committed);
    const ended = this.established ? endings(committedBefore, committed) : [];
    for (const ending of ended) this.report({ kind: "operation.finished", ...ending });
    seePauses(this, committed, this.now);
    this.state.newest = newest;
    this.state.committed = committed;
    forgetGone(this, [newestBefore, newest], [committedBefore, committed]);
    for (const group of goneGroups([newestBefore, committedBefore], [newest, committed]))
      this.#forgetGroup(group);
  }

  #forgetGroup(group: GroupName): void {
    const { [group]: _, ...rest } = this.state.groups;
    this.state.groups = rest;
    this.#locals?.delete(group);
  }

  // ——— what this monitor keeps of a group ———

  local(group: GroupName): GroupLocal {
    return this.state.groups[group] ?? EMPTY_LOCAL;
  }

  setLocal(group: GroupName, patch: Partial<GroupLocal>): void {
    Object.assign(this.#draftOf(group), patch);
  }

  #draftOf(group: GroupName): Draft<GroupLocal> {
    const known = this.#locals?.get(group);
    if (known !== undefined) return known;
    this.#locals ??= new Map();
    const draft = copyOfLocal(this.local(group));
    this.#locals.set(group, draft);
    this.#ownGroups()[group] = draft;
    return draft;
  }

  /** Copied once a turn, however many of them it touches. */
  #ownGroups(): Record<GroupName, GroupLocal> {
    if (this.#groups === null || this.#groups !== this.state.groups) {
      this.#groups = copyOfRecord(this.state.groups);
      this.state.groups = this.#groups;
    }
    return this.#groups;
  }

  desk(group: GroupName, vip: Ip, node: NodeName): Desk {
    return this.local(group).desks[vip]?.[node] ?? EMPTY_DESK;
  }

  setDesk(group: GroupName, vip: Ip, node: NodeName, patch: Partial<Desk>): void {
    const desks = this.local(group).desks;
    const next = Object.assign(copyOfDesk(this.desk(group, vip, node)), patch);
    const ofVip = withEntry(desks[vip] ?? {}, node, next);
    this.#draftOf(group).desks = withEntry(desks, vip, ofVip);
  }

  campaign(group: GroupName, vip: Ip): Campaign {
    return this.local(group).campaigns[vip] ?? EMPTY_CAMPAIGN;
  }

  setCampaign(group: GroupName, vip: Ip, campaign: Campaign): void {
    if (campaign === this.campaign(group, vip)) return;
    this.setLocal(group, { campaigns: withEntry(this.local(group).campaigns, vip, campaign) });
  }

  /** For how long a condition has held without a break; 0 when it does not hold. */
  lasting(group: GroupName, key: string, holds: boolean): number {
    const since = this.local(group).since;
    const from = since[key];
    if (!holds) {
      if (from !== undefined) {
        const { [key]: _, ...rest } = since;
        this.setLocal(group, { since: rest });
      }
      return 0;
    }
    if (from === undefined) {
      this.setLocal(group, { since: { ...since, [key]: this.now } });
      return 0;
    }
    return this.now - from;
  }
}
