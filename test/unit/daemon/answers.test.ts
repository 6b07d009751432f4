import { describe, expect, it } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { Answers, type AnswersOptions } from "../../../src/daemon/answers.ts";
import { Requests } from "../../../src/daemon/requests.ts";

const RELOAD = {
  requestId: "r1",
  by: "ann@desk",
  forwarded: false,
  command: { kind: "reload-file", proposals: { main: {} as never }, dryRun: false },
} as const;

/** A monitor whose core ends a command so; null: it takes none any more. */
function monitor(outcome: CommandOutcome | null) {
  const requests = new Requests();
  let readings = 0;
  const answers = new Answers({
    name: "mon1",
    status: () => ({ groups: [] }),
    requests,
    addressOf: () => null,
    peers: () => [],
    readAnew: () => {
      readings += 1;
      return Promise.resolve({ problem: null, restart: [] });
    },
    command: ({ requestId }: { readonly requestId: string }) => {
      if (outcome !== null) setImmediate(() => requests.settle(requestId, outcome));
      return outcome !== null;
    },
  } as unknown as AnswersOptions);
  return { reload: () => answers.operate(RELOAD, () => undefined), readings: () => readings };
}

describe("a reload", () => {
  it("has the monitors read their own settings again, also if what it proposes is refused", async () => {
    const { reload, readings } = monitor({ kind: "refused", message: "a failover is under way" });
    expect(await reload()).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("read again: mon1") as string,
    });
    expect(readings()).toBe(1);
  });

  it("does nothing while nobody leads: it is offered again in a moment, and again", async () => {
    const { reload, readings } = monitor({ kind: "not-leader", leader: null });
    expect(await reload()).toEqual({ kind: "not-leader", leader: null });
    expect(readings()).toBe(0);
  });

  it("is for another monitor to take, once this one is ending", async () => {
    const { reload } = monitor(null);
    expect(await reload()).toEqual({ kind: "not-leader", leader: null });
  });
});
