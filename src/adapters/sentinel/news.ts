/** What subscribers are told: how one view of the cluster differs from the one before. */
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { ignoranceOf, masterOf } from "../../core/whereabouts.ts";
import { type Place, placeOf, placeOfMaster } from "./view.ts";

export interface Message {
  readonly channel: string;
  readonly text: string;
}

/** What was last known of each group: it outlives the times in which nothing is known. */
export type Known = ReadonlyMap<
  string,
  { readonly place: Place | null; readonly down: readonly string[] }
>;

export interface News {
  readonly known: Known;
  readonly messages: readonly Message[];
}

/** @param before null: nobody was told anything yet */
export function newsOf(before: Known | null, status: Status, answer: "node" | "vip"): News {
  if (ignoranceOf(status) !== null) return { known: before ?? new Map(), messages: [] };
  const known = new Map(before ?? []);
  const messages: Message[] = [];
  for (const group of status.groups) {
    const was = before?.get(group.name);
    const place = placeOfMaster(status, group, answer) ?? was?.place ?? null;
    const down = downIn(group);
    known.set(group.name, { place, down });
    if (was === undefined) continue;
    messages.push(...switched(group.name, was.place, place));
    messages.push(...downs(status, group, was.down, down));
  }
  return { known, messages };
}

function switched(name: string, was: Place | null, now: Place | null): readonly Message[] {
  if (was === null || now === null || was.join() === now.join()) return [];
  return [{ channel: "+switch-master", text: [name, ...was, ...now].join(" ") }];
}

function downs(
  status: Status,
  group: GroupStatus,
  was: readonly string[],
  now: readonly string[],
): readonly Message[] {
  const tell = (channel: string) => (node: string) => {
    return { channel, text: instance(status, group, node) };
  };
  return [
    ...now.filter((node) => !was.includes(node)).map(tell("+sdown")),
    ...was.filter((node) => !now.includes(node)).map(tell("-sdown")),
  ];
}

function downIn({ nodes }: GroupStatus): readonly string[] {
  return nodes.filter(({ state }) => state === "HARD_OFFLINE").map(({ name }) => name);
}

/** `slave 10.0.0.2:6379 10.0.0.2 6379 @ main 10.0.0.1 6379` */
function instance(status: Status, group: GroupStatus, name: string): string {
  const node = group.nodes.find((one) => one.name === name);
  const [ip, port] = placeOf(node ?? { address: name });
  if (name === group.master) return `master ${group.name} ${ip} ${port}`;
  const found = masterOf(status, group);
  const [masterIp, masterPort] = found.kind === "known" ? placeOf(found.node) : ["?", "0"];
  return `slave ${ip}:${port} ${ip} ${port} @ ${group.name} ${masterIp} ${masterPort}`;
}
