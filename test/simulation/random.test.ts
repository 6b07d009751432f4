/** A few random runs of each profile; `scripts/simulate` runs as many as one likes. */
import { expect, test } from "vitest";
import { realCore } from "./real-core.ts";
import { type Profile, PROFILE_NAMES } from "./world/profiles.ts";
import { run } from "./world/run.ts";

const SEEDS_PER_PROFILE = 3;
const runs = PROFILE_NAMES.flatMap((profile) =>
  Array.from({ length: SEEDS_PER_PROFILE }, (_, index) => [profile, index + 1] as const),
);

test.each(runs)("%s, seed %i: every promise holds", (profile: Profile, seed) => {
  const { failure, options } = run({ seed, core: realCore, minutes: 1, profile });
  if (failure === null) return;
  expect.fail(
    `${failure.transcript.join("\n")}\n\n${failure.text}\nseed ${seed}, profile ${profile}: ${options}`,
  );
});

test("a run is repeated exactly by its seed", () => {
  const traceOf = (): string[] => {
    const lines: string[] = [];
    run({
      seed: 5,
      core: realCore,
      minutes: 0.5,
      profile: "all",
      trace: (line) => lines.push(line),
    });
    return lines;
  };
  const first = traceOf();
  expect(first.length).toBeGreaterThan(100);
  expect(traceOf()).toEqual(first);
});
