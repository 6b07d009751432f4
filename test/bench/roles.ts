/** Where everybody stands, as Redis itself says: the same question to the nodes of both systems. */
import { eventually } from "../helpers/eventually.ts";
import type { Lab } from "../helpers/lab.ts";

const SETTLED_WITHIN_MS = 60_000;

export interface Role {
  readonly node: string;
  /** The lines of ROLE; none: no answer. */
  readonly said: readonly string[];
}

export interface Order {
  readonly survivors: readonly string[];
  readonly moves: boolean;
}

/** Waits until one of the survivors is master and the others follow it. Yields its name. */
export async function settled(lab: Lab, order: Order): Promise<string> {
  const roles = await eventually(
    () => Promise.all(order.survivors.map((node) => roleOf(lab, node))),
    (found) => inOrder(found, order),
    { withinMs: SETTLED_WITHIN_MS, everyMs: 500, what: "one master that the others follow" },
  );
  return roles.find(({ said }) => said[0] === "master")?.node ?? "";
}

/** A link to a hung master is said to be connected for a minute: whom it leads to counts, too. */
export function inOrder(roles: readonly Role[], { moves }: Order): boolean {
  const [master, ...more] = roles.filter(({ said }) => said[0] === "master");
  if (master === undefined || more.length > 0) return false;
  const address = addressOf(master.node);
  const followers = roles.filter(
    ({ said }) => said[0] === "slave" && said[1] === address && said[3] === "connected",
  );
  return followers.length === roles.length - 1 && (master.node !== "db1") === moves;
}

function addressOf(node: string): string {
  return `10.77.0.1${node.slice("db".length)}`;
}

async function roleOf(lab: Lab, node: string): Promise<Role> {
  const printed = (await lab.tryRun("redis", node, "role")) ?? "";
  return { node, said: printed.split("\n").filter((line) => line !== "") };
}
