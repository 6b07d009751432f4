/**
 * A machine that runs a Redis: its power, its addresses, its packet filter, and the guard that
 * changes them. The guard answers one request at a time per channel and may fall asleep between
 * any two of its steps; only a transaction of the register is indivisible.
 */
import type { Ip, NodeName } from "../../../src/core/ids.ts";
import type {
  GuardRefusal,
  GuardRequest,
  GuardResult,
  RegisterView,
} from "../../../src/core/vip/types.ts";
import type { LocalClock } from "./clock.ts";
import type { Scheduler } from "./network.ts";
import type { Prng } from "./prng.ts";
import { Register } from "./register.ts";

const VALID_LIFETIME_MS = 15_000;
const REFRESH_BELOW_MS = 10_000;

interface Address {
  prefix: number;
  /** On the host's clock; Infinity: permanent. */
  until: number;
}

export interface HostWatcher {
  /** This host may have begun to serve the VIP. */
  addressed(host: Host, vip: Ip): void;
  /** A guard request took effect, or was refused. `routine`: a renewal of a living lease. */
  guarded(host: Host, request: GuardRequest, result: GuardResult, routine: boolean): void;
}

export interface GuardHabits {
  /** Probability that the guard falls asleep between two of its steps, and for how long at most. */
  sleep: number;
  sleepMs: number;
}

export class Host {
  readonly name: NodeName;
  readonly address: Ip;
  readonly clock: LocalClock;
  readonly habits: GuardHabits = { sleep: 0, sleepMs: 0 };
  /** Without it there is no register: addresses only (`lease_backend = off`). */
  readonly nft: boolean;
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #watcher: HostWatcher;
  up = true;
  boot: string;
  /** null: the table was never installed, or was flushed. */
  table: Map<Ip, Register> | null = null;
  readonly #addresses = new Map<Ip, Address>();
  /** Counts the times that the connections to a VIP were destroyed. */
  readonly #generations = new Map<Ip, number>();
  #lives = 0;

  constructor(
    who: { name: NodeName; address: Ip; clock: LocalClock; nft: boolean },
    tools: { scheduler: Scheduler; random: Prng; watcher: HostWatcher },
  ) {
    this.name = who.name;
    this.address = who.address;
    this.clock = who.clock;
    this.nft = who.nft;
    this.#scheduler = tools.scheduler;
    this.#random = tools.random;
    this.#watcher = tools.watcher;
    this.boot = this.#random.hex(8);
  }

  get now(): number {
    return this.clock.local(this.#scheduler.now);
  }

  /** Whether a packet to or from the VIP would be accepted at this instant. */
  serves(vip: Ip): boolean {
    if (!this.up || !this.hasAddress(vip)) return false;
    const register = this.table?.get(vip);
    return register === undefined || !register.gated || register.hasLease(this.now);
  }

  hasAddress(vip: Ip): boolean {
    const address = this.#addresses.get(vip);
    return address !== undefined && address.until > this.now;
  }

  leaseMs(vip: Ip): number {
    const register = this.table?.get(vip);
    return register === undefined ? 0 : Math.max(0, register.leaseUntil - this.now);
  }

  /** Connections to the VIP that were opened under another number are dead. */
  connectionGeneration(vip: Ip): number {
    return (this.#generations.get(vip) ?? 0) + this.#lives;
  }

  // ——— what an operator or fate does ———

  addPermanentAddress(vip: Ip): void {
    this.#addresses.set(vip, { prefix: 24, until: Infinity });
    this.#watcher.addressed(this, vip);
  }

  /** Somebody reloads the firewall, or networkd prunes foreign addresses. */
  flushTable(): void {
    this.table = null;
    for (const vip of this.#addresses.keys()) this.#watcher.addressed(this, vip);
  }

  /** What the host may do by itself then: the tables come back, and let nothing pass that has no lease. */
  closeTable(vips: readonly Ip[]): void {
    this.table ??= new Map();
    for (const vip of vips) {
      const register = this.table.get(vip) ?? new Register();
      register.gated = true;
      this.table.set(vip, register);
    }
  }

  pruneAddresses(): void {
    this.#addresses.clear();
  }

  powerOff(): void {
    this.up = false;
    this.table = null;
    this.#addresses.clear();
    this.#lives += 1;
  }

  powerOn(): void {
    this.up = true;
    this.boot = this.#random.hex(8);
  }

  // ——— the guard ———

  /** Runs one request; `done` is called once, unless the host loses power meanwhile. */
  guard(request: GuardRequest, done: (result: GuardResult) => void): void {
    const boot = this.boot;
    const step = (run: () => void): void => {
      const nap = this.habits.sleep > 0 && this.#random.chance(this.habits.sleep);
      const pause = nap ? this.#random.float() * this.habits.sleepMs : 1 + this.#random.float() * 3;
      this.#scheduler.after(pause, () => {
        if (this.up && this.boot === boot) run();
      });
    };
    const routine = this.leaseMs(request.vip) > 0;
    const finish = (result: GuardResult): void => {
      this.#watcher.guarded(this, request, result, routine);
      done(result);
    };
    step(() => this.#begin(request, step, finish));
  }

  #begin(
    request: GuardRequest,
    step: (run: () => void) => void,
    finish: (result: GuardResult) => void,
  ): void {
    if (!this.nft) return finish(this.#plain(request));
    switch (request.op) {
      case "show":
        return finish({ kind: "ok", view: this.view(request.vip) });
      case "install": {
        this.table ??= new Map();
        let register = this.table.get(request.vip);
        if (register === undefined) this.table.set(request.vip, (register = new Register()));
        register.install(request.cluster, request.instance);
        return finish({ kind: "ok", view: this.view(request.vip) });
      }
      case "mark":
        return finish(this.#mark(request));
      case "permit":
        return finish(this.#permit(request));
      case "claim":
        return this.#claim(request, step, finish);
      case "release":
        return this.#release(request, step, finish);
    }
  }

  #mark(request: GuardRequest & { op: "mark" }): GuardResult {
    const register = this.table?.get(request.vip);
    if (this.table === null) return refused("nogate");
    if (register === undefined) return refused("stale");
    const next = { kind: "epoch", cluster: request.cluster, epoch: request.epoch } as const;
    const refusal = register.mark(request.seen, next, request.gate);
    if (refusal !== null) return refused(refusal);
    const permit = request.permit;
    if (permit !== null) register.addPermit(request.epoch, permit.id, this.now + permit.ttlMs);
    return DONE;
  }

  #permit(request: GuardRequest & { op: "permit" }): GuardResult {
    if (this.table === null) return refused("nogate");
    const register = this.table.get(request.vip);
    if (register === undefined || !register.holds(request.cluster, request.epoch))
      return refused("stale");
    register.addPermit(request.epoch, request.permit, this.now + request.ttlMs);
    return DONE;
  }

  #claim(
    request: GuardRequest & { op: "claim" },
    step: (run: () => void) => void,
    finish: (result: GuardResult) => void,
  ): void {
    if (this.table?.get(request.vip)?.hasLease(this.now) === true)
      return finish(this.#commitClaim(request));
    const refusal = this.#prepareClaim(request);
    if (refusal !== null) return finish(refused(refusal));
    step(() => finish(this.#commitClaim(request)));
  }

  /** Before a first claim: the table decides about the VIP, no old connection is left, the address is there. */
  #prepareClaim(request: GuardRequest & { op: "claim" }): GuardRefusal | null {
    if (this.table === null) return "nogate";
    const register = this.table.get(request.vip);
    if (register === undefined) return "stale";
    if (!register.admits(request.cluster, request.epoch, request.permit, this.now)) return "stale";
    const present = this.hasAddress(request.vip);
    // An address that is being served under no table must not be cut: its claim only adds the table.
    if (!register.gated && present) return null;
    register.gated = true;
    this.#destroyConnections(request.vip);
    this.#setAddress(request.vip);
    return null;
  }

  #commitClaim(request: GuardRequest & { op: "claim" }): GuardResult {
    if (this.table === null) return refused("nogate");
    const register = this.table.get(request.vip);
    const now = this.now;
    if (
      register === undefined ||
      !register.admits(request.cluster, request.epoch, request.permit, now)
    ) {
      return refused("stale");
    }
    const next = { epoch: request.epoch, id: request.next, until: now + request.ttlMs };
    register.claim(request.permit, next, now + request.leaseMs);
    this.#watcher.addressed(this, request.vip);
    this.#refreshAddress(request.vip);
    return DONE;
  }

  #release(
    request: GuardRequest & { op: "release" },
    step: (run: () => void) => void,
    finish: (result: GuardResult) => void,
  ): void {
    const register = this.table?.get(request.vip);
    // Without a register there is no lease, so only connections and the address are to go.
    if (register === undefined || (register.token === null && !register.gated)) {
      this.#destroyConnections(request.vip);
      this.#addresses.delete(request.vip);
      return finish({ kind: "ok", view: this.view(request.vip) });
    }
    const { cluster, epoch, seen } = request;
    if (seen !== null && register.mark(seen, { kind: "epoch", cluster, epoch }, true) !== null)
      return finish(refused("stale"));
    if (!register.holds(cluster, epoch)) return finish(refused("stale"));
    register.release();
    finish(DONE);
    step(() => {
      this.#destroyConnections(request.vip);
      if (!this.serves(request.vip)) this.#addresses.delete(request.vip);
    });
  }

  /** Without a packet filter: the address is all there is. */
  #plain(request: GuardRequest): GuardResult {
    switch (request.op) {
      case "claim":
        if (!this.hasAddress(request.vip)) this.addPermanentAddress(request.vip);
        break;
      case "release":
        this.#addresses.delete(request.vip);
        this.#destroyConnections(request.vip);
        break;
      case "show":
        return { kind: "ok", view: this.view(request.vip) };
      case "install":
      case "mark":
      case "permit":
        return refused("missing");
    }
    return DONE;
  }

  view(vip: Ip): RegisterView {
    const now = this.now;
    const register = this.table?.get(vip) ?? EMPTY;
    return {
      gate: this.#gate(),
      gated: register.gated,
      token: register.token,
      permits: register.livePermits(now).map(({ epoch, id }) => ({ epoch, id })),
      leaseMs: Math.max(0, Math.floor(register.leaseUntil - now)),
      addresses: this.#forms(vip),
      boot: this.boot,
      lacks: null,
    };
  }

  #gate(): RegisterView["gate"] {
    if (!this.nft) return "none";
    return this.table === null ? "absent" : "present";
  }

  #forms(vip: Ip): RegisterView["addresses"] {
    const address = this.#addresses.get(vip);
    if (address === undefined || !this.hasAddress(vip)) return [];
    const left = address.until - this.now;
    const lifetimeS = left === Infinity ? null : Math.ceil(left / 1000);
    return [{ device: "eth1", prefix: address.prefix, lifetimeS }];
  }

  #setAddress(vip: Ip): void {
    this.#addresses.set(vip, { prefix: 32, until: this.now + VALID_LIFETIME_MS });
    this.#watcher.addressed(this, vip);
  }

  #refreshAddress(vip: Ip): void {
    const address = this.#addresses.get(vip);
    if (
      address === undefined ||
      address.until - this.now < REFRESH_BELOW_MS ||
      address.until === Infinity
    ) {
      this.#setAddress(vip);
    }
  }

  #destroyConnections(vip: Ip): void {
    this.#generations.set(vip, (this.#generations.get(vip) ?? 0) + 1);
  }
}

const EMPTY = new Register();

/** Only `show` and `install` tell what stands in the register. */
const DONE: GuardResult = { kind: "ok", view: null };

function refused(code: GuardRefusal): GuardResult {
  return { kind: "refused", code, text: `the guard refused: ${code}` };
}
