/** CLIENT LIST → the action connections on a node, told apart by their (term, seq). */
import type { ActionConnection } from "../../core/operation/action.ts";

export interface ListedAction {
  /** Redis' id of the connection: never used twice, unlike its address. */
  readonly id: string;
  readonly name: string;
  readonly connection: ActionConnection;
}

const ACTION_NAME = /^mmm-act:(\d{1,15})\.(\d{1,15})$/;

/** Lines are `id=7 addr=… name=mmm-act:12.3 …`; names contain no spaces, Redis sees to that. */
export function listActions(clientList: string): readonly ListedAction[] {
  return clientList.split("\n").flatMap((line) => {
    const id = field(line, "id");
    const name = field(line, "name");
    const connection = parseActionName(name);
    return connection === null || id === "" ? [] : [{ id, name, connection }];
  });
}

export function parseActionName(name: string): ActionConnection | null {
  const match = ACTION_NAME.exec(name);
  return match === null ? null : { term: Number(match[1]), seq: Number(match[2]) };
}

/** Negative: `a` is older than `b`. Numbers, so that 10 comes after 9. */
export function compareAge(a: ActionConnection, b: ActionConnection): number {
  return a.term === b.term ? a.seq - b.seq : a.term - b.term;
}

function field(line: string, name: string): string {
  const prefix = `${name}=`;
  const word = line.split(" ").find((candidate) => candidate.startsWith(prefix));
  return word === undefined ? "" : word.slice(prefix.length).trimEnd();
}
