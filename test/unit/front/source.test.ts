import { describe, expect, it, vi } from "vitest";
import { Source } from "../../../src/front/source.ts";
import { aSnapshot } from "../../helpers/snapshots.ts";

const TEXT = JSON.stringify(aSnapshot());

describe("where the doors get the state of the cluster", () => {
  it("asks the monitor once, however many ask", async () => {
    const ask = vi.fn();
    const source = new Source(ask);
    const asked = [source.snapshot(), source.snapshot(), source.snapshot()];
    source.take(TEXT);
    const answers = await Promise.all([...asked, source.snapshot()]);
    expect(new Set(answers).size).toBe(1);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("asks anew when something has changed", async () => {
    const source = new Source(() => source.take(TEXT));
    const first = await source.snapshot();
    source.expire();
    expect(await source.snapshot()).not.toBe(first);
  });

  it("asks a monitor that takes long less often", async () => {
    vi.useFakeTimers();
    const ask = vi.fn(() => void setTimeout(() => source.take(TEXT), 100));
    const source = new Source(ask);
    const first = source.snapshot();
    await vi.advanceTimersByTimeAsync(100);
    await first;
    await vi.advanceTimersByTimeAsync(900);
    await source.snapshot();
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    void source.snapshot();
    expect(ask).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });

  it("gives up on a monitor that stands still", async () => {
    vi.useFakeTimers();
    const source = new Source(() => undefined);
    const answer = expect(source.snapshot()).rejects.toThrow("not answered");
    await vi.advanceTimersByTimeAsync(2_000);
    await answer;
    vi.useRealTimers();
  });
});
