/**
 * Actions on Redis nodes, each on the action connection that it names. One attempt each: nothing
 * is repeated, and without an open connection of exactly that name nothing is sent.
 */

import type { Target } from "../../core/io.ts";
import {
  type ActionConnection,
  connectionName,
  type RedisAction,
  type RedisActionResult,
} from "../../core/operation/action.ts";
import type { RedisActor } from "../../ports.ts";
import { ActionLine } from "./action-line.ts";
import { Deadline } from "./deadline.ts";
import { shorten } from "./failure.ts";
import type { CredentialsOf } from "./probe.ts";

export class RedisActions implements RedisActor {
  readonly #credentialsOf: CredentialsOf;
  readonly #lines = new Map<string, ActionLine>();
  #isClosed = false;

  constructor(credentialsOf: CredentialsOf) {
    this.#credentialsOf = credentialsOf;
  }

  /** Never throws, and ends at the deadline at the latest. */
  async run(
    target: Target,
    connection: ActionConnection,
    action: RedisAction,
    deadlineMs: number,
  ): Promise<RedisActionResult> {
    const key = `${target.group}/${target.node}/${connectionName(connection)}`;
    const deadline = new Deadline(deadlineMs);
    try {
      if (action.kind === "open") return await this.#open(key, target, connection, deadline);
      if (action.kind === "close") return this.#close(key);
      return await this.#act(key, action, deadline);
    } catch (error) {
      // A defect of ours, or options that the TLS library rejects. It may have been sent.
      this.#close(key);
      return { kind: "unknown", text: shorten(`${action.kind} failed: ${String(error)}`) };
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  async #open(
    key: string,
    target: Target,
    connection: ActionConnection,
    deadline: Deadline,
  ): Promise<RedisActionResult> {
    this.#close(key);
    const credentials = this.#credentialsOf(target);
    const { result, line } = await ActionLine.open(connection, target, credentials, deadline);
    if (line !== null) this.#keep(key, line);
    return result;
  }

  async #act(
    key: string,
    action: Exclude<RedisAction, { readonly kind: "open" | "close" }>,
    deadline: Deadline,
  ): Promise<RedisActionResult> {
    const line = this.#lines.get(key);
    if (line === undefined) return { kind: "unknown", text: "the action connection is not open" };
    const result =
      action.kind === "cut-off" ? await line.cutOff(deadline) : await line.run(action, deadline);
    if (!line.isOpen) this.#forget(key, line);
    return result;
  }

  #keep(key: string, line: ActionLine): void {
    if (this.#isClosed) return line.close();
    this.#lines.get(key)?.close();
    this.#lines.set(key, line);
    line.onLost(() => this.#forget(key, line));
  }

  #forget(key: string, line: ActionLine): void {
    if (this.#lines.get(key) === line) this.#lines.delete(key);
  }

  #close(key: string): RedisActionResult {
    this.#lines.get(key)?.close();
    this.#lines.delete(key);
    return { kind: "ok" };
  }
}
