/**
 * One action connection to one node. Its guarantee: a command is sent only while the connection
 * stands under its name, at most once, and once an answer failed to come nothing more is sent.
 * So whoever kills the connections with lower names knows that none of their commands runs later.
 */
import {
  type ActionConnection,
  connectionName,
  type RedisActionResult,
} from "../../core/operation/action.ts";
import {
  commandsFor,
  greetingResult,
  refused,
  resultOf,
  type SimpleAction,
} from "./action-commands.ts";
import { compareAge, listActions } from "./client-list.ts";
import type { CommandWords } from "./commands-sent.ts";
import { Connection, type Credentials, greeting, type Reply } from "./connection.ts";
import { type Deadline, LATE } from "./deadline.ts";
import { textOf } from "./info-request.ts";
import { findLoss, findRejection } from "./interpret.ts";

export interface Node {
  readonly address: string;
  readonly port: number;
}

type Asked =
  | { readonly kind: "replies"; readonly replies: readonly Reply[] }
  | { readonly kind: "unknown"; readonly text: string };

export class ActionLine {
  readonly #name: ActionConnection;
  readonly #connection: Connection;

  private constructor(name: ActionConnection, connection: Connection) {
    this.#name = name;
    this.#connection = connection;
  }

  /** Connects, authenticates and names it. Anything but `ok` comes without a line. */
  static async open(
    name: ActionConnection,
    node: Node,
    credentials: Credentials,
    deadline: Deadline,
  ): Promise<{ readonly result: RedisActionResult; readonly line: ActionLine | null }> {
    const endpoint = { host: node.address, port: node.port, tls: credentials.tls };
    const opening = await Connection.open(endpoint, deadline);
    if (opening.kind === "failed") {
      return { result: unknown(`connect: ${opening.failure.text}`), line: null };
    }
    const line = new ActionLine(name, opening.connection);
    const asked = await line.#ask(greeting(credentials, connectionName(name)), deadline);
    const result = asked.kind === "unknown" ? asked : greetingResult(asked.replies);
    if (result.kind === "ok") return { result, line };
    line.close();
    return { result, line: null };
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  onLost(callback: () => void): void {
    this.#connection.onLost(callback);
  }

  close(): void {
    this.#connection.close();
  }

  async run(action: SimpleAction, deadline: Deadline): Promise<RedisActionResult> {
    const asked = await this.#ask(commandsFor(action), deadline);
    return asked.kind === "unknown" ? asked : resultOf(action, asked.replies);
  }

  /** Kills every older action connection on the node; if there is a newer one, none. */
  async cutOff(deadline: Deadline): Promise<RedisActionResult> {
    const listed = await this.#ask([["CLIENT", "LIST"]], deadline);
    if (listed.kind === "unknown") return listed;
    const [list] = listed.replies;
    if (list === undefined || list.kind === "error") return refused(list?.text ?? "GARBLED");
    const actions = listActions(textOf(list));
    const newer = actions.find(({ connection }) => compareAge(connection, this.#name) > 0);
    if (newer !== undefined) return { kind: "cut-off", killed: 0, newer: newer.name };
    return this.#kill(
      actions.map(({ id }) => id),
      deadline,
    );
  }

  /** CLIENT KILL skips the connection that it arrives on, so our own id may be among them. */
  async #kill(ids: readonly string[], deadline: Deadline): Promise<RedisActionResult> {
    if (ids.length === 0) return refused("GARBLED CLIENT LIST does not show this connection");
    const kills = ids.map((id): CommandWords => ["CLIENT", "KILL", "ID", id, "SKIPME", "yes"]);
    const asked = await this.#ask(kills, deadline);
    if (asked.kind === "unknown") return asked;
    const refusal = asked.replies.find((reply) => reply.kind === "error");
    if (refusal !== undefined) return refused(refusal.text);
    const killed = asked.replies.filter((reply) => reply.kind === "value" && reply.value === 1);
    return { kind: "cut-off", killed: killed.length, newer: null };
  }

  async #ask(commands: readonly CommandWords[], deadline: Deadline): Promise<Asked> {
    if (!this.#connection.isOpen) return unknown("the connection is gone");
    const replies = await deadline.within(this.#connection.ask(commands));
    if (replies === LATE) {
      this.close();
      return unknown("no answer within the deadline");
    }
    const loss = findLoss(replies);
    if (loss === null) return { kind: "replies", replies };
    this.close();
    return unknown(`connection lost: ${findRejection(replies) ?? loss.text}`);
  }
}

function unknown(text: string): { readonly kind: "unknown"; readonly text: string } {
  return { kind: "unknown", text };
}
