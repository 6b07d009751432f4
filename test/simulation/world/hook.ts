/**
 * The operator's command that is asked before a failover. `exit 10` says what it does, `moody` is in
 * the mood that a run puts it in, anything else hangs. What it said to whom is told for `restraint.ts`.
 */
import type { Effect, Input } from "../../../src/core/io.ts";

export const MOODY = "moody";

export interface Answer {
  /** null: none, ever. */
  readonly exitCode: number | null;
  readonly afterMs: number;
}

export const CONSENT: Answer = { exitCode: 0, afterMs: 20 };

interface Question {
  readonly monitor: string;
  readonly group: string;
  readonly from: string;
}

export class Hook {
  mood: Answer = CONSENT;
  readonly #open = new Map<string, Question>();

  answerOf(command: string): Answer {
    if (command === MOODY) return this.mood;
    const [, code] = /^exit (\d+)$/.exec(command) ?? [];
    return { exitCode: code === undefined ? null : Number(code), afterMs: 0.1 };
  }

  asked(monitor: string, { id, target }: Extract<Effect, { readonly kind: "hook" }>): void {
    this.#open.set(`${monitor} ${id}`, { monitor, group: target.group, from: target.node });
  }

  /** What a monitor takes in: the answer to its question, or null. */
  takes(monitor: string, input: Input): (Question & { readonly exitCode: number | null }) | null {
    if (input.kind !== "finished" || input.result.kind !== "hook") return null;
    const question = this.#open.get(`${monitor} ${input.id}`);
    return question === undefined ? null : { ...question, exitCode: input.result.exitCode };
  }
}
