/** Commands that read and write files of this host, and need no monitor. Part of `commands.ts`. */
import type { CommandSpec } from "./command.ts";

export const WITH_FILES: readonly CommandSpec[] = [
  {
    name: "config",
    operands: "check|show [FILE]",
    options: ["rtt"],
    summary: "Check a configuration file, or show what is in force",
    details: [
      "Exits with 3 and reports every problem at once. Secrets are shown as ***.",
      "check --rtt says which times are too short for hosts that are so far from each other.",
    ],
    load: () => import("./commands/config.ts"),
  },
  {
    name: "init",
    operands: "[FILE]",
    options: ["vip", "reader-vip", "interface", "node", "ssh-user", "tls", "group", "force"],
    meanings: { force: "write over a file that exists", group: "the group that is added" },
    summary: "Write a first configuration, or with --group the file of one more group",
    details: [
      "Asks for what no option says, if a person sits at the terminal. Monitors are given by --monitor",
      "[NAME=]HOST[:PORT], one each. Nothing that exists is overwritten without --force. With --group NAME it adds",
      "a file to those that the configuration includes, after all of them were checked together.",
    ],
    load: () => import("./commands/init.ts"),
  },
  {
    name: "tls",
    operands: "init|issue|revoke|show PATH",
    options: ["operator", "reader", "days", "renew"],
    summary: "Make an authority and certificates, revoke or show one",
    details: [
      "init DIR                  an authority: DIR/ca.pem for everybody, DIR/ca.key for nobody else",
      "issue DIR --monitor NAME  DIR/monitor-NAME.pem and .key; may be repeated. On its host: monitor.pem, monitor.key",
      "issue DIR --operator NAME, --reader NAME  operator-NAME, reader-NAME: a person who may act, one who may look",
      "revoke DIR --operator NAME (or --monitor, --reader)  all issued so far, into revoked.txt for tls_revoked",
      "show FILE                 whom a certificate names, and when it expires",
    ],
    load: () => import("./commands/tls.ts"),
  },
  {
    name: "state",
    operands: "export|import [FILE]",
    options: ["data-dir", "force", "yes"],
    meanings: { force: "export: write over a file that exists" },
    summary: "For the last resort: carry what the monitors knew to new ones",
    details: [
      "export [FILE]  what the data directory on this host knows, as JSON without secrets; its monitor may run or not.",
      "import FILE    into the empty data directory of a monitor that does not run: the same file on every monitor.",
      "For the case that a majority of them lost their directories for good: docs/operations.md. A cluster is then",
      "founded with a new id. It finds out on the hosts who is master, takes nothing over before: mmm adopt OLD,",
      "and adopts no master that lacks what the old one knew of the data. One lost monitor: mmm monitor replace.",
    ],
    load: () => import("./commands/state.ts"),
  },
];
