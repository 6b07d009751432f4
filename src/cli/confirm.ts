/**
 * Asks before something is done to a master, but only where a person sits: a script that calls
 * `mmm set_master` has decided already.
 */
import { EXIT } from "../errors.ts";
import type { Context } from "./command.ts";
import { Failure } from "./failure.ts";

/** @throws Failure, if the answer is not yes. */
export async function confirm(
  { terminal, options }: Context,
  plan: readonly string[],
  question: string,
): Promise<void> {
  if (!terminal.interactive || options.yes === true) return;
  terminal.note(plan);
  await agreed({ terminal }, question);
}

/** @throws Failure, if the answer is not yes. */
export async function agreed(
  { terminal }: Pick<Context, "terminal">,
  question: string,
): Promise<void> {
  const answer = (await terminal.ask(`${question} [y/N] `)).trim().toLowerCase();
  if (answer !== "y" && answer !== "yes") throw nothingDone();
}

/** For what may lose data: not a key that the finger knows, but a name. */
export async function confirmByName(
  { terminal, options }: Context,
  plan: readonly string[],
  name: string,
): Promise<void> {
  if (!terminal.interactive || options.yes === true) return;
  terminal.note(plan);
  const answer = (
    await terminal.ask(`Type the name of the master that is given up (${name}): `)
  ).trim();
  if (answer !== name) throw nothingDone();
}

function nothingDone(): Failure {
  return new Failure(EXIT.refused, ["nothing was done"]);
}
