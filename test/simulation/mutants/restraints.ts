/** Mutants of what holds the monitors back. */
import type { Mutant } from "./mutant.ts";

const OPERATION = "src/core/operation";

export const OF_RESTRAINTS: readonly Mutant[] = [
  {
    name: "a pause does not keep from failing over",
    removes: "nothing fails over by itself while a group is paused",
    edits: [
      {
        file: `${OPERATION}/admission.ts`,
        from: "if (group.pause !== undefined)",
        to: "if (group.pause?.by === null)",
      },
    ],
    scripts: ["the master dies during a pause"],
  },
  {
    name: "a pause does not keep from repairing",
    removes: "who is paused only watches",
    edits: [
      {
        file: `${OPERATION}/repair.ts`,
        from: `modeNow(group) === "passive"`,
        to: `group.mode === "passive"`,
      },
    ],
    scripts: ["a replica goes astray during a pause, a reader dies"],
  },
  {
    name: "reader VIPs move during a pause",
    removes: "who is paused only watches",
    edits: [
      {
        file: "src/core/vip/readers.ts",
        from: `modeNow(group) !== "passive"`,
        to: `group.mode !== "passive"`,
      },
    ],
    scripts: ["a replica goes astray during a pause, a reader dies"],
  },
  {
    name: "a pause never ends",
    removes: "a pause ends when its time is over",
    edits: [
      {
        file: `${OPERATION}/pausing.ts`,
        from: "if (leftMs <= 0) return end(",
        to: "if (leftMs < 0) return end(",
      },
    ],
    scripts: ["the leader sleeps during a pause", "all monitors are restarted during a pause"],
  },
  {
    name: "a pause begins anew with each restart",
    removes: "what is left of a pause is agreed on",
    edits: [
      {
        file: `${OPERATION}/pausing.ts`,
        from: "if (pause.leftMs - leftMs < ",
        to: "if (pause.leftMs > 0) return;\n  if (pause.leftMs - leftMs < ",
      },
    ],
    scripts: ["all monitors are restarted during a pause"],
  },
  {
    name: "only the leader counts a pause",
    removes: "each monitor counts from when it saw the agreed rest",
    edits: [
      {
        file: "src/core/sightings.ts",
        from: "sightingOf(pause, known, now);",
        to: "sightingOf(pause, known, now) && null;",
      },
    ],
    scripts: ["the leader sleeps during a pause"],
  },
  {
    name: "the mode manual does not keep from failing over",
    removes: "nothing fails over by itself but in the mode active",
    edits: [
      {
        file: `${OPERATION}/admission.ts`,
        from: `if (group.mode !== "active")`,
        to: `if (group.mode === "passive")`,
      },
    ],
    scripts: ["the master dies in the mode manual"],
  },
  {
    name: "the mode wait does not keep from failing over",
    removes: "nothing fails over by itself but in the mode active",
    edits: [
      {
        file: `${OPERATION}/admission.ts`,
        from: `if (group.mode !== "active")`,
        to: `if (group.mode !== "active" && group.mode !== "wait")`,
      },
    ],
    scripts: ["the master dies in the mode wait"],
  },
  {
    name: "whoever sees the master once waits no longer",
    removes: "the mode wait ends when every node is there, or the master has been for long enough",
    edits: [
      {
        file: `${OPERATION}/waiting.ts`,
        from: "if (missing.length === 0 && isWell(verdict))",
        to: `if (!missing.includes(group.master ?? ""))`,
      },
    ],
    scripts: ["the master comes and goes in the mode wait", "the leader is lost in the mode wait"],
  },
  {
    name: "a break of the master's does not begin the waiting anew",
    removes: "in the mode wait the master's time counts without a break",
    edits: [
      {
        file: `${OPERATION}/waiting.ts`,
        from: "const holds = name === group.master && !missing.includes(name);",
        to: "const holds = name === group.master;",
      },
    ],
    scripts: ["the master comes and goes in the mode wait"],
  },
  {
    name: "in the mode wait it is enough that one monitor hears a node",
    removes: "the mode wait ends by what a majority sees",
    edits: [
      {
        file: `${OPERATION}/waiting.ts`,
        from: `return state !== "ONLINE" || !isHeardByMajority(`,
        to: `return state !== "ONLINE" || null === isHeardByMajority(`,
      },
    ],
    scripts: [
      "in the mode wait all are there for one monitor only",
      "in the mode wait the master is there for one monitor only",
    ],
  },
  {
    name: "in the mode wait all may be there with a master that is not well",
    removes: "the mode wait ends early only with a master that is well",
    edits: [
      {
        file: `${OPERATION}/waiting.ts`,
        from: "missing.length === 0 && isWell(verdict)",
        to: "missing.length === 0 && verdict.kind !== null",
      },
    ],
    scripts: ["in the mode wait the master comes back empty"],
  },
  {
    name: "in the mode wait a master that lost its data is not there",
    removes: "the mode wait ends by its time whatever data its master has",
    edits: [
      {
        file: `${OPERATION}/waiting.ts`,
        from: "const holds = name === group.master && !missing.includes(name);",
        to: `const holds = name === group.master && !missing.includes(name) && turn.local(group.name).verdict.kind === "healthy";`,
      },
    ],
    scripts: ["in the mode wait the master comes back empty, and another has more"],
  },
  {
    name: "nobody is asked",
    removes: "the operator's command is asked before an automatic failover",
    edits: [
      {
        file: `${OPERATION}/pre-failover.ts`,
        from: "if (hook === undefined || from === undefined)",
        to: "if (hook !== null || from === undefined)",
      },
    ],
    scripts: ["the operator's command forbids a failover"],
  },
  {
    name: "a veto is not heard",
    removes: "exit code 10 forbids a failover",
    edits: [
      {
        file: `${OPERATION}/pre-failover.ts`,
        from: "if (exitCode === VETO)",
        to: "if (exitCode === -VETO)",
      },
    ],
    scripts: ["the operator's command forbids a failover"],
  },
  {
    name: "a veto is for ever",
    removes: "a veto holds for a while, and is then asked for again",
    edits: [
      {
        file: `${OPERATION}/pre-failover.ts`,
        from: "if (turn.now - task.finishedAt < HOLDS_MS)",
        to: "if (turn.now >= task.finishedAt)",
      },
    ],
    scripts: [
      "the operator's command forbids a failover",
      "a pause comes before the operator's command answers",
    ],
  },
  {
    name: "silence is consent, whatever was agreed on",
    removes: "where `on_hook_failure` is stop, a command that does not work holds a failover back",
    edits: [
      {
        file: `${OPERATION}/pre-failover.ts`,
        from: `exitCode === 0 || onFailure === "go-on"`,
        to: `exitCode !== VETO || onFailure === "go-on"`,
      },
    ],
    scripts: ["the operator's command hangs, and that is to stop it"],
  },
  {
    name: "silence is a veto, whatever was agreed on",
    removes: "where `on_hook_failure` is go_on, a command that does not work only delays",
    edits: [
      {
        file: `${OPERATION}/pre-failover.ts`,
        from: `exitCode === 0 || onFailure === "go-on"`,
        to: `exitCode === 0 || onFailure === null`,
      },
    ],
    scripts: ["the operator's command hangs, and that is to be borne"],
  },
  {
    name: "no quiet time after a failover",
    removes: "the same node is not failed over again within `cooldown`",
    edits: [
      {
        file: `${OPERATION}/admission.ts`,
        from: "if (cooling !== null)",
        to: "if (cooling === Infinity)",
      },
    ],
    scripts: ["a master dies twice"],
  },
  {
    name: "the preferred node is moved to at once",
    removes: "it must have been fit for `prefer_after` without a break",
    edits: [
      {
        file: `${OPERATION}/preferred-move.ts`,
        from: "if (lasted >= patience && ",
        to: "if (patience > 0 && ",
      },
    ],
    scripts: ["the preferred node dies and comes back"],
  },
  {
    name: "what a person moved is moved back",
    removes: "the preferred node waits for the person who moved the role away",
    edits: [
      {
        file: `${OPERATION}/preference-record.ts`,
        from: "if (person === null || to === null || to === from)",
        to: "if (person !== null || to === null || to === from)",
      },
    ],
    scripts: ["a person moves the role from the preferred node"],
  },
  {
    name: "whoever accepts a loss has moved nothing",
    removes: "the preferred node waits for the person who ended a failover of the monitors",
    edits: [
      {
        file: `${OPERATION}/preference-record.ts`,
        from: "if (requestId !== null) return by;",
        to: `if (requestId !== null && cause === "operator") return by;`,
      },
    ],
    scripts: ["a person accepts the loss of the preferred node's failover"],
  },
];
