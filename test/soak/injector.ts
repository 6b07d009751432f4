/**
 * Lets faults begin and end in a lab, several at a time, as the seed draws them, and keeps record of
 * each. What it does not do: break so much that nobody could keep the data (the last complete copy is
 * never wiped), or add to a fault that is near a limit of the design.
 */
import type { GroupStatus } from "../../src/core/status-types.ts";
import { type Lab, nowS, passing } from "../helpers/lab.ts";
import { DEEDS_OF_PEOPLE, setOnline, switchover } from "./deeds-of-people.ts";
import type { Fault, View } from "./fault.ts";
import { HOST_FAULTS } from "./host-faults.ts";
import { MONITOR_FAULTS } from "./monitor-faults.ts";
import type { Random } from "./random.ts";

const CATALOGUE = [...HOST_FAULTS, ...MONITOR_FAULTS, ...DEEDS_OF_PEOPLE];
/** A cluster that was near a limit gets this long before anything else is broken. */
const SETTLED_S = 4;
const DRAWS = 20;
/** A fault has begun within this; only a person's command may wait for longer. */
const BEGIN_MS = 4_000;

export interface Injected {
  readonly fault: Fault;
  readonly beganS: number;
  /** null: it has not ended. */
  endedS: number | null;
}

interface Running extends Injected {
  readonly endsAtS: number;
}

export class Injector {
  readonly all: Injected[] = [];
  readonly #lab: Lab;
  readonly #random: Random;
  readonly #note: (what: string, target: string) => void;
  #running: Running[] = [];
  #pending: Promise<unknown>[] = [];
  #view: View;

  constructor(lab: Lab, random: Random, note: (what: string, target: string) => void) {
    this.#lab = lab;
    this.#random = random;
    this.#note = note;
    this.#view = { nodes: [], monitors: [], master: "", leader: "", whole: [] };
  }

  /** Breaks things for this long. Some of them are still broken afterwards. */
  async torment(forMs: number): Promise<void> {
    const untilS = nowS() + forMs / 1_000;
    let nextS = nowS();
    while (nowS() < untilS) {
      await this.#endThose((running) => running.endsAtS <= nowS());
      if (nowS() >= nextS) {
        await this.#beginOne();
        nextS = nowS() + this.#random.between(0.5, 6);
      }
      await passing(50);
    }
  }

  /** What people do when all is well. */
  async plannedSwitchover(): Promise<void> {
    this.#view = await this.#look();
    const { target, begin } = switchover(this.#random, this.#view);
    this.#note("planned switchover", target);
    this.#note("answer: planned switchover", String(await begin(this.#lab)));
  }

  /** Ends everything, and undoes what may be left of it. */
  async mend(): Promise<void> {
    const pending = Promise.all(this.#pending.splice(0));
    await Promise.race([pending, passing(BEGIN_MS)]);
    await this.#endThose(() => true);
    await pending;
    await this.#lab.run("heal");
    for (const line of (await this.#lab.run("status")).split("\n")) await this.#revive(line);
  }

  /** A set_online that met no leader was not done: a person asks again, as soon as somebody leads. */
  async setEverybodyOnline(): Promise<void> {
    await this.#lab.leader();
    for (const { name, state } of (await this.#lab.group()).nodes) {
      if (state !== "ADMIN_OFFLINE") continue;
      this.#note("set_online", `${name}: ${await setOnline(this.#lab, name)}`);
    }
  }

  async #revive(line: string): Promise<void> {
    const [name = "", , first, second] = line.split(/\s+/);
    if (/^mon\d$/.test(name) && first === "dead") await this.#lab.run("start-monitor", name);
    if (/^db\d$/.test(name) && second === "dead") await this.#lab.run("start", name, "kept");
  }

  async #endThose(isOver: (running: Running) => boolean): Promise<void> {
    const over = this.#running.filter(isOver);
    this.#running = this.#running.filter((running) => !over.includes(running));
    for (const running of over) {
      this.#note(`end: ${running.fault.kind}`, running.fault.target);
      await running.fault.end(this.#lab);
      running.endedS = nowS();
    }
  }

  async #beginOne(): Promise<void> {
    this.#view = await this.#look();
    const fault = this.#drawAllowed();
    if (fault === undefined) return;
    this.#note(fault.kind, fault.target);
    const beganS = nowS();
    const lastsS = this.#random.between(...fault.lastsMs) / 1_000;
    const running: Running = { fault, beganS, endedS: null, endsAtS: Infinity };
    this.all.push(running);
    this.#running.push(running);
    // A person's command may take long, and nothing waits for it.
    this.#pending.push(
      fault.begin(this.#lab).then(
        (said) => {
          Object.assign(running, { endsAtS: nowS() + lastsS });
          if (typeof said === "string" && said !== "") this.#note(`answer: ${fault.kind}`, said);
        },
        (error: unknown) => {
          this.#note(`could not: ${fault.kind}`, String(error));
          Object.assign(running, { endsAtS: nowS() });
        },
      ),
    );
  }

  #drawAllowed(): Fault | undefined {
    // What needs everything else to be well finds it so at the beginning of a round.
    const lonely = this.#random.chance(0.5) ? this.#drawOne(({ isAlone }) => isAlone) : undefined;
    return lonely ?? this.#drawOne(() => true);
  }

  #drawOne(isWanted: (fault: Fault) => boolean): Fault | undefined {
    for (let drawn = 0; drawn < DRAWS; drawn += 1) {
      const fault = this.#random.weighted(CATALOGUE)(this.#random, this.#view);
      if (isWanted(fault) && this.#isAllowed(fault)) return fault;
    }
    return undefined;
  }

  #isAllowed(fault: Fault): boolean {
    const active = this.all
      .filter(({ endedS }) => endedS === null || nowS() - endedS < SETTLED_S)
      .map((each) => each.fault);
    if (active.some(({ isAlone }) => isAlone)) return false;
    if (fault.isAlone && active.length > 0) return false;
    const held = this.#running.flatMap((running) => running.fault.holds);
    if (fault.holds.some((host) => held.includes(host))) return false;
    if (fault.wipes.length === 0) return true;
    const broken = [...fault.wipes, ...active.flatMap(({ disturbs }) => disturbs)];
    return this.#view.whole.some((node) => !broken.includes(node));
  }

  /** What the monitors say; while none answers, what they last said, and nobody counts as whole. */
  async #look(): Promise<View> {
    try {
      const { cluster, groups } = await this.#lab.status();
      const [group] = groups;
      if (group === undefined) throw new Error("no group");
      return {
        nodes: group.nodes.map(({ name }) => name),
        monitors: cluster.monitors.map(({ name }) => name),
        master: group.master ?? this.#view.master,
        leader: cluster.leader ?? cluster.monitors[0]?.name ?? "",
        whole: wholeNodes(group),
      };
    } catch {
      return { ...this.#view, whole: [] };
    }
  }
}

function wholeNodes(group: GroupStatus): readonly string[] {
  return group.nodes
    .filter(({ state }) => state === "ONLINE")
    .filter(({ name, link }) =>
      name === group.master ? group.writer?.holder === name : link === "up",
    )
    .map(({ name }) => name);
}
