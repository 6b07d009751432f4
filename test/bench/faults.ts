/** What is done to both systems, and who must stand where when it is over. */
import type { Lab } from "../helpers/lab.ts";
import { passing } from "../helpers/lab.ts";
import { settled } from "./roles.ts";
import type { System } from "./systems.ts";

export interface Bed {
  readonly lab: Lab;
  readonly system: System;
  /** Who would act, found out before anything breaks. */
  readonly actor: string;
}

export interface Fault {
  readonly name: string;
  readonly title: string;
  /** Comes before what is measured. */
  readonly prepare?: (bed: Bed) => Promise<unknown>;
  readonly strike: (bed: Bed) => Promise<unknown>;
  /** Until then nobody looks: every look takes time of the processors that are measured. */
  readonly lookAfterMs: number;
  /** Whoever is reachable at the end: one master, followed by the others. */
  readonly survivors: readonly string[];
  /** The master is another one than db1 in the end. */
  readonly moves: boolean;
  readonly needsActor?: boolean;
  /** Nobody has to stop writing: the gaps are the machine's own, and comparing them says nothing. */
  readonly isHarmless?: boolean;
}

const ALL = ["db1", "db2", "db3"];
const OTHERS = ["db2", "db3"];
const CUT_MS = 8_000;
const AFTER_THE_MOVE_MS = 3_000;
/** Longer than either system takes for a master that it cannot ask anything. */
const LOOK_AFTER_MS = 4_500;

export const FAULTS: readonly Fault[] = [
  {
    name: "kill",
    title: "kill -9 of the master",
    strike: ({ lab }) => lab.run("kill", "db1"),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: OTHERS,
    moves: true,
  },
  {
    name: "hang",
    title: "the master hangs",
    strike: ({ lab }) => lab.run("hang", "db1"),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: OTHERS,
    moves: true,
  },
  {
    name: "unplug",
    title: "the master's host is unplugged",
    strike: ({ lab }) => lab.run("unplug", "db1"),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: OTHERS,
    moves: true,
  },
  {
    name: "cut",
    title: "the master is cut from monitors and replicas, not from clients, for 8 s",
    strike: async ({ lab }) => {
      await lab.run("isolate", "db1", "from", "mon1", "mon2", "mon3", "db2", "db3");
      await passing(CUT_MS);
      await lab.run("heal");
    },
    lookAfterMs: 1_000,
    survivors: ALL,
    moves: true,
  },
  {
    name: "switchover",
    title: "planned switchover",
    strike: ({ lab, system }) => system.switchover(lab),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: ALL,
    moves: true,
  },
  {
    name: "leader",
    title: "kill -9 of the master and of the leading monitor",
    strike: ({ lab, actor }) =>
      Promise.all([lab.run("kill", "db1"), lab.run("kill-monitor", actor)]),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: OTHERS,
    moves: true,
    needsActor: true,
  },
  {
    name: "hosts",
    title: "the hosts of the master and of the leading monitor are unplugged",
    strike: ({ lab, actor }) => Promise.all([lab.run("unplug", "db1"), lab.run("unplug", actor)]),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: OTHERS,
    moves: true,
    needsActor: true,
  },
  {
    name: "office",
    title: "kill -9 of the leading monitor alone",
    strike: ({ lab, actor }) => lab.run("kill-monitor", actor),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: ALL,
    moves: false,
    needsActor: true,
    isHarmless: true,
  },
  {
    name: "replica",
    title: "kill -9 of a replica",
    strike: ({ lab }) => lab.run("kill", "db2"),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: ["db1", "db3"],
    moves: false,
    isHarmless: true,
  },
  {
    name: "return",
    title: "the old master returns, empty, as a master",
    prepare: async ({ lab }) => {
      await lab.run("kill", "db1");
      await passing(LOOK_AFTER_MS);
      await settled(lab, { survivors: OTHERS, moves: true });
      await passing(AFTER_THE_MOVE_MS);
    },
    strike: ({ lab }) => lab.run("start", "db1"),
    lookAfterMs: LOOK_AFTER_MS,
    survivors: ALL,
    moves: true,
    isHarmless: true,
  },
];
