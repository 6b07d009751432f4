/** Tests of one booted system, which lives as long as they do. Only with MMM_LONG=1. */
import { afterAll, beforeAll, describe } from "vitest";
import { isLong } from "../helpers/lab.ts";
import { BootedSystem } from "./booted-system.ts";

/** It takes the packages to be made. */
const BOOT_LIMIT_MS = 120_000;

export function describeBooted(title: string, tests: (system: BootedSystem) => void): void {
  const hindrance = BootedSystem.hindrance();
  const skipped = hindrance === null ? "" : ` (skipped: ${hindrance})`;
  describe.skipIf(!isLong || hindrance !== null)(`${title}${skipped}`, { timeout: 60_000 }, () => {
    const system = new BootedSystem();
    beforeAll(() => system.boot(), BOOT_LIMIT_MS);
    afterAll(() => system[Symbol.asyncDispose]());
    tests(system);
  });
}
