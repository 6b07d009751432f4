/** Commands under the names that mysql-mmm gave them, beside those that are called so here anyway. */
import type { CommandSpec } from "./command.ts";

function setMode(mode: string, load: CommandSpec["load"]): CommandSpec {
  const summary = `The same as: mmm mode ${mode}`;
  return { name: `set_${mode}`, operands: "", options: ["group"], summary, details: [], load };
}

export const OF_MYSQL_MMM: readonly CommandSpec[] = [
  {
    name: "show",
    operands: "",
    options: ["group"],
    summary: "Show hosts, states and roles, as mysql-mmm does",
    details: ["See also: mmm status"],
    load: () => import("./commands/show.ts"),
  },
  {
    name: "ping",
    operands: "",
    options: [],
    summary: "Tell whether a monitor answers that knows a leader and a majority",
    details: ["Exits with 4 if none answers, with 5 without a leader or majority."],
    load: () => import("./commands/ping.ts"),
  },
  {
    name: "move_role",
    operands: "ROLE NODE",
    options: ["force", "accept-data-loss", "group", "yes"],
    meanings: {
      force: "writer: by a failover in place of a switchover (see mmm help failover)",
      "accept-data-loss": "with --force: also to a node that lacks writes",
    },
    summary: "Move the writer or the reader role to a node, as in mysql-mmm",
    details: [
      "writer: mmm switchover --to NODE; with --force: mmm failover --force --to NODE, which may lose writes.",
      "reader: mmm set_ip, if there is one reader VIP.",
    ],
    load: () => import("./commands/move-role.ts"),
  },
  {
    name: "set_ip",
    operands: "IP NODE",
    options: ["group", "yes"],
    summary: "Choose by hand who serves a virtual IP",
    details: [
      "A reader VIP goes to a replica that is ONLINE, once its present host is proven not to serve it any more; to the",
      "master only while no replica is well. The balance may move it again after 10 s, unless the group is paused or",
      "its mode is passive. With the IP of the writer it is the same as: mmm switchover --to NODE",
    ],
    load: () => import("./commands/set-ip.ts"),
  },
  setMode("active", () => import("./commands/set-active.ts")),
  setMode("manual", () => import("./commands/set-manual.ts")),
  setMode("passive", () => import("./commands/set-passive.ts")),
];
