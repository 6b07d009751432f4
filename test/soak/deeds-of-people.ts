/** What people do on purpose while all that happens. A refusal is an answer, too. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../helpers/lab.ts";
import { type Draw, fault, without } from "./fault.ts";

export const switchover: Draw = (random, view) => {
  const node = random.pick(without(view.nodes, view.master));
  return fault({
    kind: "switchover",
    target: `to ${node}`,
    holds: [],
    lastsMs: [0, 100],
    begin: (lab) => answer(lab, "switchover", "--to", node),
  });
};

const setOffline: Draw = (random, view) => {
  const node = random.pick(without(view.nodes, view.master));
  return fault({
    kind: "set_offline and set_online",
    target: node,
    holds: [],
    begin: (lab) => answer(lab, "set_offline", node),
    end: (lab) => setOnline(lab, node),
  });
};

export function setOnline(lab: Lab, node: string): Promise<string> {
  return answer(lab, "set_online", node);
}

const TIMES: readonly (readonly [key: string, values: readonly string[]])[] = [
  ["vip_lease", ["600ms", "1s", "2s"]],
  ["down_after", ["1s", "1500ms", "2s"]],
];

const reload: Draw = (random) => {
  const [key, values] = random.pick(TIMES);
  const value = random.pick(values);
  return fault({
    kind: "reload",
    target: `${key} = ${value}`,
    holds: [],
    lastsMs: [0, 100],
    begin: (lab) => {
      edit(lab, key, value);
      return answer(lab, "reload");
    },
  });
};

/** What `mmm` says to it, on whichever output, in one line. */
async function answer(lab: Lab, ...command: readonly string[]): Promise<string> {
  const said = await lab.run("mmm", ...command).catch((error: unknown) => textOf(error));
  return said.trim().replaceAll(/\s*\n\s*/g, " / ");
}

function textOf(error: unknown): string {
  const { stdout = "", stderr = "" } = error as { readonly stdout?: string; stderr?: string };
  return `${stdout}${stderr}` || String(error);
}

function edit(lab: Lab, key: string, value: string): void {
  const file = join(lab.directory, "mmm.conf");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(new RegExp(`^${key} = .*$`, "m"), `${key} = ${value}`));
}

export const DEEDS_OF_PEOPLE: readonly (readonly [weight: number, draw: Draw])[] = [
  [6, switchover],
  [2, setOffline],
  [2, reload],
];
