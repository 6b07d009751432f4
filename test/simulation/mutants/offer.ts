/** What a mutant is asked to do: play the directed scripts, or live through random faults. */
import { realCore } from "../real-core.ts";
import { SCRIPTS } from "../scripts.ts";
import { Violation } from "../world/violation.ts";
import { run } from "../world/run.ts";

export { telling } from "../rules/script.ts";

/** The promise that the script finds broken; null: none. */
export function brokenBy(script: string, seed: number): string | null {
  const found = SCRIPTS.find(({ name }) => name === script);
  if (found === undefined) throw new Error(`there is no script “${script}”`);
  try {
    found.run(seed);
    return null;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}

/** The promise of safety that a random run finds broken; null: none. */
export function brokenAtRandom(seed: number, minutes: number): string | null {
  const options = { seed, core: realCore, minutes, profile: "all", unhealed: true } as const;
  return run(options).failure?.text ?? null;
}
