/** Tests of one booted system, which lives as long as they do. Only with MMM_LONG=1. */
import { afterAll, beforeAll, describe } from "vitest";
import { isLong } from "../helpers/lab.ts";
import { BootedSystem, type Kind } from "./booted-system.ts";
import { debian13, hindranceOfDebian13, INSTALL_NEEDED } from "./debian-13.ts";

/** It takes the packages to be made. */
const BOOT_LIMIT_MS = 120_000;
/** As does the first use of a Debian 13, which has to be fetched. */
const FIRST_BOOT_LIMIT_MS = 600_000;

interface Place {
  readonly name: string;
  readonly hindrance: string | null;
  readonly limitMs: number;
  readonly kind: () => Kind;
  /** In there, before the tests. */
  readonly prepare: string;
}

const general = isLong ? BootedSystem.hindrance() : null;

const HERE: Place = {
  name: "this machine's Debian",
  hindrance: general,
  limitMs: BOOT_LIMIT_MS,
  kind: () => ({}),
  prepare: "",
};

const FRESH_DEBIAN_13: Place = {
  name: "Debian 13, its own Node.js, control groups of version 2",
  hindrance: isLong ? (general ?? (await hindranceOfDebian13())) : null,
  limitMs: FIRST_BOOT_LIMIT_MS,
  // Its systemd wants no others.
  kind: () => ({ below: debian13(), unified: true }),
  prepare: "",
};

type Tests = (system: BootedSystem) => void;

/** On this machine's files, and on those of a Debian 13. */
export function describeBooted(title: string, tests: Tests): void {
  for (const place of [HERE, { ...FRESH_DEBIAN_13, prepare: INSTALL_NEEDED }])
    describeAt(place, title, tests);
}

/** A Debian 13 that has nothing but a systemd, and the packages that others depend on in apt's cache. */
export function describeFreshDebian13(title: string, tests: Tests): void {
  describeAt(FRESH_DEBIAN_13, title, tests);
}

function describeAt(place: Place, title: string, tests: Tests): void {
  const { name, hindrance, limitMs, kind, prepare } = place;
  const skipped = hindrance === null ? "" : ` (skipped: ${hindrance})`;
  const isSkipped = !isLong || hindrance !== null;
  describe.skipIf(isSkipped)(`${title}, on ${name}${skipped}`, { timeout: 60_000 }, () => {
    const system = new BootedSystem();
    beforeAll(async () => {
      await system.boot(kind());
      system.must(prepare);
    }, limitMs);
    afterAll(() => system[Symbol.asyncDispose]());
    tests(system);
  });
}
