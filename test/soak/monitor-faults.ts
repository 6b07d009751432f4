/** What happens to the monitors: to one, to the leader, to a majority, and between them. */
import type { Lab } from "../helpers/lab.ts";
import { type Draw, drawMonitor, fault, without } from "./fault.ts";

function each(lab: Lab, command: string, monitors: readonly string[]): Promise<unknown> {
  return Promise.all(monitors.map((monitor) => lab.tryRun(command, monitor)));
}

const kill: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  return fault({
    kind: `kill ${role}`,
    target: monitor,
    lastsMs: [500, 10_000],
    begin: (lab) => lab.run("kill-monitor", monitor),
    end: (lab) => lab.tryRun("start-monitor", monitor),
  });
};

const stop: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  return fault({
    kind: `stop ${role}`,
    target: monitor,
    lastsMs: [500, 10_000],
    begin: (lab) => lab.run("stop-monitor", monitor),
    end: (lab) => lab.tryRun("cont-monitor", monitor),
  });
};

const killMajority: Draw = (random, view) => {
  const [spared] = drawMonitor(random, view);
  const killed = without(view.monitors, spared);
  return fault({
    kind: "kill a majority of the monitors",
    target: killed.join(" "),
    holds: killed,
    lastsMs: [3_000, 10_000],
    begin: (lab) => each(lab, "kill-monitor", killed),
    end: (lab) => each(lab, "start-monitor", killed),
  });
};

const stopAll: Draw = (_random, view) =>
  fault({
    kind: "stop every monitor",
    target: view.monitors.join(" "),
    holds: view.monitors,
    lastsMs: [500, 6_000],
    begin: (lab) => each(lab, "stop-monitor", view.monitors),
    end: (lab) => each(lab, "cont-monitor", view.monitors),
  });

const isolate: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  const others = [...without(view.monitors, monitor), ...view.nodes];
  return fault({
    kind: `isolate ${role}`,
    target: monitor,
    begin: (lab) => lab.run("isolate", monitor, "from", ...others),
    end: (lab) => lab.tryRun("heal", monitor),
  });
};

const partition: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  const from = random.chance(0.5)
    ? without(view.monitors, monitor)
    : [random.pick(without(view.monitors, monitor))];
  return fault({
    kind: `cut ${role} from other monitors`,
    target: [monitor, ...from].join(" "),
    begin: (lab) => lab.run("isolate", monitor, "from", ...from),
    end: (lab) => lab.tryRun("heal", monitor),
  });
};

const cutAll: Draw = (_random, view) => {
  const [one = "", two = "", three = ""] = view.monitors;
  return fault({
    kind: "cut all monitors from each other",
    target: view.monitors.join(" "),
    holds: view.monitors,
    lastsMs: [2_000, 8_000],
    begin: async (lab) => {
      await lab.run("isolate", one, "from", two, three);
      await lab.run("isolate", two, "from", three);
    },
    end: (lab) => lab.tryRun("heal", one, two),
  });
};

const blind: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  return fault({
    kind: `cut ${role} from the master`,
    target: `${monitor} ${view.master}`,
    begin: (lab) => lab.run("isolate", monitor, "from", view.master),
    end: (lab) => lab.tryRun("heal", monitor),
  });
};

/** One way only: it goes on speaking to everybody. */
const deafen: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  const others = [...without(view.monitors, monitor), ...(random.chance(0.5) ? view.nodes : [])];
  return fault({
    kind: `deafen ${role}`,
    target: monitor,
    begin: (lab) => lab.run("deafen", monitor, "to", ...others),
    end: (lab) => lab.tryRun("heal", monitor),
  });
};

const lose: Draw = (random, view) => {
  const [monitor, role] = drawMonitor(random, view);
  const percent = String(Math.round(random.between(10, 50)));
  return fault({
    kind: `lossy cable of ${role}`,
    target: `${monitor} ${percent}%`,
    begin: (lab) => lab.run("lose", percent, monitor),
    end: (lab) => lab.tryRun("heal", monitor),
  });
};

export const MONITOR_FAULTS: readonly (readonly [weight: number, draw: Draw])[] = [
  [3, kill],
  [3, stop],
  [1, killMajority],
  [1, stopAll],
  [2, isolate],
  [2, partition],
  [1, cutAll],
  [2, blind],
  [2, deafen],
  [1, lose],
];
