/** The commands that there are, in the order in which help lists them. */
import { suggest } from "../adapters/config/suggest.ts";
import type { CommandSpec } from "./command.ts";
import { OF_MYSQL_MMM } from "./commands-of-mysql-mmm.ts";
import { WITH_FILES } from "./commands-with-files.ts";
import { usageFailure } from "./failure.ts";

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "status",
    operands: "",
    options: ["group", "cluster", "watch", "interval"],
    summary: "Show groups, nodes and virtual IPs",
    details: [
      "Exits with 6 if it shows a WARNING or CRITICAL, and with 5 without a leader or majority.",
    ],
    load: () => import("./commands/status.ts"),
  },
  {
    name: "info",
    operands: "NODE",
    options: ["group"],
    summary: "Show everything known of one node",
    details: [],
    load: () => import("./commands/info.ts"),
  },
  {
    name: "checks",
    operands: "[NODE] [CHECK]",
    options: ["group"],
    summary: "Show each check of each node",
    details: [
      "NODE and CHECK may be all. Exits with 6 if one failed or is not known. When a result last changed is what",
      "the monitor that answers has seen since it was started; of redis, when the last vote came that makes up",
      "the majority.",
    ],
    load: () => import("./commands/checks.ts"),
  },
  {
    name: "check",
    operands: "",
    options: ["group", "warn-lag", "crit-lag"],
    summary: "Print one line for Nagios or Icinga, and exit as their plugins do",
    details: [
      "Exits with 0 (OK), 1 (WARNING), 2 (CRITICAL: a promise does not hold, or no monitor answers) or",
      "3 (UNKNOWN: it was called wrongly). Behind the bar: monitors, replicas, lease, and lag of each replica.",
    ],
    load: () => import("./commands/check.ts"),
  },
  {
    name: "explain",
    operands: "[NODE]",
    options: ["group"],
    summary: "Tell whether a failover would happen now, and why or why not",
    details: [
      "NODE: only whether that node could take over now, and if not, what speaks against it.",
    ],
    load: () => import("./commands/explain.ts"),
  },
  {
    name: "doctor",
    operands: "[NODE]",
    options: ["group", "here", "print"],
    summary: "Examine configuration, hosts and Redis servers from every monitor's side",
    details: [
      "Only reads. Says what is wrong, why it matters, and what to do; docs/doctor.md explains each finding.",
      "Where no monitor answers, this host looks by itself. Exits with 6 if there are warnings or errors.",
    ],
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "history",
    operands: "[show] [EPOCH]",
    options: ["number", "group"],
    summary: "Show what was done, when, by whom and why",
    details: [
      "Beside operations what people said: modes, nodes set offline or online, reader VIPs moved, pauses, acknowledgements.",
      "With --verbose also the phases and the votes of each.",
      "EPOCH, or show EPOCH: all of one operation: phases, votes, what proved the old host fenced, and what was lost.",
    ],
    load: () => import("./commands/history.ts"),
  },
  {
    name: "set_master",
    operands: "NODE",
    options: ["dry-run", "at", "group", "yes"],
    summary: "Make a replica the master; loses nothing",
    details: ["The same as: mmm switchover --to NODE"],
    load: () => import("./commands/set-master.ts"),
  },
  {
    name: "switchover",
    operands: "",
    options: ["to", "dry-run", "at", "group", "yes"],
    summary: "Change the master as planned; loses nothing",
    details: [
      "Shows its steps and asks, if a person sits at the terminal; with --dry-run it only shows them, as the leader",
      "would do them now. With --at it waits here, looks again at that time, and then begins; Ctrl-C ends the waiting.",
    ],
    load: () => import("./commands/switchover.ts"),
  },
  {
    name: "failover",
    operands: "",
    options: ["force", "to", "accept-data-loss", "group", "yes"],
    meanings: {
      force:
        "needed: overrides mode, pause, cooldown, pre_failover and the votes, also those for a master that is well",
      "accept-data-loss": "overrides what a new master must hold: also a node that lacks writes",
    },
    summary: "Give the master up; may lose acknowledged writes",
    details: [
      "Monitors do this by themselves when a majority finds the master down. Nothing overrides that the old host must be",
      "proven not to serve the virtual IP first. Of a master that is well, mmm switchover loses nothing.",
    ],
    load: () => import("./commands/failover.ts"),
  },
  {
    name: "set_online",
    operands: "NODE",
    options: ["group"],
    summary: "Let a node serve again",
    details: [],
    load: () => import("./commands/set-online.ts"),
  },
  {
    name: "set_offline",
    operands: "NODE",
    options: ["group"],
    summary: "Keep a node from serving and from being promoted",
    details: [],
    load: () => import("./commands/set-offline.ts"),
  },
  {
    name: "mode",
    operands: "[active|manual|passive|wait]",
    options: ["group"],
    summary: "Show or set how much the monitors do by themselves",
    details: [
      "active: fail over. manual: keep the VIP alive, change the master only when told to.",
      "passive: watch only. wait: as manual, until a majority of the monitors finds every node ONLINE that is not set offline,",
      "and the master well, or has found the master ONLINE for wait_for_other_master; then active.",
    ],
    load: () => import("./commands/mode.ts"),
  },
  {
    name: "pause",
    operands: "",
    options: ["for", "reason", "group"],
    summary: "Let the monitors only watch for a while, because you work on a group",
    details: [
      "No automatic failover, nothing is repaired or moved; leases are kept alive. What is under way is ended",
      "first. Every command by hand works on: switchover, failover --force, set_offline, reload and the others.",
      "A second pause takes the place of the first. It ends by itself, or with: mmm resume",
    ],
    load: () => import("./commands/pause.ts"),
  },
  {
    name: "resume",
    operands: "",
    options: ["group"],
    summary: "End a pause",
    details: [],
    load: () => import("./commands/resume.ts"),
  },
  {
    name: "acknowledge",
    operands: "[NODE]",
    options: ["group"],
    summary: "Say that you have seen why a node failed",
    details: [
      "Ends the cooldown after its failover, lets it serve again if it was down too often, and lets the monitors",
      "move the role to it again if it is preferred. Without NODE: of every node. It stays in the history.",
    ],
    load: () => import("./commands/acknowledge.ts"),
  },
  {
    name: "reload",
    operands: "",
    options: ["dry-run", "group", "drop-group", "yes"],
    summary: "Agree on the settings, nodes and groups of the configuration files",
    details: [
      "The files are those of --config, else those of the monitor which is asked. Only what differs is changed,",
      "for all monitors at once. A group of a new file is added. One whose file is gone stays, until you drop",
      "it: then its virtual IPs are taken away, while Redis is left as it is. Keys, passwords, doors and hooks",
      "are each monitor's own: all of them read these again, and who could not be told is named.",
    ],
    load: () => import("./commands/reload.ts"),
  },
  {
    name: "monitor",
    operands: "add|remove|replace MONITOR",
    options: ["yes"],
    summary: "Change who the monitors are, one at a time",
    details: [
      "add NAME=HOST:PORT      one more; it must run there already, empty, with its peers",
      "remove NAME             one fewer; it falls silent, and may be stopped; one that leads: only if all others answer",
      "replace NAME[=HOST:PORT]  another data directory, or another host, in place of the one of that name",
    ],
    load: () => import("./commands/monitor.ts"),
  },
  {
    name: "adopt",
    operands: "[CLUSTER]",
    options: ["empty", "accept-data-loss", "group", "yes"],
    summary: "Take over hosts of a cluster that is gone, or vouch for a host",
    details: [
      "CLUSTER is the id that those hosts carry: eight hex digits. If its state was imported, a master that",
      "lacks what it knew of the data is adopted with --accept-data-loss only.",
    ],
    load: () => import("./commands/adopt.ts"),
  },
  ...WITH_FILES,
  ...OF_MYSQL_MMM,
  {
    name: "completion",
    operands: "bash|zsh|fish",
    options: [],
    summary: "Print what makes a shell complete this command line",
    details: [
      'For bash: eval "$(mmm completion bash)". The Debian package brings all three along.',
    ],
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "help",
    operands: "[COMMAND]",
    options: [],
    summary: "Explain a command",
    details: [],
    load: () => import("./commands/help.ts"),
  },
];

/** @throws Failure with the code of wrong usage, and the name that may have been meant */
export function specOf(name: string): CommandSpec {
  const spec = find(name);
  if (spec !== undefined) return spec;
  const near = suggest(
    name,
    COMMANDS.map((one) => one.name),
  );
  const advice = near === null ? "" : `; did you mean ${near}?`;
  throw usageFailure(`there is no command "${name}"${advice}`, null);
}

/** Besides those of every command. null: there is no such command. */
export function optionsOf(command: string): CommandSpec["options"] | null {
  return find(command)?.options ?? null;
}

function find(name: string): CommandSpec | undefined {
  return COMMANDS.find((one) => one.name === name);
}
