/** What happens to a database host: its Redis, its power, its cable, its packet filter. */
import { type Lab, passing } from "../helpers/lab.ts";
import { type Draw, drawNode, type Fault, fault, othersOf, without } from "./fault.ts";
import type { Random } from "./random.ts";

type Damage = Pick<Fault, "disturbs" | "silences">;

function silenced(node: string): Damage {
  return { disturbs: [node], silences: [node] };
}

/**
 * It comes back with the data in its directory, or with none; with the file that Redis rewrote, or with
 * one in which it is a master for ever. A replica that has both, data and such a file, is left out: what
 * it holds is for a person to judge.
 */
function drawComeback(random: Random, role: string): readonly string[] {
  const isEmpty = random.chance(0.4);
  const isKept = random.chance(0.5) || (role === "replica" && !isEmpty);
  return [...(isKept ? ["kept"] : []), ...(isEmpty ? ["empty"] : [])];
}

const kill: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  const how = drawComeback(random, role);
  return fault({
    kind: `kill ${role}`,
    target: [node, ...how].join(" "),
    ...silenced(node),
    wipes: [node],
    begin: (lab) => lab.run("kill", node),
    end: (lab) => lab.tryRun("start", node, ...how),
  });
};

/** A supervisor that is quicker than the monitors. */
const restart: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  const how = drawComeback(random, role);
  const run = async (lab: Lab) => {
    await lab.run("kill", node);
    await lab.tryRun("start", node, ...how);
  };
  return fault({
    kind: `restart ${role} at once`,
    target: [node, ...how].join(" "),
    ...silenced(node),
    wipes: [node],
    lastsMs: [0, 100],
    begin: run,
  });
};

const restartFromOldFile: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `restart ${role} from an old file`,
    target: node,
    ...silenced(node),
    wipes: [node],
    lastsMs: [0, 3_000],
    begin: async (lab) => {
      await lab.tryRun("redis", node, "save");
      await passing(2_000);
      await lab.tryRun("kill", node);
    },
    end: (lab) => lab.tryRun("start", node, "kept"),
  });
};

const hang: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `hang ${role}`,
    target: node,
    ...silenced(node),
    lastsMs: [500, 10_000],
    begin: (lab) => lab.run("hang", node),
    end: (lab) => lab.tryRun("unhang", node),
  });
};

const crash: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `crash ${role}'s host`,
    target: node,
    ...silenced(node),
    wipes: [node],
    lastsMs: [3_000, 15_000],
    begin: (lab) => lab.run("crash", node),
    end: (lab) => lab.tryRun("boot", node, "kept"),
  });
};

const unplug: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `unplug ${role}`,
    target: node,
    ...silenced(node),
    begin: (lab) => lab.run("unplug", node),
    end: (lab) => lab.tryRun("heal", node),
  });
};

/** The clients' side of the network stays with it. */
const cutFromMonitorsAndReplicas: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `cut ${role} from all but its clients`,
    target: node,
    ...silenced(node),
    begin: (lab) => lab.run("isolate", node, "from", ...othersOf(view, node)),
    end: (lab) => lab.tryRun("heal", node),
  });
};

const isolate: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `isolate ${role}`,
    target: node,
    ...silenced(node),
    begin: (lab) => lab.run("isolate", node, "from", ...othersOf(view, node), "client"),
    end: (lab) => lab.tryRun("heal", node),
  });
};

const cutReplication: Draw = (random, view) => {
  const node = random.pick(without(view.nodes, view.master));
  return fault({
    kind: "cut replica from master",
    target: node,
    disturbs: [node],
    begin: (lab) => lab.run("isolate", node, "from", view.master),
    end: (lab) => lab.tryRun("heal", node),
  });
};

/** One way only: what it says is heard, what it is told is not. */
const deafen: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  return fault({
    kind: `deafen ${role}`,
    target: node,
    ...silenced(node),
    begin: (lab) => lab.run("deafen", node, "to", ...othersOf(view, node)),
    end: (lab) => lab.tryRun("heal", node),
  });
};

const lose: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  const percent = String(Math.round(random.between(5, 35)));
  return fault({
    kind: `lossy cable of ${role}`,
    target: `${node} ${percent}%`,
    ...silenced(node),
    begin: (lab) => lab.run("lose", percent, node),
    end: (lab) => lab.tryRun("heal", node),
  });
};

const slow: Draw = (random, view) => {
  const [node, role] = drawNode(random, view);
  const kbit = String(Math.round(random.between(150, 900)));
  return fault({
    kind: `slow cable of ${role}`,
    target: `${node} ${kbit} kbit/s`,
    ...silenced(node),
    begin: (lab) => lab.run("slow", kbit, node),
    end: (lab) => lab.tryRun("heal", node),
  });
};

const flush: Draw = (_random, view) =>
  fault({
    kind: "flush the firewall of the master's host",
    target: view.master,
    isAlone: true,
    lastsMs: [2_000, 3_000],
    begin: (lab) => lab.run("exec", view.master, "nft", "flush", "ruleset"),
  });

const addressByHand: Draw = (random, view) => {
  const node = random.pick(without(view.nodes, view.master));
  const change = (verb: string) => [
    "exec",
    node,
    "ip",
    "addr",
    verb,
    "10.77.0.70/32",
    "dev",
    "eth1",
  ];
  return fault({
    kind: "the VIP's address added to a replica's host",
    target: node,
    isAlone: true,
    lastsMs: [2_000, 4_000],
    begin: (lab) => lab.tryRun(...change("add")),
    end: (lab) => lab.tryRun(...change("del")),
  });
};

export const HOST_FAULTS: readonly (readonly [weight: number, draw: Draw])[] = [
  [3, kill],
  [2, restart],
  [1, restartFromOldFile],
  [3, hang],
  [2, crash],
  [3, unplug],
  [3, cutFromMonitorsAndReplicas],
  [1, isolate],
  [1, cutReplication],
  [2, deafen],
  [2, lose],
  [1, slow],
  [2, flush],
  [1, addressByHand],
];
