/** What a monitor takes its network for: by what ping says of each address, and not by its mere silence. */
import { describe, expect, it } from "vitest";
import {
  networkOf,
  nextLookAt,
  silentMsFor,
  type TargetFacts,
  targetState,
} from "../../../../src/adapters/ping/opinion.ts";
import { NETWORK_NOT_CHECKED } from "../../../../src/core/health/own-network.ts";

const TIMES = { intervalMs: 600, silentMs: silentMsFor(2000, 600) };
const NOW = 100_000;
const UP = { is: "up", problem: null } as const;

function facts(change: Partial<TargetFacts> = {}): TargetFacts {
  return { target: "a", since: 0, answeredAt: null, silentAt: null, trouble: null, ...change };
}

const answers = facts({ answeredAt: NOW - 100 });
const silent = facts({ target: "b", answeredAt: NOW - 2000, silentAt: NOW - 300 });
const never = facts({ target: "c", silentAt: NOW - 300 });
const broken = facts({ target: "d", trouble: "socket: Operation not permitted" });

describe("an address", () => {
  it("is silent after three quarters of down_after, which one lost ping is not", () => {
    expect(TIMES.silentMs).toBe(1500);
    const since = (ms: number) => facts({ answeredAt: NOW - ms, silentAt: NOW - 100 });
    expect(targetState(since(1499), TIMES, NOW)).toBe("answers");
    expect(targetState(since(1500), TIMES, NOW)).toBe("silent");
    // An interval that an agreed down_after has become too short for: later, but no sooner than that.
    expect(silentMsFor(1000, 600)).toBe(1350);
  });

  it("is not silent before ping says so, and then not known once ping says nothing at all", () => {
    const quiet = (ms: number) => facts({ answeredAt: NOW - ms });
    expect(targetState(quiet(2700), TIMES, NOW)).toBe("unsettled");
    expect(targetState(quiet(2800), TIMES, NOW)).toBe("unknown");
    const hung = facts({ answeredAt: NOW - 9000, silentAt: NOW - 2800 });
    expect(targetState(hung, TIMES, NOW)).toBe("unknown");
  });

  it("that never answered is no evidence, and one that cannot be asked is not known", () => {
    expect(targetState(never, TIMES, NOW)).toBe("never");
    expect(targetState(broken, TIMES, NOW)).toBe("unknown");
    expect(targetState(facts({ since: NOW - 100 }), TIMES, NOW)).toBe("unsettled");
  });
});

describe("the network", () => {
  const of = (...all: readonly TargetFacts[]) => networkOf(all, TIMES, NOW, UP);

  it("is up as long as one answers", () => {
    expect(of(answers, silent, never, broken)).toEqual(UP);
  });

  it("is down once all are silent that ever answered", () => {
    expect(of(silent)).toEqual({ is: "down", problem: "no answer from b" });
    expect(of(silent, never).is).toBe("down");
  });

  it("is unknown if one cannot be asked, or if none has ever answered: nobody abstains by that", () => {
    expect(of(silent, broken)).toEqual({
      is: "unknown",
      problem: "d: socket: Operation not permitted",
    });
    expect(of(never)).toEqual({
      is: "unknown",
      problem: "none of ping_ips has ever answered: c",
    });
  });

  it("stays what it was until the next line of ping", () => {
    const waiting = facts({ answeredAt: NOW - 1600 });
    expect(of(waiting)).toEqual(UP);
    expect(networkOf([waiting], TIMES, NOW, NETWORK_NOT_CHECKED).is).toBe("unknown");
  });
});

it("is looked at again when an address becomes silent, or its ping too quiet", () => {
  expect(nextLookAt([answers], TIMES, NOW)).toBe(NOW - 100 + 1500);
  expect(nextLookAt([facts({ answeredAt: NOW - 1600 })], TIMES, NOW)).toBe(NOW - 1600 + 2800);
  expect(nextLookAt([], TIMES, NOW)).toBe(Infinity);
});
