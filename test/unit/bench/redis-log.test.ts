import { expect, it } from "vitest";
import { masterAgainMs } from "../../bench/redis-log.ts";

const FIRST = "9:M 26 Nov 2026 03:00:00.000 * Ready to accept connections";
const SECOND = "12:M 26 Nov 2026 03:00:10.100 * Ready to accept connections";
const TOLD =
  "12:S 26 Nov 2026 03:00:10.350 * REPLICAOF 10.77.0.12:6379 enabled (user request from 'id=3')";

it("an old master was one until it was told to follow", () => {
  expect(masterAgainMs([FIRST, "9:signal-handler (1) gone", SECOND, TOLD])).toBe(250);
});

it("a Redis that did not start again, or follows nobody, has no such time", () => {
  expect(masterAgainMs([FIRST, TOLD])).toBeNull();
  expect(masterAgainMs([FIRST, SECOND])).toBeNull();
});
